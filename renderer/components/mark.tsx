/** A shape and a colour beside words that say the same. */
import { cx } from './cx.ts'
import styles from './mark.module.css'

export type Tone = 'good' | 'look' | 'bad' | 'quiet'

export function Mark({ tone }: { readonly tone: Tone }) {
  return <span aria-hidden className={cx(styles.mark, tone === 'quiet' ? null : styles[tone])} />
}
