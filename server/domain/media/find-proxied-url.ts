/**
 * The address behind a proxied path: looked up by the row it belongs to, never taken from the request. What belongs to somebody
 * on a blocked domain is not there.
 */
import { sql } from 'kysely'
import { isRowId } from '../../core/id.ts'
import type { Querier } from '../../db/pool.ts'
import type { StoredEmoji } from '../../db/tables.ts'
import { EMOJI_OWNERS, type ProxyKind } from './media-urls.ts'

export interface ProxiedUrl {
  readonly url: string
  /** As far as its row says: something else can be shown in its place. */
  readonly isPicture: boolean
}

/** Null for what is not there (any more) and for what is ours. */
export async function findProxiedUrl(db: Querier, kind: ProxyKind, id: string): Promise<ProxiedUrl | null> {
  if (kind === 'attachment') {
    const found = await findAttachment(db, id)
    const url = found?.remote_url ?? null
    return url === null ? null : { url, isPicture: found?.kind === 'image' }
  }
  const url = await findPictureUrl(db, kind, id)
  return url === null ? null : { url, isPicture: true }
}

async function findPictureUrl(
  db: Querier,
  kind: Exclude<ProxyKind, 'attachment'>,
  id: string,
): Promise<string | null> {
  switch (kind) {
    case 'avatar':
      return (await findActorImages(db, id))?.icon_url ?? null
    case 'header':
      return (await findActorImages(db, id))?.header_url ?? null
    case 'preview':
      return (await findAttachment(db, id))?.remote_preview_url ?? null
    case 'emoji':
      return findEmoji(db, id)
    case 'card':
      return findCardImage(db, id)
  }
}

async function findActorImages(db: Querier, id: string) {
  if (!isRowId(id)) return undefined
  return db
    .selectFrom('actors')
    .select(['icon_url', 'header_url'])
    .where('id', '=', id)
    .where('is_local', '=', false)
    .where('is_domain_blocked', '=', false)
    .executeTakeFirst()
}

async function findAttachment(db: Querier, id: string) {
  if (!isRowId(id)) return undefined
  return db
    .selectFrom('attachments')
    .leftJoin('posts', 'posts.id', 'attachments.post_id')
    .leftJoin('actors', 'actors.id', 'posts.author_id')
    .select(['attachments.remote_url', 'attachments.remote_preview_url', 'attachments.kind'])
    .where('attachments.id', '=', id)
    .where('actors.is_domain_blocked', 'is not', true)
    .executeTakeFirst()
}

/** `a12.smile` is an emoji of the actor 12, `p12.smile` one of the post 12, `e12.smile` the known emoji 12. */
async function findEmoji(db: Querier, id: string): Promise<string | null> {
  const [, owner, ownerId = '', shortcode] = /^([ape])(\d{1,19})\.(.{1,200})$/su.exec(id) ?? []
  if (owner === undefined || shortcode === undefined || !isRowId(ownerId)) return null
  if (owner === EMOJI_OWNERS.emoji) return findKnownEmoji(db, ownerId)
  const row = await (owner === EMOJI_OWNERS.actor
    ? findActorEmojis(db, ownerId)
    : findPostEmojis(db, ownerId))
  const emojis: readonly StoredEmoji[] = row?.emojis ?? []
  return emojis.find((emoji) => emoji.shortcode === shortcode)?.url ?? null
}

async function findActorEmojis(db: Querier, id: string) {
  return db
    .selectFrom('actors')
    .select('emojis')
    .where('id', '=', id)
    .where('is_domain_blocked', '=', false)
    .executeTakeFirst()
}

async function findPostEmojis(db: Querier, id: string) {
  return db
    .selectFrom('posts')
    .innerJoin('actors', 'actors.id', 'posts.author_id')
    .select('posts.emojis')
    .where('posts.id', '=', id)
    .where('actors.is_domain_blocked', '=', false)
    .executeTakeFirst()
}

async function findCardImage(db: Querier, id: string): Promise<string | null> {
  if (!isRowId(id)) return null
  const row = await db
    .selectFrom('cards')
    .select('image_url')
    .where('id', '=', id)
    .where(sql<boolean>`not is_blocked_domain(host)`)
    .executeTakeFirst()
  return row?.image_url ?? null
}

/** One of this home is no picture of others; one that is unusable, or of a blocked domain, is not fetched. */
async function findKnownEmoji(db: Querier, id: string): Promise<string | null> {
  const row = await db
    .selectFrom('emojis')
    .select('url')
    .where('id', '=', id)
    .where('host', 'is not', null)
    .where('state', '<>', 'unusable')
    .where(sql<boolean>`not is_blocked_domain(host)`)
    .executeTakeFirst()
  return row?.url ?? null
}
