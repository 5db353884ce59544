/** The posts of the home timeline, the line where the reader left, and the pill above them. */
import { type RefObject, useCallback, useMemo, useRef, useState } from 'react'
import { dateFormat } from '../../formatting/formatters.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { TimelineView } from '../../stores/home-timeline.ts'
import { compareIds } from '../../stores/ids.ts'
import { isMark } from '../posts/entries.ts'
import { Feed, type FeedHandle } from '../posts/feed.tsx'
import { PostEntry } from '../posts/post-entry.tsx'
import { scrollToTop } from '../posts/use-list-keys.ts'
import { LEFT_HERE, entriesOf, unseenCount } from './entries.ts'
import { GapRow } from './gap-row.tsx'
import styles from './home.module.css'
import { NewPostsPill, TimelineEnd } from './timeline-edges.tsx'

interface TimelineListProps {
  readonly view: TimelineView
}

export function TimelineList({ view }: TimelineListProps) {
  const { homeScroll, newestSeen, posts, readingPlace, timeline } = useServices()
  const { data: own } = useOwnAccount()
  const entries = useMemo(() => entriesOf(view), [view])
  const seen = useObservable(newestSeen)
  const onMove = useCallback(
    (top: number) => {
      const id = entries.slice(top).find((entry) => !isMark(entry))
      if (id === undefined) return
      readingPlace.save(id)
      const newest = newestSeen.get()
      if (newest === null || top < entries.indexOf(newest)) newestSeen.set(id)
    },
    [entries, readingPlace, newestSeen],
  )
  const feed = useRef<FeedHandle>(null)
  const onOlder = useCallback(() => void timeline.loadOlder(), [timeline])
  return (
    <>
      <NewPostsPill
        count={unseenCount(entries, seen, (id) => posts.get(id)?.account.id === own?.id)}
        onPress={scrollToTop}
        onElsewhere={useWayElsewhere(entries, feed)}
      />
      <Feed
        handle={feed}
        entries={entries}
        renderEntry={(id) => <Entry key={id} id={id} view={view} />}
        pinnedId={view.pinnedId}
        kept={homeScroll}
        isBusy={view.isLoadingOlder}
        onMove={onMove}
        onOlder={onOlder}
      />
      <TimelineEnd />
    </>
  )
}

/** The entry at which another device was, once it is here. */
function useWayElsewhere(
  entries: readonly string[],
  feed: RefObject<FeedHandle | null>,
): (() => void) | null {
  const { readingPlace } = useServices()
  const place = useObservable(readingPlace.elsewhere)
  if (place === null) return null
  const id = entries.find((entry) => !isMark(entry) && compareIds(entry, place.id) <= 0)
  if (id === undefined) return null
  return () => {
    readingPlace.forgetElsewhere()
    feed.current?.show(id)
  }
}

function Entry({ id, view }: TimelineListProps & { readonly id: string }) {
  if (id === LEFT_HERE && view.leftAt !== null) return <LeftHere at={view.leftAt.at} />
  const gap = isMark(id) ? view.gaps.find(({ name }) => name === id) : undefined
  if (gap !== undefined) return <GapRow gap={gap} />
  return <PostEntry id={id} rows={view.groups.get(id) ?? [id]} />
}

function LeftHere({ at }: { readonly at: string }) {
  const t = useText()
  const [today] = useState(() => new Date().toDateString())
  const moment = new Date(at)
  const isToday = moment.toDateString() === today
  const time = dateFormat(t.locale, {
    timeStyle: 'short',
    ...(isToday ? {} : { dateStyle: 'medium' }),
  }).format(moment)
  return (
    <p className={styles.leftHere}>
      <span>
        {/* A place that was kept by an earlier version has no time. */}
        {moment.getTime() > 0 ? (
          <time dateTime={at}>{t('home.left_here_at', { time })}</time>
        ) : (
          t('home.left_here')
        )}
      </span>
    </p>
  )
}
