/** One post of any list with its deeds: what is pressed is shown at once and taken back when the home says no. */
import { useState } from 'react'
import type { Account } from '../../../server/contracts/account.ts'
import type { ApiFailure } from '../../api/failure.ts'
import type { ReactionName } from '../../api/posts.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { PostCard } from '../../components/post-card.tsx'
import { useObservable, useShownPost } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { pageUrlOf } from '../../formatting/link-kind.ts'
import type { StoredPost } from '../../stores/posts.ts'
import { toggled } from '../../stores/opened.ts'

interface PostEntryProps {
  readonly id: string
  /** All rows of a list that show this post, where several are one entry; itself first. */
  readonly rows?: readonly string[]
  /** @param postId  of the shown post */
  readonly onReply: (postId: string) => void
}

export function PostEntry({ id, rows, onReply }: PostEntryProps) {
  const t = useText()
  const { posts, reactions, opened } = useServices()
  const { entry, post } = useShownPost(id)
  const openedIds = useObservable(opened)
  const [failed, setFailed] = useState<{ reaction: ReactionName; failure: ApiFailure } | null>(null)
  if (entry === undefined || post === undefined) return null
  const toggleOpened = (key: string): void => opened.update((ids) => toggled(ids, key))
  const react = async (reaction: ReactionName): Promise<void> => {
    const failure = await reactions.toggle(post.id, reaction)
    setFailed(failure === null ? null : { reaction, failure })
  }
  return (
    <PostCard
      entryId={id}
      post={post}
      boosters={boostersOf((rows ?? [id]).map((row) => posts.get(row)))}
      pageUrl={pageUrlOf(post)}
      isOpen={openedIds.has(post.id)}
      isMediaOpen={openedIds.has(`media ${post.id}`)}
      onToggle={() => toggleOpened(post.id)}
      onToggleMedia={() => toggleOpened(`media ${post.id}`)}
      onReply={() => onReply(post.id)}
      onBoost={() => void react('boost')}
      onFavourite={() => void react('favourite')}
      notice={
        failed === null ? null : (
          <FailureNotice
            failure={failed.failure}
            meaning={t(`post.${failed.reaction}_undone`)}
            act={{ label: t('act.try_again'), onPress: () => void react(failed.reaction) }}
          />
        )
      }
    />
  )
}

/** Everybody once, whoever came into the list first at the front. */
function boostersOf(rows: readonly (StoredPost | undefined)[]): readonly Account[] {
  const accounts = rows.flatMap((row) => (row === undefined || row.boostOfId === null ? [] : [row.account]))
  return [...new Map(accounts.map((account) => [account.id, account])).values()]
}
