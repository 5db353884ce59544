/** Bring your people: a list from elsewhere, or handles as they stand in a message; looked at, then followed. */
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { FileTrigger } from 'react-aria-components'
import type { ImportPreview, ImportProgress } from '../../../server/contracts/import.ts'
import { type ApiFailure, toFailure } from '../../api/failure.ts'
import { type ImportChoice, getImport, previewImport, startImport } from '../../api/transfer.ts'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { csvOfHandles, readHandles } from '../../formatting/read-handles.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import styles from './setup.module.css'

const LOOK_EVERY_MS = 1_500

interface Chosen {
  readonly file: Blob
  readonly preview: ImportPreview
}

type Stage =
  | { readonly name: 'ask' | 'paste' | 'skipped' }
  | { readonly name: 'look'; readonly chosen: Chosen }
  | { readonly name: 'going'; readonly progress: ImportProgress }

const followingIn = (file: Blob): ImportChoice => ({ kind: 'following', overwrites: false, file })

export function BringPeople() {
  const t = useText()
  const { api } = useServices()
  const [stage, setStage] = useState<Stage>({ name: 'ask' })
  const [pasted, setPasted] = useState('')
  const [failure, setFailure] = useState<ApiFailure | null>(null)
  const [isBusy, setBusy] = useState(false)
  const attempt = async (work: () => Promise<Stage>): Promise<void> => {
    setBusy(true)
    setFailure(null)
    try {
      setStage(await work())
    } catch (error) {
      setFailure(toFailure(error))
    } finally {
      setBusy(false)
    }
  }
  const look = async (file: Blob): Promise<void> =>
    attempt(async () => ({
      name: 'look',
      chosen: { file, preview: await previewImport(api, followingIn(file)) },
    }))
  const begin = async (file: Blob): Promise<void> =>
    attempt(async () => ({ name: 'going', progress: await startImport(api, followingIn(file)) }))
  if (stage.name === 'skipped') return <p className={styles.note}>{t('setup.people_skipped')}</p>
  return (
    <section className={styles.people} aria-labelledby="people">
      <h2 id="people">{t('setup.people_title')}</h2>
      {stage.name === 'ask' ? (
        <Ask
          isBusy={isBusy}
          onFile={(file) => void look(file)}
          onPaste={() => setStage({ name: 'paste' })}
          onSkip={() => setStage({ name: 'skipped' })}
        />
      ) : null}
      {stage.name === 'paste' ? (
        <PasteField
          pasted={pasted}
          isBusy={isBusy}
          onChange={setPasted}
          onLook={(handles) => void look(new Blob([csvOfHandles(handles)], { type: 'text/csv' }))}
          onBack={() => setStage({ name: 'ask' })}
        />
      ) : null}
      {stage.name === 'look' ? (
        <Look
          preview={stage.chosen.preview}
          isBusy={isBusy}
          onBegin={() => void begin(stage.chosen.file)}
          onBack={() => setStage({ name: pasted === '' ? 'ask' : 'paste' })}
        />
      ) : null}
      {stage.name === 'going' ? <Going first={stage.progress} /> : null}
      {failure === null ? null : <FailureNotice failure={failure} meaning={t('setup.people_kept')} />}
    </section>
  )
}

interface AskProps {
  readonly isBusy: boolean
  readonly onFile: (file: Blob) => void
  readonly onPaste: () => void
  readonly onSkip: () => void
}

function Ask({ isBusy, onFile, onPaste, onSkip }: AskProps) {
  const t = useText()
  return (
    <div className={styles.row}>
      <FileTrigger
        acceptedFileTypes={['.csv', 'text/csv', 'text/plain']}
        onSelect={(files) => files?.[0] && onFile(files[0])}
      >
        <Button isBusy={isBusy}>{t('setup.people_csv')}</Button>
      </FileTrigger>
      <Button onPress={onPaste}>{t('setup.people_paste')}</Button>
      <Button look="plain" onPress={onSkip}>
        {t('setup.people_skip')}
      </Button>
    </div>
  )
}

interface PasteFieldProps {
  readonly pasted: string
  readonly isBusy: boolean
  readonly onChange: (pasted: string) => void
  readonly onLook: (handles: readonly string[]) => void
  readonly onBack: () => void
}

function PasteField({ pasted, isBusy, onChange, onLook, onBack }: PasteFieldProps) {
  const t = useText()
  const handles = readHandles(pasted)
  return (
    <div className={styles.paste}>
      <label className={styles.pasteLabel}>
        {t('setup.people_label')}
        <textarea
          rows={4}
          autoFocus
          dir="auto"
          spellCheck={false}
          value={pasted}
          onInput={(event: FormEvent<HTMLTextAreaElement>) => onChange(event.currentTarget.value)}
        />
      </label>
      <p role="status" className={styles.note}>
        {t('setup.people_found', { count: handles.length })}
      </p>
      <div className={styles.row}>
        <Button onPress={onBack}>{t('setup.back')}</Button>
        <Button isBusy={isBusy} isDisabled={handles.length === 0} onPress={() => onLook(handles)}>
          {t('setup.people_look')}
        </Button>
      </div>
    </div>
  )
}

interface LookProps {
  readonly preview: ImportPreview
  readonly isBusy: boolean
  readonly onBegin: () => void
  readonly onBack: () => void
}

function Look({ preview, isBusy, onBegin, onBack }: LookProps) {
  const t = useText()
  const { entries, flawed, flaws } = preview
  return (
    <div className={styles.paste}>
      <p>{t('setup.people_count', { count: entries })}</p>
      {flawed === 0 ? null : (
        <details className={styles.fix}>
          <summary>{t('setup.people_flawed', { count: flawed })}</summary>
          {flaws.map(({ line, text, reason }) => (
            <code key={line} dir="ltr">
              {`${line}: ${text} (${reason})`}
            </code>
          ))}
        </details>
      )}
      <div className={styles.row}>
        <Button onPress={onBack}>{t('setup.back')}</Button>
        <Button isBusy={isBusy} isDisabled={entries === 0} onPress={onBegin}>
          {t('setup.people_follow', { count: entries })}
        </Button>
      </div>
    </div>
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
    <div role="status" className={styles.paste}>
      <p>{t('setup.people_done', { done, count: entries })}</p>
      {failed === 0 ? null : <p className={styles.note}>{t('setup.people_failed', { count: failed })}</p>}
      {state === 'working' ? <p className={styles.note}>{t('setup.people_going')}</p> : null}
    </div>
  )
}
