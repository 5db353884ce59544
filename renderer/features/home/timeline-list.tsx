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
  const restored = useKeptScroll(list, entries.length)
  const onScroll = useScrollReport(list, entries)
  useListKeys(list, entries, onReply)
  useEffect(onScroll, [onScroll])
  return (
    <>
      <NewPostsPill
        count={unseenCount(view.ids, seen, (id) => posts.get(id)?.account.id === own?.id)}
        onPress={scrollToTop}
      />
      <div role="feed" aria-busy={view.isLoadingOlder}>
        <WindowVirtualizer
          ref={list}
          data={entries}
          shift={isMoved}
          bufferSize={600}
          onScroll={onScroll}
          {...(restored === null ? {} : { cache: restored.measured as CacheSnapshot })}
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

/** Where the list was when this page was left, if it has the same length still; and where it is when it is left. */
function useKeptScroll(list: RefObject<WindowVirtualizerHandle | null>, count: number): HomeScroll | null {
  const { homeScroll } = useServices()
  const [kept] = useState(() => {
    const last = homeScroll.get()
    return last !== null && last.count === count ? last : null
  })
  const length = useRef(count)
  useEffect(() => {
    length.current = count
  }, [count])
  // Before the page is taken down, while its place can still be read.
  useLayoutEffect(() => {
    if (kept !== null) window.scrollTo(0, kept.offset)
    const handle = list.current
    return () => {
      if (handle === null) return
      homeScroll.set({ measured: handle.cache, offset: window.scrollY, count: length.current })
    }
  }, [kept, list, homeScroll])
  return kept
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
function useScrollReport(
  listRef: RefObject<WindowVirtualizerHandle | null>,
  entries: readonly string[],
): () => void {
  const services = useServices()
  return useCallback(() => {
    if (listRef.current !== null) reportScroll(services, listRef.current, entries)
  }, [services, listRef, entries])
}

function reportScroll(
  { timeline, readingPlace, newestSeen }: Services,
  handle: WindowVirtualizerHandle,
  ids: readonly string[],
): void {
  const top = handle.findItemIndex(handle.scrollOffset + TOP_LINE)
  const bottom = handle.findItemIndex(handle.scrollOffset + handle.viewportSize)
  const id = ids[top] === LEFT_HERE ? ids[top + 1] : ids[top]
  if (id !== undefined) {
    readingPlace.save(id)
    const seen = newestSeen.get()
    if (seen === null || top < ids.indexOf(seen)) newestSeen.set(id)
  }
  if (bottom >= ids.length - AHEAD) void timeline.loadOlder()
}

/** Pixels below the upper edge at which a post counts as being read: the header covers those above. */
const TOP_LINE = 64
