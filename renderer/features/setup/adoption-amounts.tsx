/** Names with what there is of each. */
import styles from './adoption.module.css'

export function Amounts({ rows }: { readonly rows: readonly (readonly [name: string, amount: string])[] }) {
  return (
    <dl className={styles.amounts}>
      {rows.map(([name, amount]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{amount}</dd>
        </div>
      ))}
    </dl>
  )
}
