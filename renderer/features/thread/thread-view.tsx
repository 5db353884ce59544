/**
 * A post with what it answers above it and what answers it below, wherever there is room for it: on a page of its own, or
 * beside another. What comes above leaves the post where it is.
 */
import { ArrowUp } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { AppLink } from '../../components/app-link.tsx'
import { cx } from '../../components/cx.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, PageLoading } from '../../components/page.tsx'
import { formatCount } from '../../formatting/numbers.ts'
import { postPath } from '../../formatting/paths.ts'
import { useObservable, usePost } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { useWindowActs } from '../../hooks/use-window-acts.ts'
import type { PostStore, StoredPost } from '../../stores/posts.ts'
import { type ThreadPost, type ThreadTree, buildThread } from '../../stores/thread-tree.ts'
import type { ThreadView as View } from '../../stores/thread.ts'
import { PostEntry } from '../posts/post-entry.tsx'
import { PartLine } from './part-line.tsx'
import { SearchState } from './search-state.tsx'
import { ThreadRows } from './thread-rows.tsx'
import styles from './thread.module.css'
import { useKeptPlace } from './use-kept-place.ts'
import { useThreadKeys } from './use-thread-keys.ts'

interface ThreadViewProps {
  readonly postId: string
  /** In a column beside another page. */
  readonly isBeside?: boolean
}

export function ThreadView({ postId, isBeside = false }: ThreadViewProps) {
  const t = useText()
  const { threads, live } = useServices()
  const [open] = useState(() => threads.of(postId))
  const { thread } = open
  const view = useObservable(thread.view)
  const post = usePost(postId)
  useEffect(() => {
    thread.open()
    const stop = [
      live.listen((event) => thread.hear(event)),
      live.on('opened', ({ isAgain }) => void (isAgain && thread.load())),
    ]
    return () => {
      for (const one of stop) one()
      thread.close()
    }
  }, [thread, live])
  // It may be deleted, here or elsewhere, while it is read.
  if (view.phase === 'gone' || (view.phase === 'ready' && post === undefined)) {
    return <EmptyState title={t('thread.gone')} help={t('thread.gone_help')} />
  }
  if (post === undefined) {
    return view.failure === null ? (
      <PageLoading words={t('thread.loading')} />
    ) : (
      <div className={styles.edge}>
        <FailureNotice
          failure={view.failure}
          act={{ label: t('act.try_again'), onPress: () => void thread.load() }}
        />
      </div>
    )
  }
  return <Known open={open} post={post} view={view} isBeside={isBeside} />
}

/** Of the posts above, those nearest to the post; the others stand on the page of the uppermost of them. */
const MOST_ABOVE = 20

interface KnownProps {
  readonly open: ReturnType<ReturnType<typeof useServices>['threads']['of']>
  readonly post: StoredPost
  readonly view: View
  readonly isBeside: boolean
}

function Known({ open, post, view, isBeside }: KnownProps) {
  const t = useText()
  const { posts } = useServices()
  const { reply } = useWindowActs()
  const frame = useRef<HTMLDivElement>(null)
  const above = useRef<HTMLDivElement>(null)
  const focus = useRef<HTMLDivElement>(null)
  const tree = useMemo(() => treeOf(posts, post, view, isBeside), [posts, post, view, isBeside])
  useKeptPlace(open, { above, focus, frame, isBeside })
  useThreadKeys(frame, isBeside ? 'thread' : 'middle')
  const { thread } = open
  const Replies = isBeside ? 'h3' : 'h2'
  return (
    <div ref={frame} className={cx(styles.thread, isBeside && styles.beside)}>
      <div ref={above} data-above-rows>
        <Above ids={view.ancestorIds} parts={tree.parts} />
      </div>
      <div className={styles.rest}>
        <div ref={focus} className={styles.focus} aria-current="true" data-above-rows>
          <PartLine part={tree.parts.get(post.id) ?? null} />
          <PostEntry id={post.id} context="thread" isMain hidesReplyLine />
          <button type="button" className={styles.reply} onClick={() => reply(post.id)}>
            {t('thread.reply', { handle: `@${post.account.acct}` })}
          </button>
        </div>
        {view.failure === null ? null : (
          <div className={styles.edge}>
            <FailureNotice
              failure={view.failure}
              act={{ label: t('act.try_again'), onPress: () => void thread.load() }}
            />
          </div>
        )}
        {view.phase === 'ready' ? (
          <>
            <Replies className="visually-hidden">{t('thread.replies')}</Replies>
            <ThreadRows
              open={open}
              tree={tree}
              isBeside={isBeside}
              onFold={(id) => thread.toggleFolded(id)}
            />
            <SearchState
              thread={thread}
              post={post}
              known={directReplies(posts, post.id, view)}
              search={view.search}
            />
          </>
        ) : (
          <PageLoading words={t('thread.loading_replies')} />
        )}
      </div>
    </div>
  )
}

interface AboveProps {
  /** The first post of the thread first. */
  readonly ids: readonly string[]
  readonly parts: ThreadTree['parts']
}

function Above({ ids, parts }: AboveProps) {
  const t = useText()
  const shown = ids.slice(-MOST_ABOVE)
  const [first] = shown
  const count = ids.length - shown.length
  return (
    <>
      {count === 0 || first === undefined ? null : (
        <AppLink to={postPath(first)} className={styles.more ?? ''}>
          <ArrowUp aria-hidden size={16} />
          {t('thread.earlier', { count, shown: formatCount(t.locale, count) })}
        </AppLink>
      )}
      {shown.map((id) => (
        <div key={id} className={styles.ancestor}>
          <PartLine part={parts.get(id) ?? null} />
          <PostEntry id={id} context="thread" hidesReplyLine />
        </div>
      ))}
    </>
  )
}

/** As deep as a narrow column has room for. */
const MOST_DEPTH_BESIDE = 2

function treeOf(posts: PostStore, focus: StoredPost, view: View, isBeside: boolean): ThreadTree {
  const known = (id: string): readonly ThreadPost[] => {
    const post = posts.get(id)
    return post === undefined ? [] : [asThreadPost(post)]
  }
  return buildThread({
    focus: asThreadPost(focus),
    ancestors: view.ancestorIds.flatMap(known),
    descendants: view.replyIds.flatMap(known),
    folded: view.folded,
    ...(isBeside ? { mostDepth: MOST_DEPTH_BESIDE } : {}),
    isSetAside: (id) => {
      const post = posts.get(id)
      return post !== undefined && (view.mutedIds.has(post.account.id) || isHiddenByFilter(post))
    },
  })
}

/** Those that are here: only they are counted on its own server. */
function directReplies(posts: PostStore, id: string, { replyIds }: View): number {
  return replyIds.filter((one) => posts.get(one)?.in_reply_to_id === id).length
}

function asThreadPost({ id, in_reply_to_id: inReplyToId, account }: StoredPost): ThreadPost {
  return { id, inReplyToId, authorId: account.id }
}

/** Filters that warn or blur are the post's own business. */
function isHiddenByFilter({ filtered = [] }: StoredPost): boolean {
  return filtered.some(({ filter }) => filter.filter_action === 'hide' && filter.context.includes('thread'))
}
