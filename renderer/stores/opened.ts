/**
 * What the reader has opened or closed, by name: it stays so though the post leaves the page and comes back. How it is before
 * that, their preferences say.
 */
import type { Preferences } from '../../server/contracts/preferences.ts'
import type { StoredPost } from './posts.ts'

/** Of a post and of what is in it: turned round from how it is at first. */
export type Opened = ReadonlySet<string>

/** A post's warning has the id itself as its name. */
export const OPENED = {
  warning: (id: string): string => id,
  media: (id: string): string => `media ${id}`,
  /** All lines of a long text. */
  text: (id: string): string => `text ${id}`,
  /** Of the post inside it: its warning, or what a block or a filter covers. */
  quote: (id: string): string => `quote ${id}`,
  /** A post that a filter covers. */
  covered: (id: string): string => `covered ${id}`,
} as const

export function toggled(names: Opened, name: string): Opened {
  const next = new Set(names)
  if (!next.delete(name)) next.add(name)
  return next
}

export type ReadingWishes = Pick<Preferences, 'expandsWarnings' | 'showsMedia' | 'foldsLongPosts'>

/** What filters and blocks say of a post, whatever its reader prefers. */
export interface PostCovers {
  /** A filter wants the media covered. */
  readonly isBlurred: boolean
  /** Of the quoted post. */
  readonly isQuoteFiltered: boolean
}

/** How a post is shown now. */
export interface PostOpenings {
  readonly warning: boolean
  readonly media: boolean
  readonly text: boolean
  readonly quote: boolean
  /** Of the quoted post. */
  readonly quoteMedia: boolean
  /** There is a reason to cover the media, so it can be done again. */
  readonly canCoverMedia: boolean
  /** A long text has a fold at all. */
  readonly folds: boolean
}

/**
 * A warning that the reader opens by hand uncovers the media under it as well; one that is open because they prefer it does
 * not. What a filter or a block covers is never open at first.
 */
export function openingsOf(
  post: StoredPost,
  names: Opened,
  wishes: ReadingWishes,
  covers: PostCovers,
): PostOpenings {
  const { id, quote } = post
  const { expandsWarnings, showsMedia } = wishes
  const hidesAll = showsMedia === 'hide_all'
  const isUnderHand = post.spoiler_text !== '' && !expandsWarnings
  const canCoverMedia = covers.isBlurred || hidesAll || (post.sensitive && !isUnderHand)
  const isMediaOpen = !canCoverMedia || (showsMedia === 'show_all' && !covers.isBlurred)
  const isQuoteTurned = names.has(OPENED.quote(id))
  const isQuoteCovered = covers.isQuoteFiltered || (quote !== null && quote.state !== 'accepted')
  const quoted = quote !== null && 'quoted_status' in quote ? quote.quoted_status : null
  const isQuoteMediaOpen = !hidesAll && (showsMedia === 'show_all' || quoted?.sensitive !== true)
  const isQuoteOpenedByHand = isQuoteTurned && (isQuoteCovered || !expandsWarnings)
  return {
    warning: names.has(OPENED.warning(id)) !== expandsWarnings,
    media: names.has(OPENED.media(id)) !== isMediaOpen,
    text: names.has(OPENED.text(id)),
    quote: isQuoteTurned !== (expandsWarnings && !isQuoteCovered),
    quoteMedia: isQuoteMediaOpen || isQuoteOpenedByHand,
    canCoverMedia,
    folds: wishes.foldsLongPosts,
  }
}
