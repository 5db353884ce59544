/** Text of somebody else, or of a machine, kept apart from the words around it. */
import type { ReactNode } from 'react'
import styles from './items.module.css'

export const apart = (text: string) => <bdi>{text}</bdi>
export const code = (text: string) => <code className={styles.inline}>{text}</code>

/** On one line, as a moment in a table is. */
export const unbroken = (text: string): ReactNode => <span className={styles.moment}>{text}</span>
