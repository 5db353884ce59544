/** One part of the page: its heading, a line of help, and what belongs to it. */
import { type ReactNode, useId } from 'react'
import styles from './security.module.css'

interface SectionProps {
  readonly title: string
  readonly help?: string
  readonly children: ReactNode
}

export function Section({ title, help, children }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={styles.section}>
      <h2 id={id}>{title}</h2>
      {help === undefined ? null : <p className={styles.note}>{help}</p>}
      {children}
    </section>
  )
}
