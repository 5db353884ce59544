/** One entry of the timeline with its deeds: what is pressed is shown at once and taken back when the home says no. */
import { useState } from 'react'
import type { ApiFailure } from '../../api/failure.ts'
import type { ReactionName } from '../../api/posts.ts'
import { FailureNotice } from '../../components/notice.tsx'
import { PostCard } from '../../components/post-card.tsx'
import { useObservable, useShownPost } from '../../hooks/use-observable.ts'
import { useServices } from '../../hooks/use-services.ts'
import { useText } from '../../hooks/use-text.ts'
import { pageUrlOf } from '../../formatting/link-kind.ts'

interface PostEntryProps {
  readonly id: string
  /** @param postId  of the shown post */
  readonly onReply: (postId: string) => void
}

export function PostEntry({ id, onReply }: PostEntryProps) {
  const t = useText()
  const { reactions, opened } = useServices()
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
      boostedBy={entry.boostOfId === null ? null : entry.account}
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

export function toggled(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}
