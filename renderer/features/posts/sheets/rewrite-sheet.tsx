/** Asks before a post is deleted to be written anew: what others did with it goes with it. */
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx'
import { usePost } from '../../../hooks/use-observable.ts'
import { useServices } from '../../../hooks/use-services.ts'
import { useText } from '../../../hooks/use-text.ts'
import { useWriting } from '../../../hooks/use-writing.ts'

interface RewriteSheetProps {
  readonly postId: string
  readonly onClose: () => void
}

export function RewriteSheet({ postId, onClose }: RewriteSheetProps) {
  const t = useText()
  const { deeds, posts } = useServices()
  const writing = useWriting()
  const post = usePost(postId)
  if (post === undefined) return null
  const rewrite = async (): Promise<void> => {
    const parent = post.in_reply_to_id === null ? undefined : posts.get(post.in_reply_to_id)
    const deleted = await deeds.deleteNow(postId)
    const target =
      parent === undefined
        ? null
        : { id: parent.id, acct: parent.account.acct, displayName: parent.account.display_name }
    writing.rewrite(deleted, target)
  }
  return (
    <ConfirmDialog
      title={t('sheets.rewrite_title')}
      act={t('sheets.rewrite_act')}
      onConfirm={rewrite}
      onClose={onClose}
    >
      <p>
        {t('sheets.rewrite_help', {
          boosts: post.reblogs_count,
          favourites: post.favourites_count,
          replies: post.replies_count,
        })}
      </p>
    </ConfirmDialog>
  )
}
