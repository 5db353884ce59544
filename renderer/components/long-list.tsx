/**
 * Rows of any number, of which only those near the screen are in the page; a screen reader hears the place of each in the whole:
 * `<LongList items={accounts} label={t('…')}>{(account) => <Row key={account.id} account={account} />}</LongList>`
 */
import { type CSSProperties, type ReactElement, type ReactNode, type Ref, createContext, use } from 'react'
import { WindowVirtualizer } from 'virtua'
import { RowsBox } from './rows-box.tsx'

interface LongListProps<T> {
  readonly items: readonly T[]
  readonly label?: string | undefined
  /** Draws one, with a key of its own. */
  readonly children: (item: T) => ReactElement
}

/** Pixels beyond the screen: a press of Page Down finds rows and no hole. */
const BUFFER = 600

const Count = createContext(0)

export function LongList<T>({ items, label, children }: LongListProps<T>) {
  return (
    <div role="list" {...(label === undefined ? {} : { 'aria-label': label })}>
      <Count value={items.length}>
        <WindowVirtualizer data={items} as={RowsBox} item={Row} bufferSize={BUFFER}>
          {(item) => children(item)}
        </WindowVirtualizer>
      </Count>
    </div>
  )
}

interface RowProps {
  readonly style: CSSProperties
  readonly index: number
  readonly children: ReactNode
  // The list brings what its own types call a legacy one.
  readonly ref?: Ref<HTMLDivElement>
}

function Row({ style, index, children, ref }: RowProps) {
  const count = use(Count)
  return (
    <div
      role="listitem"
      aria-posinset={index + 1}
      aria-setsize={count}
      style={style}
      {...(ref === undefined ? {} : { ref })}
    >
      {children}
    </div>
  )
}
