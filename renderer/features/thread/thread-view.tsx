/**
 * A post with what it answers above it and what answers it below, wherever there is room for it: on a page of its own, or
 * beside another. What comes above leaves the post where it is.
 */
import { useEffect, useMemo, useRef, useState } from 'react'
import { FailureNotice } from '../../components/notice.tsx'
import { EmptyState, PageLoading } from '../../components/page.tsx'
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

export function ThreadView({ postId }: { readonly postId: string }) {
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
  if (view.phase === 'gone') {
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
  return <Known open={open} post={post} view={view} />
}

interface KnownProps {
  readonly open: ReturnType<ReturnType<typeof useServices>['threads']['of']>
  readonly post: StoredPost
  readonly view: View
}

function Known({ open, post, view }: KnownProps) {
  const t = useText()
  const { posts } = useServices()
  const { reply } = useWindowActs()
  const frame = useRef<HTMLDivElement>(null)
  const above = useRef<HTMLDivElement>(null)
  const focus = useRef<HTMLDivElement>(null)
  const tree = useMemo(() => treeOf(posts, post, view), [posts, post, view])
  useKeptPlace(open, above, focus)
  useThreadKeys(frame)
  const { thread } = open
  return (
    <div ref={frame} className={styles.thread}>
      <div ref={above} className={styles.above}>
        {view.ancestorIds.map((id) => (
          <div key={id} className={styles.ancestor}>
            <PartLine part={tree.parts.get(id) ?? null} />
            <PostEntry id={id} context="thread" hidesReplyLine />
          </div>
        ))}
      </div>
      <div className={styles.rest}>
        <div ref={focus} className={styles.focus} aria-current="true">
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
            <h2 className="visually-hidden">{t('thread.replies')}</h2>
            <ThreadRows tree={tree} onFold={(id) => thread.toggleFolded(id)} />
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

function treeOf(posts: PostStore, focus: StoredPost, view: View): ThreadTree {
  const known = (id: string): readonly ThreadPost[] => {
    const post = posts.get(id)
    return post === undefined ? [] : [asThreadPost(post)]
  }
  return buildThread({
    focus: asThreadPost(focus),
    ancestors: view.ancestorIds.flatMap(known),
    descendants: view.replyIds.flatMap(known),
    folded: view.folded,
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
