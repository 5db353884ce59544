/** Asks before the own post is taken out of somebody's post that quotes it. */
import { ConfirmDialog } from '../../../components/confirm-dialog.tsx'
import { revokeQuote } from '../../../api/post-acts.ts'
import { usePost } from '../../../hooks/use-observable.ts'
import { useServices } from '../../../hooks/use-services.ts'
import { useText } from '../../../hooks/use-text.ts'

interface RevokeSheetProps {
  /** Of the post that quotes. */
  readonly postId: string
  /** Of the own post inside it. */
  readonly ownId: string
  readonly onClose: () => void
}

export function RevokeSheet({ postId, ownId, onClose }: RevokeSheetProps) {
  const t = useText()
  const { api, posts } = useServices()
  const post = usePost(postId)
  if (post === undefined) return null
  return (
    <ConfirmDialog
      title={t('sheets.revoke_title', { handle: `@${post.account.acct}` })}
      act={t('sheets.revoke_act')}
      onConfirm={async () => posts.put([await revokeQuote(api, ownId, postId)])}
      onClose={onClose}
    >
      <p>{t('sheets.revoke_help')}</p>
    </ConfirmDialog>
  )
}
