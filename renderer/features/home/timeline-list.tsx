/** The posts of the home timeline, the line where the reader left, and the pill above them. */
import { useCallback, useMemo } from 'react'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import type { TimelineView } from '../../stores/home-timeline.ts'
import { isMark } from '../posts/entries.ts'
import { Feed } from '../posts/feed.tsx'
import { PostEntry } from '../posts/post-entry.tsx'
import { scrollToTop } from '../posts/use-list-keys.ts'
import { LEFT_HERE, entriesOf, unseenCount } from './entries.ts'
import styles from './home.module.css'
import { NewPostsPill, TimelineEnd } from './timeline-edges.tsx'

interface TimelineListProps {
  readonly view: TimelineView
  readonly onReply: (postId: string) => void
}

export function TimelineList({ view, onReply }: TimelineListProps) {
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
  const onOlder = useCallback(() => void timeline.loadOlder(), [timeline])
  return (
    <>
      <NewPostsPill
        count={unseenCount(view.ids, seen, (id) => posts.get(id)?.account.id === own?.id)}
        onPress={scrollToTop}
      />
      <Feed
        entries={entries}
        renderEntry={(id) =>
          id === LEFT_HERE ? <LeftHere key={id} /> : <PostEntry key={id} id={id} onReply={onReply} />
        }
        kept={homeScroll}
        isBusy={view.isLoadingOlder}
        onMove={onMove}
        onOlder={onOlder}
        onReply={onReply}
      />
      <TimelineEnd />
    </>
  )
}

function LeftHere() {
  const t = useText()
  return (
    <p className={styles.leftHere}>
      <span>{t('home.left_here')}</span>
    </p>
  )
}
