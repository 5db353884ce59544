/** The groups themselves: what is read stays where it is, and what arrives meanwhile waits behind a pill. */
import { ArrowUp } from 'lucide-react'
import { Fragment, useEffect, useRef, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { useMiddleCommands } from '../../hooks/use-commands.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type NoticeGroup, isHiddenIn, readLinePlace } from '../../stores/notice-groups.ts'
import type { PostStore } from '../../stores/posts.ts'
import type { NotificationsView } from '../../stores/notifications.ts'
import { heldList } from './held-list.ts'
import { NoticeRow } from './notice-row.tsx'
import styles from './notifications.module.css'

/** Above this many pixels the reader is at the top. */
const TOP = 160
/** Whoever rests for so long at the top has read what is there. */
const READ_AFTER_MS = 2_000

export function NoticeList({ view }: { readonly view: NotificationsView }) {
  const t = useText()
  const { notifications, posts, undo } = useServices()
  const [held, toTop] = useHeld(view.groups)
  const { shown, arrived } = heldList(view.groups, held)
  useReadAtTop(view, held === null)
  const groups = shown.filter((group) => isShown(posts, group))
  const line = readLinePlace(groups, view.leftAtId)
  useRowKeys(groups, toTop)
  const dismiss = ({ key }: NoticeGroup): void => {
    const putBack = notifications.hide(key)
    undo.offer({
      words: t('notice.dismissed'),
      undo: putBack,
      commit: () => void notifications.dismiss(key, putBack),
    })
  }
  return (
    <>
      {arrived === 0 ? null : (
        <div className={styles.pill} role="status">
          <Button look="primary" onPress={toTop}>
            <ArrowUp aria-hidden size={16} /> {t('notice.arrived', { count: arrived })}
          </Button>
        </div>
      )}
      <div
        role="feed"
        // A feed without entries is none: all that is known may be hidden by a filter.
        aria-busy={view.isLoadingOlder || groups.length === 0}
        aria-label={t('nav.notifications')}
      >
        {groups.map((group, place) => (
          <Fragment key={group.key}>
            {place === line ? <ReadLine /> : null}
            <NoticeRow group={group} accounts={view.accounts} onDismiss={() => dismiss(group)} />
          </Fragment>
        ))}
      </div>
      <Foot view={view} />
    </>
  )
}

/** What a filter of the owner's hides is not there. */
function isShown(posts: PostStore, { statusId }: NoticeGroup): boolean {
  return statusId === null || !isHiddenIn('notifications', posts.get(statusId)?.filtered, Date.now())
}

function ReadLine() {
  const t = useText()
  return (
    <p className={styles.line}>
      <span>{t('notice.new_since')}</span>
    </p>
  )
}

/** What lies below the last: more by itself when it comes near, by a button too, or the end in words. */
function Foot({ view }: { readonly view: NotificationsView }) {
  const t = useText()
  const { notifications } = useServices()
  const foot = useRef<HTMLDivElement>(null)
  const { olderThan } = view
  const hasMore = olderThan !== null
  useEffect(() => {
    const element = foot.current
    if (element === null || olderThan === null) return undefined
    const watch = new IntersectionObserver(
      (seen) => {
        if (seen.some(({ isIntersecting }) => isIntersecting)) void notifications.loadOlder()
      },
      { rootMargin: '800px' },
    )
    watch.observe(element)
    return () => watch.disconnect()
  }, [notifications, olderThan])
  return (
    <div ref={foot} className={styles.edge}>
      {view.failure === null ? null : (
        <FailureNotice
          failure={view.failure}
          act={{ label: t('act.try_again'), onPress: () => void notifications.catchUp() }}
        />
      )}
      {hasMore ? (
        <Button isBusy={view.isLoadingOlder} onPress={() => void notifications.loadOlder()}>
          {t('act.more')}
        </Button>
      ) : (
        <p className={styles.end}>{t('notice.end')}</p>
      )}
    </div>
  )
}

/** The list as it was when the top was left, or null there; and the way back up. */
function useHeld(groups: readonly NoticeGroup[]): [readonly NoticeGroup[] | null, () => void] {
  const [held, setHeld] = useState<readonly NoticeGroup[] | null>(null)
  useEffect(() => {
    const look = (): void => {
      const isAtTop = window.scrollY < TOP
      setHeld((known) => (isAtTop ? null : (known ?? groups)))
    }
    window.addEventListener('scroll', look, { passive: true })
    return () => window.removeEventListener('scroll', look)
  }, [groups])
  const toTop = (): void => {
    setHeld(null)
    window.scrollTo(0, 0)
  }
  return [held, toTop]
}

function useReadAtTop(view: NotificationsView, isAtTop: boolean): void {
  const { notifications } = useServices()
  const newest = view.groups[0]?.newestId
  useEffect(() => {
    if (!isAtTop || newest === undefined) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    const rest = (): void => {
      clearTimeout(timer)
      if (document.visibilityState !== 'visible') return
      timer = setTimeout(() => void notifications.restedAtTop(), READ_AFTER_MS)
    }
    rest()
    document.addEventListener('visibilitychange', rest)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', rest)
    }
  }, [notifications, newest, isAtTop])
}

/** j and k go from one to the next, as in every list. */
function useRowKeys(groups: readonly NoticeGroup[], toTop: () => void): void {
  useMiddleCommands((command) => {
    if (command === 'top' || command === 'newest') {
      toTop()
      return true
    }
    if (command !== 'next' && command !== 'previous') return false
    const rows = [...document.querySelectorAll<HTMLElement>('[role="feed"] > [data-entry-id]')]
    const focused = document.activeElement?.closest('[role="feed"] > [data-entry-id]')
    const place = rows.findIndex((row) => row === focused)
    const next = rows[Math.min(groups.length - 1, Math.max(0, place + (command === 'next' ? 1 : -1)))]
    next?.focus({ preventScroll: true })
    next?.scrollIntoView({ block: 'nearest' })
    return true
  })
}
