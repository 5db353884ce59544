/**
 * Posts one under another in the page's own scrolling: only those near the screen are in the page, none of them moves when
 * others come above, and Back finds the place again.
 */
import {
  type ReactElement,
  type RefObject,
  useCallback,
  useDeferredValue,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { type CacheSnapshot, WindowVirtualizer, type WindowVirtualizerHandle } from 'virtua'
import { RowsBox } from '../../components/rows-box.tsx'
import { createStore, type Observable, type Store } from '../../stores/observable.ts'
import type { KeptScroll } from '../../stores/post-lists.ts'
import { useDrawn } from './use-drawn.ts'
import { useListKeys } from './use-list-keys.ts'

export interface FeedHandle {
  /** Brings an entry to the top. */
  show(id: string): void
}

export interface FeedProps {
  readonly handle?: RefObject<FeedHandle | null>
  /** Ids of posts, and marks between them. Each once. */
  readonly entries: readonly string[]
  readonly renderEntry: (id: string) => ReactElement
  /** Where the list was when its page was left. */
  readonly kept: Store<KeptScroll | null>
  /** More are on their way. */
  readonly isBusy: boolean
  /** An entry that stays where it is in this drawing; without it the one that is read. */
  readonly pinnedId?: string | null
  /** The list moved or grew. @param top  index of the entry that is read */
  readonly onMove?: (top: number) => void
  /** Few are left below. */
  readonly onOlder: () => void
}

/** Pixels above and below the screen that are drawn with it. */
const BEYOND = 600

/** Older posts are asked for when so few are left below. */
const AHEAD = 12

/** Pixels below the upper edge at which a post counts as being read: the header covers those above. */
const TOP_LINE = 64

/**
 * What a post is taken to be high until the first ones are measured, in pixels, in the list's own form. Its usual guess is so low
 * that a whole page of posts was drawn before the first of them was seen.
 */
const UNMEASURED = [[], 120] as unknown as CacheSnapshot

type ListRef = RefObject<WindowVirtualizerHandle | null>

export function Feed(props: FeedProps) {
  const { entries, renderEntry, kept, isBusy, pinnedId = null, onOlder } = props
  const box = useRef<HTMLDivElement>(null)
  const list = useRef<WindowVirtualizerHandle>(null)
  const isDrawn = useDrawn(box)
  // What is on the screen is drawn first, what is near it afterwards.
  const ahead = useDeferredValue(BEYOND, 0)
  const [read] = useState(() => createStore<string | null>(null))
  const isMoved = useMovedBelow(entries, pinnedId, read)
  const restored = useKeptScroll(list, kept, entries)
  const onScroll = useScrollReport(list, read, props)
  useListKeys(list, box, entries, onOlder)
  useImperativeHandle(props.handle, () => ({
    show: (id) => {
      const index = entries.indexOf(id)
      if (index >= 0) list.current?.scrollToIndex(index, { align: 'start', offset: -TOP_LINE })
    },
  }))
  useEndNear(list, read, onScroll, props)
  return (
    <div ref={box} role="feed" aria-busy={isBusy || !isDrawn}>
      <WindowVirtualizer
        ref={list}
        data={entries}
        as={RowsBox}
        shift={isMoved}
        bufferSize={ahead}
        onScroll={onScroll}
        cache={restored === null ? UNMEASURED : (restored.measured as CacheSnapshot)}
      >
        {renderEntry}
      </WindowVirtualizer>
    </div>
  )
}

/** True for the one drawing in which entries came or went above the post that is read. */
function useMovedBelow(
  entries: readonly string[],
  pinnedId: string | null,
  readId: Observable<string | null>,
): boolean {
  const [tracked, setTracked] = useState({ entries, isMoved: false })
  if (tracked.entries === entries || isSame(tracked.entries, entries)) return tracked.isMoved
  const read = pinnedId ?? readId.get() ?? tracked.entries[0] ?? ''
  const place = tracked.entries.indexOf(read)
  const isMoved = place >= 0 && entries.includes(read) && entries.indexOf(read) !== place
  setTracked({ entries, isMoved })
  return isMoved
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index])
}

/** What was measured when the page was left, where the list has the same length still. */
function useKeptScroll(
  list: ListRef,
  kept: Store<KeptScroll | null>,
  entries: readonly string[],
): KeptScroll | null {
  const latest = useRef(entries)
  useEffect(() => {
    latest.current = entries
  }, [entries])
  const [last] = useState(() => kept.get())
  const [isSameLength] = useState(() => last?.count === entries.length)
  // Before the page is taken down, while its place can still be read.
  useLayoutEffect(() => {
    const handle = list.current
    if (handle === null) return undefined
    if (last !== null) returnTo(handle, last, latest.current, isSameLength)
    return () => kept.set(placeOf(handle, latest.current))
  }, [list, kept, last, isSameLength])
  return isSameLength ? last : null
}

function returnTo(
  handle: WindowVirtualizerHandle,
  last: KeptScroll,
  entries: readonly string[],
  isSameLength: boolean,
): void {
  const index = last.topId === null ? -1 : entries.indexOf(last.topId)
  if (isSameLength || index < 0) window.scrollTo(0, last.offset)
  else handle.scrollToIndex(index, { align: 'start', offset: last.topOffset })
}

function placeOf(handle: WindowVirtualizerHandle, entries: readonly string[]): KeptScroll {
  const top = handle.findItemIndex(handle.scrollOffset)
  return {
    measured: handle.cache,
    offset: window.scrollY,
    count: entries.length,
    topId: entries[top] ?? null,
    topOffset: handle.scrollOffset - handle.getItemOffset(top),
  }
}

function useScrollReport(
  listRef: ListRef,
  read: Store<string | null>,
  { entries, onMove, onOlder }: FeedProps,
): () => void {
  return useCallback(() => {
    const handle = listRef.current
    if (handle === null) return
    const top = handle.findItemIndex(handle.scrollOffset + TOP_LINE)
    const bottom = handle.findItemIndex(handle.scrollOffset + handle.viewportSize)
    read.set(entries[top] ?? null)
    onMove?.(top)
    if (bottom >= entries.length - AHEAD) onOlder()
  }, [listRef, read, entries, onMove, onOlder])
}

/**
 * No scrolling tells that the list grew and its end is near still. Where what is read stays, nothing else is reported: when
 * entries came above it the page has not been moved by their height yet, and would name a post that nobody has seen.
 */
function useEndNear(
  listRef: ListRef,
  read: Observable<string | null>,
  report: () => void,
  { entries, onOlder }: FeedProps,
): void {
  useEffect(() => {
    const handle = listRef.current
    const readId = read.get()
    if (handle === null || readId === null || !entries.includes(readId)) return report()
    const below = entries.length - handle.findItemIndex(handle.scrollOffset + handle.viewportSize)
    if (below <= AHEAD) onOlder()
    return undefined
  }, [listRef, read, report, entries, onOlder])
}
