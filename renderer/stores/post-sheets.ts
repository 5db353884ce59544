/** Which sheet about a post lies over the page: at most one, and its code is fetched when it is first opened. */
import type { MediaAttachment } from '../../server/contracts/media-attachment.ts'
import type { Carriers } from './boosters.ts'

export type PostSheet =
  /** Pictures, films and sounds, one at a time. */
  | { readonly kind: 'viewer'; readonly media: readonly MediaAttachment[]; readonly index: number }
  | { readonly kind: 'history'; readonly postId: string }
  | ({ readonly kind: 'boosters'; readonly postId: string } & Carriers)
  | { readonly kind: 'emoji'; readonly postId: string }
  | { readonly kind: 'rewrite'; readonly postId: string }
  | { readonly kind: 'quote_policy'; readonly postId: string }
  | { readonly kind: 'filter'; readonly postId: string }
  /** Of the own post. */
  | { readonly kind: 'deliveries'; readonly postId: string }
  /** Takes the own post out of this one, which quotes it. */
  | { readonly kind: 'revoke_quote'; readonly postId: string; readonly ownId: string }
