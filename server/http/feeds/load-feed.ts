/** Reads what a feed is made of: a fixed number of statements, and the sizes of files that were never asked for before. */
import { boundedMap } from '../../core/bounded-map.ts'
import type { Actor } from '../../domain/actors/actor.ts'
import { accountsFromIds } from '../../domain/actors/account-entities.ts'
import { findHashtagId, lastTakenBack, listPublished } from '../../domain/posts/list-published.ts'
import { statusFromPost } from '../../domain/posts/status-entities.ts'
import { type PostRow, type ShownFile, loadStatusFacts } from '../../domain/posts/status-facts.ts'
import { htmlToPlainText } from '../../domain/text/plain-text.ts'
import type { MediaStore } from '../../storage/media-store.ts'
import type { Api } from '../client-api/api.ts'
import { type FileFacts, authorFrom, itemFromStatus } from './feed-items.ts'
import type { Feed, FeedForm, FeedItem } from './feed.ts'

const ITEMS = 20
const KEPT_SIZES = 5_000

/** Of files that bear the hash of their content: they do not change. */
const sizes = boundedMap<string, number>({ max: KEPT_SIZES })

/**
 * @param hashtag  canonical; null for all that the identity publishes
 * @param origin   of the host that was asked
 */
export async function identityFeed(
  api: Api,
  actor: Actor,
  hashtag: string | null,
  origin: string,
): Promise<Feed | null> {
  const { db } = api.context
  const [account] = await accountsFromIds(db, api.scopeFor(null), [actor.id])
  if (account === undefined) return null
  const author = authorFrom(account)
  const handle = `@${actor.username}@${actor.handle_domain}`
  const name = `${author.name} (${handle})`
  const page = `${origin}/@${actor.username}`
  const tagPage = hashtag === null ? null : `${page}/tagged/${encodeURIComponent(hashtag)}`
  return {
    title: hashtag === null ? name : `#${hashtag} · ${name}`,
    description: htmlToPlainText(account.note) || `Public posts by ${handle}`,
    pageUrl: tagPage ?? account.url,
    urls: feedUrls(tagPage ?? page),
    author,
    language: actor.default_language,
    ...(await readItems(api, actor.id, hashtag, actor.state_changed_at)),
  }
}

/** @param hashtag  by its canonical name */
export async function hashtagFeed(api: Api, hashtag: string, origin: string): Promise<Feed> {
  const pageUrl = `${origin}/tags/${encodeURIComponent(hashtag)}`
  return {
    title: `#${hashtag}`,
    description: `Public posts of this home with #${hashtag}`,
    pageUrl,
    urls: feedUrls(pageUrl),
    author: null,
    language: null,
    ...(await readItems(api, null, hashtag, null)),
  }
}

/** Where the feeds of a page lie. */
export function feedUrls(pageUrl: string): Readonly<Record<FeedForm, string>> {
  return { rss: `${pageUrl}.rss`, atom: `${pageUrl}.atom`, json: `${pageUrl}/feed.json` }
}

type Read = Pick<Feed, 'items' | 'changedAt'>

async function readItems(
  api: Api,
  authorId: string | null,
  hashtag: string | null,
  changedAt: Date | null,
): Promise<Read> {
  const { db, media } = api.context
  const hashtagId = hashtag === null ? null : await findHashtagId(db, hashtag)
  if (hashtag !== null && hashtagId === null) return { items: [], changedAt: changedAt ?? new Date(0) }
  const wanted = { authorId, hashtagId }
  const rows = await listPublished(db, wanted, ITEMS)
  const scope = api.scopeFor(null)
  const facts = await loadStatusFacts(db, scope, rows)
  const files = rows.flatMap(({ id }) => facts.hanging.get(id)?.attachments ?? [])
  const known = await fileFacts(media, files)
  const items = rows.flatMap((row): FeedItem[] => {
    const status = statusFromPost(scope, facts, row)
    return status === undefined ? [] : [itemFromStatus(status, known)]
  })
  const moments = [changedAt, await lastTakenBack(db, wanted), ...rows.map(changeOf)]
  return { items, changedAt: latest(moments) }
}

const changeOf = ({ published_at: publishedAt, edited_at: editedAt }: PostRow): Date =>
  editedAt ?? publishedAt

const latest = (moments: ReadonlyArray<Date | null>): Date =>
  new Date(Math.max(0, ...moments.map((moment) => moment?.getTime() ?? 0)))

async function fileFacts(
  media: Pick<MediaStore, 'find'>,
  files: readonly ShownFile[],
): Promise<Map<string, FileFacts>> {
  const known = files.map(async ({ id, media_type: mediaType, file_key: key }) => {
    const bytes = key === null ? null : await sizeOf(media, key)
    return [id, { mediaType, bytes }] as const
  })
  return new Map(await Promise.all(known))
}

/** Null where the store does not say: a feed is whole without it. */
async function sizeOf(media: Pick<MediaStore, 'find'>, key: string): Promise<number | null> {
  const kept = sizes.get(key)
  if (kept !== undefined) return kept
  try {
    const found = await media.find(key)
    if (found !== null) sizes.set(key, found.size)
    return found?.size ?? null
  } catch {
    return null // a store that does not answer
  }
}
