/** One post of any list with its deeds: what is pressed is shown at once and taken back when the home says no. */
import { Filter as FilterIcon } from 'lucide-react'
import { memo, useCallback, useState, useSyncExternalStore } from 'react'
import { useLocation } from 'wouter'
import type { FilterContext } from '../../../server/contracts/filter.ts'
import { Covered } from '../../components/covered.tsx'
import { FailureNotice } from '../../components/notice.tsx'
import { PostActions } from '../../components/post-actions.tsx'
import { PostCard } from '../../components/post-card.tsx'
import { ReactionChips } from '../../components/reaction-chips.tsx'
import { type FilterVerdict, filterVerdict } from '../../formatting/filter-verdict.ts'
import { postPath } from '../../formatting/paths.ts'
import { useOwnAccount } from '../../hooks/use-facts.ts'
import { useNow } from '../../hooks/use-now.ts'
import { useObservable, useShownPost } from '../../hooks/use-observable.ts'
import { usePreferences } from '../../hooks/use-preferences.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { type Carriers, carriersOf } from '../../stores/boosters.ts'
import { OPENED, toggled } from '../../stores/opened.ts'
import type { StoredPost } from '../../stores/posts.ts'
import { PostBoundary } from './post-boundary.tsx'
import { PostBody } from './post-body.tsx'
import { PostDetails } from './post-details.tsx'
import { PostMenu } from './post-menu.tsx'
import styles from './posts.module.css'
import { usePostActs } from './use-post-acts.ts'
import { isolated } from '../../formatting/isolate.ts'

export interface PostEntryProps {
  /** Of the entry: the boost for a boosted post. */
  readonly id: string
  /** All rows of a list that show this post, where several are one entry; itself first. */
  readonly rows?: readonly string[]
  /** Which filters count here. */
  readonly context?: FilterContext
  /** The post that a thread is about: with its exact time, its numbers in words, and never covered by a filter. */
  readonly isMain?: boolean
  readonly hidesReplyLine?: boolean
  readonly isPinnedHere?: boolean
}

/** A list that grew draws none of the posts anew that it had. */
export const PostEntry = memo(function PostEntry(props: PostEntryProps) {
  const { entry, post } = useShownPost(props.id)
  if (entry === undefined || post === undefined) return <Nothing />
  return (
    <PostBoundary entryId={props.id} post={post}>
      <KnownPost {...props} post={post} />
    </PostBoundary>
  )
})

/** A pixel without anything: a list takes what has no height out of the page, and would not see it come back by Undo. */
function Nothing() {
  return <div aria-hidden className={styles.nothing} />
}

interface KnownPostProps extends PostEntryProps {
  readonly post: StoredPost
}

function KnownPost({ post, ...props }: KnownPostProps) {
  const t = useText()
  const { opened, postSheet } = useServices()
  const names = useObservable(opened)
  const { data: own } = useOwnAccount()
  const [, navigate] = useLocation()
  const isOwn = own?.id === post.account.id
  const carriers = useCarriers(props, post)
  const isOpenBeside = useIsOpenBeside(post.id)
  const now = useNow(null)
  const verdict =
    isOwn || props.isMain === true ? null : filterVerdict(post.filtered, props.context ?? 'home', now)
  // A thread gathers what is hidden at its end, where it is shown when asked for.
  const isInThread = props.context === 'thread'
  if (verdict?.action === 'hide' && !isInThread) return <Nothing />
  const isWarned = verdict !== null && verdict.action !== 'blur'
  const covered = OPENED.covered(post.id)
  const isCovered = isWarned && !names.has(covered)
  const toggleCover = (): void => opened.update((known) => toggled(known, covered))
  return (
    <PostCard
      entryId={props.id}
      post={post}
      carriers={carriers}
      onBoosters={() => postSheet.set({ kind: 'boosters', postId: post.id, ...carriers })}
      hidesReplyLine={props.hidesReplyLine === true}
      isPinnedHere={props.isPinnedHere === true}
      isOpenBeside={isOpenBeside && !isInThread}
      onOpen={() => props.isMain === true || navigate(postPath(post.id))}
      onHistory={() => postSheet.set({ kind: 'history', postId: post.id })}
    >
      {isWarned ? (
        <Covered
          icon={FilterIcon}
          act={t(isCovered ? 'filter.show_anyway' : 'post.hide')}
          isOpen={!isCovered}
          onToggle={toggleCover}
        >
          {filterWords(t, verdict)}
        </Covered>
      ) : null}
      {isCovered ? null : (
        <ShownPost {...props} post={post} isOwn={isOwn} isBlurred={verdict?.action === 'blur'} />
      )}
    </PostCard>
  )
}

/** Of a whole list only the post that is opened and the one that was are drawn anew. */
function useIsOpenBeside(id: string): boolean {
  const { besideId } = useServices()
  const subscribe = useCallback((listener: () => void) => besideId.subscribe(listener), [besideId])
  return useSyncExternalStore(subscribe, () => besideId.get() === id)
}

interface ShownPostProps extends PostEntryProps {
  readonly post: StoredPost
  readonly isOwn: boolean
  /** A filter wants its media covered. */
  readonly isBlurred: boolean
}

function ShownPost({ post, isOwn, isBlurred, context = 'home', isMain = false }: ShownPostProps) {
  const acts = usePostActs()
  const { hidesCounts } = usePreferences()
  const bound = {
    reply: () => acts.reply(post),
    boost: () => acts.boost(post),
    quote: () => acts.quote(post),
    favourite: () => acts.favourite(post),
    react: () => acts.react(post),
    bookmark: () => acts.bookmark(post),
  }
  return (
    <>
      <PostBody post={post} isOwn={isOwn} isBlurred={isBlurred} context={context} />
      <ReactionChips
        reactions={post.emoji_reactions}
        hidesCounts={hidesCounts}
        onToggle={(reaction) => acts.toggleEmoji(post, reaction)}
        onPick={() => acts.react(post)}
      />
      {isMain ? <PostDetails post={post} hidesCounts={hidesCounts} /> : null}
      <PostActions post={post} isOwn={isOwn} acts={bound} hidesCounts={hidesCounts}>
        <PostMenu post={post} isOwn={isOwn} />
      </PostActions>
      <FailedDeedNotice postId={post.id} />
    </>
  )
}

const NOBODY: Carriers = { accounts: [], count: 0 }

/**
 * A line that says who boosted is there from the beginning or comes when the post is drawn the next time: what is read is not
 * pushed down by it. What the line says changes at once.
 */
function useCarriers({ id, rows }: PostEntryProps, post: StoredPost): Carriers {
  const { posts } = useServices()
  const told = carriersOf(
    (rows ?? [id]).map((row) => posts.get(row)),
    rows === undefined ? {} : post,
  )
  const [hasLine] = useState(() => told.count > 0)
  return hasLine ? told : NOBODY
}

function filterWords(t: ReturnType<typeof useText>, verdict: FilterVerdict): string {
  return t('filter.matched', { titles: verdict.titles.map(isolated).join(', ') })
}

function FailedDeedNotice({ postId }: { readonly postId: string }) {
  const t = useText()
  const { deeds } = useServices()
  const failed = useObservable(deeds.failed).get(postId)
  if (failed === undefined) return null
  return (
    <FailureNotice
      failure={failed.failure}
      meaning={t(`post.${failed.deed}_undone`)}
      act={{ label: t('act.try_again'), onPress: failed.again }}
    />
  )
}
