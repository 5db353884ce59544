/** The quiet sheet in the middle of an otherwise empty page: first run, sign-in, the home that does not answer. */
import type { ReactNode } from 'react'
import { Bird } from './bird.tsx'
import { cx } from './cx.ts'
import styles from './page-frame.module.css'

interface PageFrameProps {
  readonly children: ReactNode
  /** Above the sheet, beside the bird: where the person is. */
  readonly place?: ReactNode
  /** Keeps one height over several pages. */
  readonly isTall?: boolean
  /** For one short form. */
  readonly isNarrow?: boolean
}

export function PageFrame({ children, place = null, isTall = false, isNarrow = false }: PageFrameProps) {
  return (
    <div className={styles.page}>
      <main className={cx(styles.sheet, isTall && styles.tall, isNarrow && styles.narrow)}>
        <div className={styles.top}>
          <Bird />
          <span className={styles.place}>{place}</span>
        </div>
        {children}
      </main>
    </div>
  )
}
