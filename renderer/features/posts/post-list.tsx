/**
 * A page's list of posts from any path of the client API that pages posts: loading, empty, failed and end in words, the keys of
 * the home, its place kept on Back. `<PostList path="/api/v1/bookmarks" empty={{ title: t('…') }} />`
 */
import type { LucideIcon } from 'lucide-react'
import type { FilterContext } from '../../../server/contracts/filter.ts'
import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { Channel } from '../../api/channel-socket.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, PageLoading } from '../../components/page.tsx'
import { useObservable } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { openListLine } from '../../stores/list-line.ts'
import type { PagedPosts, PagedView, PostSource } from '../../stores/paged-posts.ts'
import type { OpenList } from '../../stores/post-lists.ts'
import { Feed } from './feed.tsx'
import { PostEntry } from './post-entry.tsx'
import styles from './post-list.module.css'
import { visitKey } from './visit-key.ts'

interface PostListProps {
  /** Of the client API: `/api/v1/timelines/tag/ferns`. */
  readonly path: string
  readonly query?: PostSource['query']
  readonly empty: {
    readonly icon?: LucideIcon
    readonly title: string
    readonly help?: string
    readonly act?: ReactNode
  }
  /** Which filters count here; those of public timelines unless said otherwise. */
  readonly context?: FilterContext
  /** Newer ones come in above while the page is looked at. */
  readonly isLive?: boolean
  /** Streams that tell of them. */
  readonly channels?: readonly Channel[]
}

const NO_CHANNELS: readonly Channel[] = []

/** So often a page that is looked at asks for newer ones where no stream can be had. */
const LOOK_EVERY_MS = 30_000

export function PostList({ path, query, ...more }: PostListProps) {
  const source = query === undefined ? { path } : { path, query }
  return <OneList key={JSON.stringify(source)} source={source} {...more} />
}

interface OneListProps extends Omit<PostListProps, 'path' | 'query'> {
  readonly source: PostSource
}

function OneList(props: OneListProps) {
  const { source, empty, isLive = false, channels = NO_CHANNELS, context = 'public' } = props
  const t = useText()
  const { postLists } = useServices()
  const [list] = useState(() => postLists.open(visitKey(), source))
  const view = useObservable(list.posts.view)
  useNewer(list.posts, isLive, channels)
  if (view.phase === 'failed' && view.failure !== null) {
    return (
      <div className={styles.edge}>
        <FailureNotice
          failure={view.failure}
          act={{ label: t('act.try_again'), onPress: () => void list.posts.start() }}
        />
      </div>
    )
  }
  if (view.phase !== 'ready') return <PageLoading words={t('posts.loading')} />
  if (view.ids.length === 0 && view.hasEnd) return <EmptyState {...empty} />
  return <Posts list={list} view={view} context={context} />
}

interface PostsProps {
  readonly list: OpenList
  readonly view: PagedView
  readonly context: FilterContext
}

function Posts({ list, view, context }: PostsProps) {
  const onOlder = useCallback(() => void list.posts.loadOlder(), [list])
  return (
    <>
      <Feed
        entries={view.ids}
        renderEntry={(id) => <PostEntry key={id} id={id} context={context} />}
        kept={list.scroll}
        isBusy={view.isLoadingOlder}
        onOlder={onOlder}
      />
      <ListEnd posts={list.posts} view={view} />
    </>
  )
}

/** What stands below the last post: more to come, the end, or why there is no more. */
function ListEnd({ posts, view }: { readonly posts: PagedPosts; readonly view: PagedView }) {
  const t = useText()
  if (view.failure !== null && !view.isLoadingOlder) {
    return (
      <div className={styles.edge}>
        <FailureNotice
          failure={view.failure}
          meaning={t('posts.kept')}
          act={{ label: t('act.try_again'), onPress: () => void posts.loadOlder() }}
        />
      </div>
    )
  }
  if (view.isLoadingOlder) return <PageLoading words={t('posts.loading')} />
  return view.hasEnd ? <p className={styles.end}>{t('posts.end')}</p> : null
}

function useNewer(list: PagedPosts, isLive: boolean, channels: readonly Channel[]): void {
  const { live, channels: socket, posts } = useServices()
  const named = JSON.stringify(channels)
  useEffect(() => {
    if (!isLive) return undefined
    const listened = JSON.parse(named) as Channel[]
    const isSeen = (): boolean => document.visibilityState === 'visible'
    const line = openListLine({ list, channels: listened, socket, live, posts, isSeen })
    const timer = setInterval(line.lookAround, LOOK_EVERY_MS)
    document.addEventListener('visibilitychange', line.look)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', line.look)
      line.close()
    }
  }, [list, isLive, named, live, socket, posts])
}
