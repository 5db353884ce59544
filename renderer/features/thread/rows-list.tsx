/** Rows of which only those near the screen are in the page, whether the page scrolls or the column that they stand in. */
import { type ReactElement, type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { type CacheSnapshot, Virtualizer, WindowVirtualizer, type WindowVirtualizerHandle } from 'virtua'
import { RowsBox } from '../../components/rows-box.tsx'
import { scrollBoxOf } from './scroll-box.ts'

/** What both kinds of list can do. */
export type RowsHandle = Pick<WindowVirtualizerHandle, 'cache' | 'scrollToIndex'>

interface RowsListProps<Row> {
  readonly rows: readonly Row[]
  readonly handle?: RefObject<RowsHandle | null>
  /** Heights of an earlier drawing with as many rows. */
  readonly measured?: CacheSnapshot | null
  readonly isBeside: boolean
  readonly children: (row: Row) => ReactElement
}

/** Pixels above and below the screen that are drawn too: what the keys go to next is among them. */
const BUFFER = 900

export function RowsList<Row>({ isBeside, ...props }: RowsListProps<Row>) {
  const { rows, handle, measured = null, children } = props
  if (isBeside) return <RowsInColumn {...props} isBeside />
  return (
    <WindowVirtualizer
      {...(handle === undefined ? {} : { ref: handle as RefObject<WindowVirtualizerHandle | null> })}
      data={rows}
      as={RowsBox}
      bufferSize={BUFFER}
      {...(measured === null ? {} : { cache: measured })}
    >
      {children}
    </WindowVirtualizer>
  )
}

/** A column does not know by itself how far down its rows begin: the post and what it answers stand above them. */
function RowsInColumn<Row>({ rows, handle, measured = null, children }: RowsListProps<Row>) {
  const frame = useRef<HTMLDivElement>(null)
  const scrolls = useRef<HTMLElement | null>(null)
  const [start, setStart] = useState<number | null>(null)
  useLayoutEffect(() => {
    const { current } = frame
    const { element } = current === null ? { element: null } : scrollBoxOf(current)
    if (current === null || element === null) return undefined
    scrolls.current = element
    const look = (): void => {
      const { top } = current.getBoundingClientRect()
      setStart(Math.round(top - element.getBoundingClientRect().top + element.scrollTop))
    }
    look()
    const observer = new ResizeObserver(look)
    for (const part of element.querySelectorAll('[data-above-rows]')) observer.observe(part)
    // Other rows and what is told of a failure stand above these too.
    if (current.parentElement !== null) observer.observe(current.parentElement)
    return () => observer.disconnect()
  }, [])
  return (
    <div ref={frame}>
      {start === null ? null : (
        <Virtualizer
          {...(handle === undefined ? {} : { ref: handle as RefObject<never> })}
          scrollRef={scrolls}
          startMargin={start}
          data={rows}
          as={RowsBox}
          bufferSize={BUFFER}
          {...(measured === null ? {} : { cache: measured })}
        >
          {children}
        </Virtualizer>
      )}
    </div>
  )
}
