/** Whom a post answers, as far as the post itself tells. */
import type { Status } from '../../server/contracts/status.ts'

export type ReplyParent =
  /** The author goes on. */
  | { readonly kind: 'own_thread'; readonly postId: string }
  | { readonly kind: 'named'; readonly postId: string; readonly username: string; readonly acct: string }
  | { readonly kind: 'somebody'; readonly postId: string }

type Answer = Pick<Status, 'in_reply_to_id' | 'in_reply_to_account_id' | 'account' | 'mentions'>

/** @returns null for what answers nothing, or something that the home does not know */
export function replyParent(post: Answer): ReplyParent | null {
  const { in_reply_to_id: postId, in_reply_to_account_id: accountId } = post
  if (postId === null) return null
  if (accountId === post.account.id) return { kind: 'own_thread', postId }
  const mention = post.mentions.find(({ id }) => id === accountId)
  if (mention === undefined) return { kind: 'somebody', postId }
  return { kind: 'named', postId, username: mention.username, acct: mention.acct }
}
