/** The posts themselves: only those near the screen are in the page, and none of them moves when others come. */
import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { type CacheSnapshot, WindowVirtualizer, type WindowVirtualizerHandle } from 'virtua'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { TimelineView } from '../../stores/home-timeline.ts'
import type { HomeScroll, Services } from '../../stores/services.ts'
import { NewPostsPill, TimelineEnd } from './timeline-edges.tsx'
import styles from './home.module.css'
import { PostEntry } from './post-entry.tsx'
import { scrollToTop, useListKeys } from './use-list-keys.ts'
import { LEFT_HERE, entriesOf, unseenCount } from './entries.ts'

interface TimelineListProps {
  readonly view: TimelineView
  readonly onReply: (postId: string) => void
}

/** Older posts are asked for when so few are left below. */
const AHEAD = 12

export function TimelineList({ view, onReply }: TimelineListProps) {
  const { newestSeen, posts } = useServices()
  const { data: own } = useOwnAccount()
  const list = useRef<WindowVirtualizerHandle>(null)
  const entries = useMemo(() => entriesOf(view), [view])
  const isMoved = useMovedBelow(entries)
  const seen = useObservable(newestSeen)
  const measured = useKeptScroll(list, entries)
  const feed = useRef<HTMLDivElement>(null)
  const onScroll = useScrollReport(feed, entries)
  useListKeys(list, entries, onReply)
  useEffect(onScroll, [onScroll])
  return (
    <>
      <NewPostsPill
        count={unseenCount(view.ids, seen, (id) => posts.get(id)?.account.id === own?.id)}
        onPress={scrollToTop}
      />
      <div ref={feed} role="feed" aria-busy={view.isLoadingOlder}>
        <WindowVirtualizer
          ref={list}
          data={entries}
          shift={isMoved}
          bufferSize={600}
          onScroll={onScroll}
          {...(measured === null ? {} : { cache: measured })}
        >
          {(id) =>
            id === LEFT_HERE ? <LeftHere key={id} /> : <PostEntry key={id} id={id} onReply={onReply} />
          }
        </WindowVirtualizer>
      </div>
      <TimelineEnd />
    </>
  )
}

/** Where the list was when this page was left: to the pixel where it is the same list still, else by the post on top. */
function useKeptScroll(
  list: RefObject<WindowVirtualizerHandle | null>,
  entries: readonly string[],
): CacheSnapshot | null {
  const { homeScroll } = useServices()
  const [kept] = useState(() => homeScroll.get())
  const [isSameList] = useState(() => kept !== null && isSame(kept.entries, entries))
  const latest = useRef(entries)
  useEffect(() => {
    latest.current = entries
  }, [entries])
  // Before the page is taken down, while its place can still be read.
  useLayoutEffect(() => {
    const handle = list.current
    if (handle === null) return undefined
    if (kept !== null) restore(handle, kept, latest.current, isSameList)
    return () => homeScroll.set(scrollOf(handle, latest.current))
  }, [kept, isSameList, list, homeScroll])
  return isSameList ? (kept?.measured as CacheSnapshot) : null
}

function restore(
  handle: WindowVirtualizerHandle,
  kept: HomeScroll,
  entries: readonly string[],
  isSameList: boolean,
): void {
  if (isSameList) {
    window.scrollTo(0, kept.offset)
    return
  }
  const index = kept.topId === null ? -1 : entries.indexOf(kept.topId)
  if (index >= 0) handle.scrollToIndex(index, { offset: -kept.topOffset })
}

function scrollOf(handle: WindowVirtualizerHandle, entries: readonly string[]): HomeScroll {
  const top = handle.findItemIndex(handle.scrollOffset + TOP_LINE)
  return {
    measured: handle.cache,
    offset: window.scrollY,
    entries,
    topId: entries[top] ?? null,
    topOffset: handle.getItemOffset(top) - handle.scrollOffset,
  }
}

function LeftHere() {
  const t = useText()
  return (
    <p className={styles.leftHere}>
      <span>{t('home.left_here')}</span>
    </p>
  )
}

/** True for the one drawing in which entries came or went above the post that is read. */
function useMovedBelow(entries: readonly string[]): boolean {
  const { readingPlace } = useServices()
  const [tracked, setTracked] = useState({ entries, isMoved: false })
  if (tracked.entries === entries || isSame(tracked.entries, entries)) return tracked.isMoved
  const read = readingPlace.current ?? tracked.entries[0] ?? ''
  const place = tracked.entries.indexOf(read)
  const isMoved = place >= 0 && entries.includes(read) && entries.indexOf(read) !== place
  setTracked({ entries, isMoved })
  return isMoved
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((id, index) => id === b[index])
}

/** Tells the reading place, what has been seen, and when more is needed, as the list moves. */
function useScrollReport(feedRef: RefObject<HTMLElement | null>, entries: readonly string[]): () => void {
  const services = useServices()
  return useCallback(() => {
    if (feedRef.current !== null) reportScroll(services, feedRef.current, entries)
  }, [services, feedRef, entries])
}

/** Looks at the page itself: before they are measured, the list only guesses where its entries are. */
function reportScroll(
  { timeline, readingPlace, newestSeen }: Services,
  feed: HTMLElement,
  entries: readonly string[],
): void {
  const shown = [...feed.querySelectorAll<HTMLElement>('[data-entry-id]')]
  const top = shown.find((element) => element.getBoundingClientRect().bottom > TOP_LINE)
  const id = top?.dataset['entryId']
  if (id !== undefined && entries.includes(id)) {
    readingPlace.save(id)
    const seen = newestSeen.get()
    if (seen === null || entries.indexOf(id) < entries.indexOf(seen)) newestSeen.set(id)
  }
  const last = shown.at(-1)?.dataset['entryId'] ?? ''
  if (entries.indexOf(last) >= entries.length - AHEAD) void timeline.loadOlder()
}

/** Pixels below the upper edge at which a post counts as being read: the header covers those above. */
const TOP_LINE = 64
