/**
 * What links in shown posts cause: the pages are noted, to be read by the worker. What was noted a while ago costs nothing,
 * so that a page of posts that is read again sends no statement for it.
 * @see security rule 48
 */
import { boundedMap } from '../../core/bounded-map.ts'
import type { Status } from '../../contracts/status.ts'
import { describeError } from '../../core/errors.ts'
import { cardLinkOf } from '../../domain/cards/card-link.ts'
import { type CardLink, linkCards } from '../../domain/cards/link-cards.ts'
import { isCardHost } from '../../domain/cards/read-preview.ts'
import { findRemoteUrl } from '../../net/origin.ts'
import type { HttpContext } from '../http-context.ts'

const REMEMBERED = 10_000
const REMEMBERED_MS = 3_600_000
/** Of one page, with what its posts boost and quote. */
const MOST_AT_ONCE = 120

type Parts = Pick<HttpContext, 'config' | 'db' | 'home' | 'log'>

/** @param viewerId  null for a stranger, whose looks cause nothing */
export type StatusLook = (viewerId: string | null, statuses: readonly Status[]) => void

/** After the answer: neither the reading of the links nor the statement is waited for. */
export function lookingAtStatuses({ config, db, home, log }: Parts): StatusLook {
  const seen = boundedMap<string, true>({ max: REMEMBERED, ttl: REMEMBERED_MS })
  const note = async (statuses: readonly Status[]): Promise<void> => {
    const unseen = statuses.flatMap(shownPosts).filter((status) => !seen.has(versionOf(status)))
    const links = new Map<string, CardLink>()
    const versions = new Map<string, string>()
    for (const status of unseen.slice(0, MOST_AT_ONCE)) {
      const url = cardLinkOf(status.content, ({ href, host }) => {
        return isCardHost({ home }, host) && !ownLinksOf(status).has(href)
      })
      if (url === null) seen.set(versionOf(status), true)
      else links.set(status.id, { postId: status.id, url })
      versions.set(status.id, versionOf(status))
    }
    // What found no card, because another transaction is making it just now, is looked at again the next time.
    for (const id of await linkCards(db, [...links.values()])) seen.set(versions.get(id) ?? id, true)
  }
  return (viewerId, statuses) => {
    if (viewerId === null || !config.previewCards || statuses.length === 0) return
    setImmediate(() => {
      note(statuses).catch((error: unknown) =>
        log.warn({ event: 'cards.not_noted', error: describeError(error) }),
      )
    })
  }
}

/** The post, or the one that it boosts, and the one that it quotes. */
function shownPosts(status: Status): Status[] {
  const post = status.reblog ?? status
  const { quote } = post
  const quoted = quote !== null && 'quoted_status' in quote ? quote.quoted_status : null
  return quoted === null ? [post] : [post, quoted]
}

const versionOf = ({ id, edited_at: editedAt }: Status): string => `${id} ${editedAt ?? ''}`

/** Addresses that a post shows in another way: its people, its files, what it quotes. */
function ownLinksOf({ mentions, media_attachments: files, quote }: Status): ReadonlySet<string> {
  const quoted = quote !== null && 'quoted_status' in quote ? quote.quoted_status : null
  const urls = [
    ...mentions.map(({ url }) => url),
    ...files.flatMap((file) => [file.remote_url, file.preview_remote_url]),
    quoted?.url,
    quoted?.uri,
  ]
  return new Set(urls.flatMap((url) => findRemoteUrl(url)?.href ?? []))
}
