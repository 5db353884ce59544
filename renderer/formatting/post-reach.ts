/** How far posts may be carried on. */
import type { Status } from '../../server/contracts/status.ts'

/** Only what everybody may see can be boosted; followers' posts by their author alone. */
export function isBoostable(post: Pick<Status, 'visibility'>, isOwn = false): boolean {
  const { visibility } = post
  return visibility === 'public' || visibility === 'unlisted' || (visibility === 'private' && isOwn)
}

export function isQuotable(post: Pick<Status, 'quote_approval' | 'visibility'>, isOwn = false): boolean {
  const { current_user: may } = post.quote_approval
  return post.visibility !== 'direct' && (isOwn || may === 'automatic' || may === 'manual')
}
