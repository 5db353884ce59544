/** A plain table of facts: rows by key, the first cell names its row. */
import type { ReactNode } from 'react'
import { cx } from './cx.ts'
import styles from './table.module.css'

export interface Column<Row> {
  readonly name: string
  readonly title: string
  readonly isNumber?: boolean
  readonly cell: (row: Row) => ReactNode
}

interface TableProps<Row> {
  /** What the table tells, in words. */
  readonly caption: string
  readonly isCaptionHidden?: boolean
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row) => string
}

export function Table<Row>({ caption, isCaptionHidden = false, columns, rows, keyOf }: TableProps<Row>) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <div className={styles.frame} role="region" aria-label={caption} tabIndex={0}>
      <table className={styles.table}>
        <caption className={cx(isCaptionHidden && 'visually-hidden')}>{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ name, title, isNumber }) => (
              <th key={name} scope="col" className={cx(isNumber === true && styles.number)}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, place) => (
                <Cell key={column.name} row={row} column={column} isFirst={place === 0} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface CellProps<Row> {
  readonly row: Row
  readonly column: Column<Row>
  readonly isFirst: boolean
}

function Cell<Row>({ row, column, isFirst }: CellProps<Row>) {
  if (isFirst) return <th scope="row">{column.cell(row)}</th>
  return <td className={cx(column.isNumber === true && styles.number)}>{column.cell(row)}</td>
}
