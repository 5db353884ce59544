/** All that the window shows where nobody lives any more: how the farewell goes, and what may still be saved. */
import { useQuery } from '@tanstack/react-query'
import type { FarewellProgress } from '../../../server/contracts/farewell.ts'
import { exportFilePath, getExports, getFarewell } from '../../api/leaving.ts'
import { Button } from '../../components/button.tsx'
import { PageFrame } from '../../components/page-frame.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { saveFromHome } from '../../components/save-file.ts'
import { formatBytes } from '../../formatting/amounts.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './farewell.module.css'

const LOOK_EVERY_MS = 5_000

export function LeftPage() {
  const t = useText()
  const { api } = useServices()
  const query = useQuery({
    queryKey: ['farewell'],
    queryFn: async () => getFarewell(api),
    refetchInterval: ({ state }) => (state.data?.progress?.phase === 'erased' ? false : LOOK_EVERY_MS),
  })
  return (
    <PageFrame>
      <h1>{t('farewell.left_title')}</h1>
      <QueryState query={query}>
        {({ progress }) => (progress === null ? null : <Progress progress={progress} />)}
      </QueryState>
      <TakenAlong />
    </PageFrame>
  )
}

function Progress({ progress }: { readonly progress: FarewellProgress }) {
  const t = useText()
  const { phase, inboxes, waiting, failed } = progress
  return (
    <div role="status" className={styles.form}>
      {phase === 'erasing' ? <p>{t('farewell.erasing')}</p> : null}
      {phase === 'erased' ? <p>{t('farewell.erased')}</p> : null}
      {phase === 'waiting' || phase === 'leaving' ? (
        <>
          <p>
            {inboxes === null
              ? t('farewell.counting')
              : t('farewell.leaving', { done: inboxes - waiting, total: inboxes })}
          </p>
          <p className={styles.note}>{t('farewell.leaving_help')}</p>
        </>
      ) : null}
      {failed === 0 ? null : <p className={styles.note}>{t('farewell.not_told', { count: failed })}</p>}
    </div>
  )
}

function TakenAlong() {
  const t = useText()
  const { api } = useServices()
  const { data: exports = [] } = useQuery({
    queryKey: ['exports'],
    queryFn: async () => getExports(api),
  })
  const ready = exports.filter(({ state }) => state === 'ready')
  if (ready.length === 0) return null
  return (
    <section className={styles.form}>
      <h2>{t('farewell.taken_along')}</h2>
      {ready.map(({ id, kind, bytes, handle }) => {
        const named = { name: `${t(`leaving.${kind}`)} ${handle}`, size: formatBytes(t.locale, bytes ?? 0) }
        return (
          <div key={id} className={styles.acts}>
            <bdi>{handle}</bdi>
            <Button label={t('leaving.save_label', named)} onPress={() => saveFromHome(exportFilePath(id))}>
              {t('leaving.save', named)}
            </Button>
          </div>
        )
      })}
    </section>
  )
}
