/** A small turning ring; never alone on a page, always beside or inside words. */
import styles from './spinner.module.css'

export function Spinner() {
  return <span aria-hidden className={styles.spinner} />
}
