/** Everything at once: an archive or pages to look at, made in the background, watched, saved and taken away. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ExportKind, ExportProgress } from '../../../server/contracts/export.ts'
import { cancelExport, exportFilePath, getExports, makeExport, removeExport } from '../../api/leaving.ts'
import { AmountBar } from '../../components/amount-bar.tsx'
import { Button } from '../../components/button.tsx'
import { Checkbox } from '../../components/checkbox.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { saveFromHome } from '../../components/save-file.ts'
import { formatBytes } from '../../formatting/amounts.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './transfer.module.css'

const EXPORTS_KEY = ['exports']
const LOOK_EVERY_MS = 1_500

export function WholeExports() {
  const t = useText()
  const { api } = useServices()
  const query = useQuery({
    queryKey: EXPORTS_KEY,
    queryFn: async () => getExports(api),
    refetchInterval: ({ state }) =>
      state.data?.some((one) => one.state === 'making') === true ? LOOK_EVERY_MS : false,
  })
  return (
    <>
      <Section title={t('leaving.whole')} help={t('leaving.whole_help')}>
        <ul className={styles.list}>
          <NewArchive />
          <NewPages />
        </ul>
      </Section>
      <Section title={t('leaving.made')}>
        <QueryState query={query}>
          {(exports) =>
            exports.length === 0 ? (
              <p className={styles.note}>{t('leaving.none')}</p>
            ) : (
              <ul className={styles.list}>
                {exports.map((one) => (
                  <MadeRow key={one.id} progress={one} />
                ))}
              </ul>
            )
          }
        </QueryState>
      </Section>
    </>
  )
}

function useMake(kind: ExportKind) {
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const make = (isPrivate: boolean): void =>
    void act.run(async () => {
      await makeExport(api, kind, isPrivate)
      await queries.invalidateQueries({ queryKey: EXPORTS_KEY })
    })
  return { act, make }
}

function NewArchive() {
  const t = useText()
  const { act, make } = useMake('archive')
  return (
    <li className={styles.import}>
      <div className={styles.row}>
        <h3>{t('leaving.archive')}</h3>
        <Button isBusy={act.isBusy} onPress={() => make(true)}>
          {t('leaving.make_archive')}
        </Button>
      </div>
      <p className={styles.note}>{t('leaving.archive_help')}</p>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </li>
  )
}

function NewPages() {
  const t = useText()
  const { act, make } = useMake('html')
  const [isPrivate, setPrivate] = useState(false)
  return (
    <li className={styles.import}>
      <div className={styles.row}>
        <h3>{t('leaving.html')}</h3>
        <Button isBusy={act.isBusy} onPress={() => make(isPrivate)}>
          {t('leaving.make_html')}
        </Button>
      </div>
      <p className={styles.note}>{t('leaving.html_help')}</p>
      <Checkbox isSelected={isPrivate} onChange={setPrivate}>
        {t('leaving.private')}
      </Checkbox>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </li>
  )
}

function MadeRow({ progress }: { readonly progress: ExportProgress }) {
  const t = useText()
  const { kind, state, done, total, missing, problem, handle, isPrivate, createdAt } = progress
  return (
    <li className={styles.import}>
      <div className={styles.row}>
        <h3>{t(`leaving.${kind}`)}</h3>
        <span className={styles.note}>
          {t(`leaving.${state}`)} · <RelativeTime moment={createdAt} />
        </span>
      </div>
      <p className={styles.note}>
        <bdi>{handle}</bdi>
        {kind === 'html' && isPrivate ? ` · ${t('leaving.with_private')}` : null}
      </p>
      {state === 'making' ? (
        <>
          <AmountBar label={t('leaving.progress')} done={done} total={total} />
          <p className={styles.note}>{t('leaving.counts', { done, total })}</p>
        </>
      ) : null}
      {missing === 0 ? null : <p className={styles.note}>{t('leaving.missing', { count: missing })}</p>}
      {problem === null ? null : (
        <p className={styles.loss} lang="en">
          {problem}
        </p>
      )}
      <MadeActs progress={progress} />
    </li>
  )
}

function MadeActs({ progress: { id, kind, state, bytes } }: { readonly progress: ExportProgress }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const run = (work: () => Promise<unknown>): void =>
    void act.run(async () => {
      await work()
      await queries.invalidateQueries({ queryKey: EXPORTS_KEY })
    })
  const named = { name: t(`leaving.${kind}`), size: formatBytes(t.locale, bytes ?? 0) }
  return (
    <>
      <div className={styles.acts}>
        {state === 'ready' ? (
          <Button label={t('leaving.save_label', named)} onPress={() => saveFromHome(exportFilePath(id))}>
            {t('leaving.save', named)}
          </Button>
        ) : null}
        {state === 'making' ? (
          <Button
            label={t('leaving.cancel_label', named)}
            isBusy={act.isBusy}
            onPress={() => run(async () => cancelExport(api, id))}
          >
            {t('leaving.cancel')}
          </Button>
        ) : (
          <Button
            look="plain"
            label={t('leaving.remove_label', named)}
            isBusy={act.isBusy}
            onPress={() => run(async () => removeExport(api, id))}
          >
            {t('leaving.remove')}
          </Button>
        )}
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </>
  )
}
