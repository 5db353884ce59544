/** Bringing lists along: choose what and the file, see what will happen, begin, watch, and take what failed as a file. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { IMPORT_KINDS, type ImportKind, type ImportPreview } from '../../../server/contracts/import.ts'
import { getImports, previewImport, startImport } from '../../api/transfer.ts'
import { Button } from '../../components/button.tsx'
import { FileButton } from '../../components/file-button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { Page, Section } from '../../components/page.tsx'
import { QueryState } from '../../components/query-state.tsx'
import { RadioChoices } from '../../components/radio-choices.tsx'
import { Select } from '../../components/select.tsx'
import { useAct } from '../../hooks/use-act.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { ArchivesPart } from './archives-part.tsx'
import { ImportRow } from './import-row.tsx'
import styles from './transfer.module.css'

export const IMPORTS_KEY = ['imports']
const LOOK_EVERY_MS = 1_500

export function ImportsPage() {
  const t = useText()
  const { api } = useServices()
  const query = useQuery({
    queryKey: IMPORTS_KEY,
    queryFn: async () => getImports(api),
    refetchInterval: ({ state }) =>
      state.data?.some((one) => one.state === 'working') === true ? LOOK_EVERY_MS : false,
  })
  return (
    <Page title={t('imports.title')} hasBack>
      <NewImport />
      <ArchivesPart />
      <Section title={t('imports.before')}>
        <QueryState query={query}>
          {(imports) =>
            imports.length === 0 ? (
              <p className={styles.note}>{t('imports.none')}</p>
            ) : (
              <ul className={styles.list}>
                {imports.map((one) => (
                  <ImportRow key={one.id} progress={one} />
                ))}
              </ul>
            )
          }
        </QueryState>
      </Section>
    </Page>
  )
}

function NewImport() {
  const t = useText()
  const { api } = useServices()
  const queries = useQueryClient()
  const act = useAct()
  const [kind, setKind] = useState<ImportKind>('following')
  const [mode, setMode] = useState<Mode>('merge')
  const [file, setFile] = useState<File | null>(null)
  const [preview, setPreview] = useState<ImportPreview | null>(null)
  const look = (next: { kind?: ImportKind; mode?: Mode; file?: File }): void => {
    const chosen = { kind, mode, file, ...next }
    setKind(chosen.kind)
    setMode(chosen.mode)
    setFile(chosen.file)
    setPreview(null)
    const { file: bytes } = chosen
    if (bytes === null) return
    const choice = { kind: chosen.kind, overwrites: chosen.mode === 'overwrite', file: bytes }
    void act.run(async () => setPreview(await previewImport(api, choice)))
  }
  const begin = async (): Promise<void> => {
    if (file === null) return
    await startImport(api, { kind, overwrites: mode === 'overwrite', file })
    setFile(null)
    setPreview(null)
    await queries.invalidateQueries({ queryKey: IMPORTS_KEY })
  }
  return (
    <Section title={t('imports.new')} help={t('imports.help')}>
      <Select
        label={t('imports.kind')}
        value={kind}
        choices={IMPORT_KINDS.map((value) => ({ value, label: t(`transfer.${kindWord(value)}`) }))}
        onChange={(value) => look({ kind: value })}
      />
      <ModeChoice mode={mode} onMode={(value) => look({ mode: value })} />
      <div className={styles.acts}>
        <FileButton
          accept=".csv,.json,.txt,text/csv,application/json"
          onFile={(chosen) => look({ file: chosen })}
        >
          {t('imports.choose')}
        </FileButton>
        {file === null ? null : <bdi dir="auto">{file.name}</bdi>}
      </div>
      {act.failure === null ? null : (
        <FailureNotice failure={act.failure} meaning={t('act.nothing_changed')} />
      )}
      {preview === null ? null : (
        <Preview preview={preview} isBusy={act.isBusy} onBegin={() => void act.run(begin)} />
      )}
    </Section>
  )
}

type Mode = 'merge' | 'overwrite'

function ModeChoice({ mode, onMode }: { readonly mode: Mode; readonly onMode: (mode: Mode) => void }) {
  const t = useText()
  return (
    <RadioChoices
      label={t('imports.mode')}
      value={mode}
      choices={[
        { value: 'merge', label: t('imports.merge'), help: t('imports.merge_help') },
        { value: 'overwrite', label: t('imports.overwrite'), help: t('imports.overwrite_help') },
      ]}
      onChange={onMode}
    />
  )
}

/** Both sides call the same file by one word. */
const kindWord = (kind: ImportKind) => (kind === 'filters' ? 'custom_filters' : kind)

interface PreviewProps {
  readonly preview: ImportPreview
  readonly isBusy: boolean
  readonly onBegin: () => void
}

function Preview({ preview, isBusy, onBegin }: PreviewProps) {
  const t = useText()
  const { entries, repeated, flawed, flaws, loss } = preview
  return (
    <div role="status" className={styles.preview}>
      <p>{t('imports.will', { entries })}</p>
      {repeated === 0 ? null : <p className={styles.note}>{t('imports.repeated', { count: repeated })}</p>}
      {flawed === 0 ? null : (
        <details>
          <summary>{t('imports.flawed', { count: flawed })}</summary>
          <ul className={styles.note}>
            {flaws.map(({ line, text, reason }) => (
              <li key={line}>
                {t('imports.line', { line })} <bdi dir="ltr">{text}</bdi> <span lang="en">{reason}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {loss.count === 0 ? null : (
        <p className={styles.loss}>
          {t('imports.loss', { count: loss.count })} <bdi>{loss.named.join(', ')}</bdi>
        </p>
      )}
      <div>
        <Button
          look={loss.count === 0 ? 'primary' : 'danger'}
          isBusy={isBusy}
          isDisabled={entries === 0}
          onPress={onBegin}
        >
          {t('imports.begin')}
        </Button>
      </div>
    </div>
  )
}
