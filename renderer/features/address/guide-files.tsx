/** Files for another machine, each with where it goes, and what is typed there afterwards. */
import type { EdgeFile } from '../../../server/contracts/edge-files.ts'
import { CodeBlock } from '../../components/code-block.tsx'
import { useText } from '../../hooks/use-text.ts'
import type { Text } from '../../i18n/i18n.ts'
import styles from './address.module.css'

interface GuideFilesProps {
  readonly files: readonly EdgeFile[]
  readonly commands: readonly string[]
}

export function GuideFiles({ files, commands }: GuideFilesProps) {
  const t = useText()
  return (
    <div className={styles.stack}>
      {files.map((file) => (
        <CodeBlock
          key={`${file.path} ${file.name}`}
          name={file.name}
          isFileName
          note={placeOf(t, file)}
          text={file.text}
          file={file.name}
        />
      ))}
      {commands.length === 0 ? null : (
        <CodeBlock
          name={t('ends.commands')}
          text={commands.join('\n')}
          {...(commands.some((line) => line.startsWith('homebird '))
            ? { note: t('ends.commands_note') }
            : {})}
        />
      )}
    </div>
  )
}

/** What is only read goes nowhere; a script is run where it was put. */
function placeOf(t: Text, { name, path, mode }: EdgeFile): string {
  if (path === '') return t('ends.to_read')
  return path === name ? t('ends.take') : t('ends.goes_to', { path, mode })
}
