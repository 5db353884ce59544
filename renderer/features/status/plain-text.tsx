/** Text of somebody else, or of a machine, kept apart from the words around it. */
import styles from './status.module.css'

export const apart = (text: string) => <bdi>{text}</bdi>
export const code = (text: string) => <code className={styles.inline}>{text}</code>
