/** What pages are made of: the header with title and acts, sections, and the words for empty and for loading. */
import { ArrowLeft, type LucideIcon } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import { useText } from '../hooks/use-text.ts'
import { IconButton } from './button.tsx'
import { cx } from './cx.ts'
import styles from './page.module.css'
import { Spinner } from './spinner.tsx'

interface PageProps {
  readonly title: ReactNode
  /** One line below the title. */
  readonly note?: ReactNode
  readonly acts?: ReactNode
  /** A page below another: an arrow leads back. */
  readonly hasBack?: boolean
  readonly children: ReactNode
}

export function Page({ title, note, acts, hasBack = false, children }: PageProps) {
  const t = useText()
  const id = useId()
  return (
    <section aria-labelledby={id} className={styles.page}>
      <header className={styles.header}>
        {hasBack ? (
          <IconButton
            icon={ArrowLeft}
            label={t('act.back')}
            isMirrored
            onPress={() => window.history.back()}
          />
        ) : null}
        <div className={styles.titles}>
          <h1 id={id} dir="auto">
            {title}
          </h1>
          {note === undefined ? null : <p className={styles.note}>{note}</p>}
        </div>
        {acts === undefined ? null : <div className={styles.acts}>{acts}</div>}
      </header>
      {children}
    </section>
  )
}

interface SectionProps {
  readonly title: string
  readonly help?: ReactNode
  readonly children: ReactNode
}

/** One part of a page: its heading, a line of help, and what belongs to it. */
export function Section({ title, help, children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={styles.section}>
      <h2 id={id}>{title}</h2>
      {help === undefined ? null : <p className={styles.help}>{help}</p>}
      {children}
    </section>
  )
}

interface EmptyStateProps {
  readonly icon?: LucideIcon
  readonly title: string
  readonly help?: string
  readonly act?: ReactNode
}

export function EmptyState({ icon: Icon, title, help, act }: EmptyStateProps) {
  return (
    <div className={styles.state}>
      {Icon === undefined ? null : <Icon aria-hidden size={32} strokeWidth={1.5} />}
      <h2>{title}</h2>
      {help === undefined ? null : <p>{help}</p>}
      {act}
    </div>
  )
}

export function PageLoading({ words }: { readonly words?: string }) {
  const t = useText()
  return (
    <p className={cx(styles.busy)} role="status" data-loading>
      <Spinner /> {words ?? t('act.loading')}
    </p>
  )
}
