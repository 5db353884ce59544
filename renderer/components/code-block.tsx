/** Lines for another machine or program: to be read, copied, and saved as a file. Their words are the part `tunnel`. */
import { Download } from 'lucide-react'
import type { ReactNode } from 'react'
import { useText } from '../hooks/use-text.ts'
import { Button } from './button.tsx'
import styles from './code-block.module.css'
import { CopyButton } from './copy-button.tsx'
import { saveFile } from './save-file.ts'

interface CodeBlockProps {
  /** What it is, as it is called aloud and above it: a file's name, or words. */
  readonly name: string
  readonly isFileName?: boolean
  readonly note?: ReactNode
  readonly text: string
  /** Under which it is saved; absent where it is no file. */
  readonly file?: string
}

export function CodeBlock({ name, isFileName = false, note, text, file }: CodeBlockProps) {
  const t = useText()
  return (
    <figure className={styles.block}>
      <figcaption className={styles.top}>
        <span className={styles.words}>
          <b {...(isFileName ? { dir: 'ltr' } : {})}>{name}</b>
          {note === undefined ? null : <span className={styles.note}>{note}</span>}
        </span>
        <span className={styles.acts}>
          <CopyButton text={text} what={name} />
          {file === undefined ? null : (
            <Button
              label={t('code.save_label', { what: name })}
              onPress={() => saveFile(new Blob([text], { type: 'text/plain' }), file)}
            >
              <Download aria-hidden size={16} />
              {t('code.save')}
            </Button>
          )}
        </span>
      </figcaption>
      <pre
        className={styles.code}
        dir="ltr"
        role="group"
        aria-label={name}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what is longer than its box is scrolled by keyboard too
        tabIndex={0}
      >
        <code>{text}</code>
      </pre>
    </figure>
  )
}
