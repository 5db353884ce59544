/** Bringing the posts of a former account along: give the archive, watch, and take what did not come along as a file. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { ArchiveProgress, ArchiveState } from '../../../server/contracts/archive.ts'
import { bringArchive, cancelArchive, getArchiveFailures, getArchives } from '../../api/archives.ts'
import { AmountBar } from '../../components/amount-bar.tsx'
import { Button } from '../../components/button.tsx'
import { FileButton } from '../../components/file-button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { saveFile } from '../../components/save-file.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './transfer.module.css'

const KEY = ['archives']
const LOOK_EVERY_MS = 1_500
const OPEN: ReadonlySet<ArchiveState> = new Set(['reading', 'importing', 'cancelling'])

export function ArchivesPart() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const query = useQuery({
    queryKey: KEY,
    queryFn: async () => getArchives(api),
    refetchInterval: ({ state }) =>
      state.data?.some((one) => OPEN.has(one.state)) === true ? LOOK_EVERY_MS : false,
  })
  const bring = async (file: File): Promise<void> => {
    await bringArchive(api, file)
    await queries.invalidateQueries({ queryKey: KEY })
  }
  return (
    <Section title={t('archives.title')} help={t('archives.help')}>
      <div className={styles.acts}>
        <FileButton
          accept=".zip,.tar,.gz,.tgz,.json,.js,application/zip,application/gzip,application/json"
          isBusy={act.isBusy}
          onFile={(file) => void act.run(async () => bring(file))}
        >
          {t('archives.choose')}
        </FileButton>
        <span role="status" className={styles.note}>
          {act.isBusy ? t('archives.sending') : ''}
        </span>
      </div>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      <QueryState query={query}>
        {(archives) =>
          archives.length === 0 ? null : (
            <ul className={styles.list}>
              {archives.map((one) => (
                <ArchiveRow key={one.id} progress={one} />
              ))}
            </ul>
          )
        }
      </QueryState>
    </Section>
  )
}

function ArchiveRow({ progress }: { readonly progress: ArchiveProgress }) {
  const t = useText()
  const { name, state, entries, pending, createdAt, failure } = progress
  return (
    <li className={styles.import}>
      <div className={styles.row}>
        <h3>
          <bdi dir="auto">{name === '' ? t('archives.unnamed') : name}</bdi>
        </h3>
        <span className={styles.note}>
          {t(`archives.state_${state}`)} · <RelativeTime moment={createdAt} />
        </span>
      </div>
      <AmountBar label={t('imports.progress')} done={entries - pending} total={entries} />
      <ArchiveFigures progress={progress} />
      {failure === null ? null : (
        <p className={styles.loss} lang="en">
          {failure}
        </p>
      )}
      <ArchiveActs progress={progress} />
    </li>
  )
}

function ArchiveFigures({ progress }: { readonly progress: ArchiveProgress }) {
  const t = useText()
  const { entries, done, repeated, failed, passedOver, filesDone, filesFailed } = progress
  const figures = [
    t('archives.counts', { done, entries, files: filesDone }),
    repeated === 0 ? '' : t('archives.repeated', { count: repeated }),
    failed === 0 ? '' : t('archives.failed', { count: failed }),
    filesFailed === 0 ? '' : t('archives.files_failed', { count: filesFailed }),
    passedOver === 0 ? '' : t('archives.passed_over', { count: passedOver }),
  ]
  return <p className={styles.note}>{figures.filter((figure) => figure !== '').join(' ')}</p>
}

function ArchiveActs({ progress }: { readonly progress: ArchiveProgress }) {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const { id, state, failed, filesFailed } = progress
  const cancel = async (): Promise<void> => {
    await cancelArchive(api, id)
    await queries.invalidateQueries({ queryKey: KEY })
  }
  return (
    <>
      <div className={styles.acts}>
        {OPEN.has(state) ? (
          <Button
            isBusy={act.isBusy}
            isDisabled={state === 'cancelling'}
            onPress={() => void act.run(cancel)}
          >
            {t('imports.cancel')}
          </Button>
        ) : null}
        {failed + filesFailed === 0 ? null : (
          <Button
            isBusy={act.isBusy}
            onPress={() =>
              void act.run(async () => saveFile(await getArchiveFailures(api, id), 'failures-archive.csv'))
            }
          >
            {t('imports.failures')}
          </Button>
        )}
      </div>
      {act.failure === null ? null : <FailureNotice failure={act.failure} />}
    </>
  )
}
