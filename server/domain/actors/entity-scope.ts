/** What entities of the client API depend on besides rows: who reads, by which listener, under which domain. */
import type { StoredEmoji } from '../../db/tables.ts'
import type { CustomEmoji } from '../../contracts/custom-emoji.ts'
import type { ViewerFilters } from '../filters/viewer-filters.ts'
import type { EmojiOwner, MediaUrls } from '../media/media-urls.ts'
import { LRUCache } from 'lru-cache'
import { sanitizeHtml } from '../text/sanitize-html.ts'

export interface EntityScope {
  /** The identity that reads; null for a stranger. */
  readonly viewerId: string | null
  readonly urls: MediaUrls
  /** Primary domain: identities on it are shown without their domain. */
  readonly localDomain: string
  readonly now: Date
  /**
   * Whether the reader knows notifications of type `emoji_reaction`. Apps that take only the types they know lose a whole
   * page to one they do not: they are told of a favourite, which is nearest.
   */
  readonly knowsReactions: boolean
  /** Whether previews of pages of this host are shown: not of a blocked domain, and none where the owner wants none. */
  readonly showsCardOf: (host: string) => boolean
  /** What the reader does not want to read; kept in memory mostly. */
  readonly filters: () => Promise<ViewerFilters>
}

/** ISO 8601 in UTC with milliseconds, or null. */
export const isoMoment = (moment: Date | null): string | null => moment?.toISOString() ?? null

const KEPT_HTML = 2_000
const MOST_KEPT_CHARACTERS = 4_000_000
const outputs = new LRUCache<string, string>({
  max: KEPT_HTML,
  maxSize: MOST_KEPT_CHARACTERS,
  sizeCalculation: (output, source) => output.length + source.length + 1,
})

/**
 * HTML as it leaves the home: sanitised once more, whatever brought it into the database. What was sanitised a moment ago
 * is remembered.
 * @see security rule 49
 */
export function outputHtml(html: string): string {
  if (html === '') return ''
  const kept = outputs.get(html)
  if (kept !== undefined) return kept
  const output = sanitizeHtml(html)
  outputs.set(html, output)
  return output
}

export function customEmojis(
  scope: EntityScope,
  owner: EmojiOwner,
  emojis: readonly StoredEmoji[],
): CustomEmoji[] {
  return emojis.map((emoji) => {
    const url = scope.urls.emoji(owner, emoji)
    return { shortcode: emoji.shortcode, url, static_url: url, visible_in_picker: false, category: null }
  })
}
