/** Blocking the servers that a file names: read by the home, looked at whole, and only then said. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import {
  type ImportBlocks,
  type ImportPreview,
  type ImportProgress,
  MOST_IMPORT_BYTES,
  MOST_IMPORT_LINES,
} from '../../../server/contracts/import.ts'
import { type ImportChoice, getImport, previewImport, startImport } from '../../api/transfer.ts'
import { Button } from '../../components/button.tsx'
import { FileButton } from '../../components/file-button.tsx'
import { FailureNotice, Notice } from '../../components/notice.tsx'
import { Section } from '../../components/page.tsx'
import { formatBytes } from '../../formatting/amounts.ts'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './block-lists.module.css'

const LOOK_EVERY_MS = 1_500

type Stage =
  | { readonly name: 'ask' }
  | { readonly name: 'too_large'; readonly file: File }
  | { readonly name: 'look'; readonly file: File; readonly preview: ImportPreview }
  | { readonly name: 'going'; readonly progress: ImportProgress }

const serversIn = (file: File): ImportChoice => ({ kind: 'domain_blocks', overwrites: false, file })

export function BlockFile() {
  const t = useText()
  const { api } = useServices()
  const act = useAct()
  const [stage, setStage] = useState<Stage>({ name: 'ask' })
  const size = formatBytes(t.locale, MOST_IMPORT_BYTES)
  const look = (file: File): void => {
    setStage(file.size > MOST_IMPORT_BYTES ? { name: 'too_large', file } : { name: 'ask' })
    void act.run(async () => {
      if (file.size <= MOST_IMPORT_BYTES)
        setStage({ name: 'look', file, preview: await previewImport(api, serversIn(file)) })
    })
  }
  const begin = async (file: File): Promise<void> =>
    setStage({ name: 'going', progress: await startImport(api, serversIn(file)) })
  return (
    <Section
      title={t('blocklists.file')}
      help={t('blocklists.file_help', { size, lines: MOST_IMPORT_LINES })}
    >
      <div className={styles.acts}>
        <FileButton accept=".csv,.txt,text/csv,text/plain" isBusy={act.isBusy} onFile={look}>
          {t('blocklists.file_choose')}
        </FileButton>
      </div>
      {stage.name === 'too_large' ? (
        <Notice>
          {t('blocklists.file_too_large', {
            name: stage.file.name,
            size: formatBytes(t.locale, stage.file.size),
            most: size,
          })}
        </Notice>
      ) : null}
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      {stage.name === 'look' ? (
        <Look
          {...stage}
          isBusy={act.isBusy}
          onBegin={() => void act.run(async () => begin(stage.file))}
          onLeave={() => setStage({ name: 'ask' })}
        />
      ) : null}
      {stage.name === 'going' ? <Going key={stage.progress.id} first={stage.progress} /> : null}
    </Section>
  )
}

interface LookProps {
  readonly file: File
  readonly preview: ImportPreview
  readonly isBusy: boolean
  readonly onBegin: () => void
  readonly onLeave: () => void
}

function Look({ file, preview, isBusy, onBegin, onLeave }: LookProps) {
  const t = useText()
  const { entries, repeated, blocks } = preview
  return (
    <div role="status" className={styles.preview}>
      <p>
        <bdi dir="auto">{file.name}</bdi>
      </p>
      {blocks === null ? null : <Effect entries={entries} blocks={blocks} />}
      {repeated === 0 ? null : (
        <p className={styles.note}>{t('blocklists.file_repeated', { count: repeated })}</p>
      )}
      <Flaws preview={preview} />
      <div className={styles.acts}>
        <Button look="danger" isBusy={isBusy} onPress={onBegin}>
          {t('blocklists.file_block')}
        </Button>
        <Button onPress={onLeave}>{t('act.cancel')}</Button>
      </div>
    </div>
  )
}

/** What is blocked, and whom that takes away. */
function Effect({ entries, blocks }: { readonly entries: number; readonly blocks: ImportBlocks }) {
  const t = useText()
  const { fresh, domains, loss } = blocks
  return (
    <>
      <p>{t('blocklists.names', { entries, fresh })}</p>
      <p className={styles.loss}>
        {t('blocklists.file_loss', { followers: loss.followers, follows: loss.follows })}
      </p>
      {loss.followed.length === 0 ? null : (
        <p className={styles.note}>
          {t('blocklists.followed')} <bdi>{loss.followed.join(', ')}</bdi>
        </p>
      )}
      <details>
        <summary>{t('blocklists.file_named')}</summary>
        <ul className={styles.names}>
          {domains.map((domain) => (
            <li key={domain}>
              <bdi dir="ltr">{domain}</bdi>
            </li>
          ))}
        </ul>
        {entries > domains.length ? (
          <p className={styles.note}>{t('blocklists.file_more', { count: entries - domains.length })}</p>
        ) : null}
      </details>
    </>
  )
}

function Flaws({ preview: { flawed, flaws } }: { readonly preview: ImportPreview }) {
  const t = useText()
  if (flawed === 0) return null
  return (
    <details open={flawed <= 10}>
      <summary>{t('blocklists.file_flawed', { count: flawed })}</summary>
      <ul className={styles.names}>
        {flaws.map(({ line, text, reason }) => (
          <li key={line}>
            {t('blocklists.file_line', { line })} <bdi dir="ltr">{text}</bdi> <span lang="en">{reason}</span>
          </li>
        ))}
      </ul>
      {flawed > flaws.length ? (
        <p className={styles.note}>{t('blocklists.file_more', { count: flawed - flaws.length })}</p>
      ) : null}
    </details>
  )
}

/** Goes on in the home, whether anybody looks or not. */
function Going({ first }: { readonly first: ImportProgress }) {
  const t = useText()
  const { api } = useServices()
  const { data } = useQuery({
    queryKey: ['import', first.id],
    queryFn: async () => getImport(api, first.id),
    initialData: first,
    refetchInterval: ({ state }) => (state.data?.state === 'working' ? LOOK_EVERY_MS : false),
  })
  const { done, failed, entries, state } = data
  return (
    <div role="status" className={styles.preview}>
      <p>{t('blocklists.file_done', { done, entries, failed })}</p>
      {state === 'working' ? <p className={styles.note}>{t('blocklists.file_going')}</p> : null}
    </div>
  )
}
