/** A JSON document that folds: what it holds is plain text, whoever wrote it. */
import styles from './json-tree.module.css'

interface JsonTreeProps {
  readonly value: unknown
  readonly name?: string
  /** How deep it is opened at first. */
  readonly openTo?: number
}

/** More items than these are named by their number only, until somebody asks for the whole text. */
const MOST_ITEMS = 500

export function JsonTree({ value, name, openTo = 2 }: JsonTreeProps) {
  const label = name === undefined ? null : <span className={styles.name}>{name}: </span>
  if (typeof value !== 'object' || value === null) {
    return (
      <div className={styles.leaf}>
        {label}
        <span className={styles[kindOf(value)]}>{JSON.stringify(value)}</span>
      </div>
    )
  }
  const entries = Object.entries(value)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (entries.length === 0) {
    return (
      <div className={styles.leaf}>
        {label}
        {`${open}${close}`}
      </div>
    )
  }
  return (
    <details open={openTo > 0} className={styles.fold}>
      <summary>
        {label}
        {open} <span className={styles.count}>{entries.length}</span> {close}
      </summary>
      <div className={styles.inner}>
        {entries.slice(0, MOST_ITEMS).map(([key, item]) => (
          <JsonTree key={key} name={key} value={item} openTo={openTo - 1} />
        ))}
        {entries.length > MOST_ITEMS ? (
          <div className={styles.count}>… {entries.length - MOST_ITEMS}</div>
        ) : null}
      </div>
    </details>
  )
}

function kindOf(value: unknown): 'text' | 'number' {
  return typeof value === 'string' ? 'text' : 'number'
}
