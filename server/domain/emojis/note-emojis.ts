/**
 * Notes the custom emoji that come along with posts, profiles and reactions of others, any number with one statement. What
 * is known already is not written again, and nothing is fetched before somebody reacts with it.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { StoredEmoji } from '../../db/tables.ts'
import { hostOf } from '../../net/origin.ts'
import { moveRows } from '../../stator/move.ts'
import { emojiGraph } from './emoji-graph.ts'

export interface SeenEmoji extends StoredEmoji {
  /** Of whoever used it. */
  readonly signerHost: string
  /** Whose it is, where it has no id that says so; else it is the signer's. */
  readonly host?: string
}

/** More than these in one batch are met another time. */
const MOST_PER_BATCH = 500
const UPDATE = sql`
  url = excluded.url, uri = excluded.uri, image_host = excluded.image_host, is_confirmed = true,
  updated_at = excluded.updated_at, state_changed_at = now(),
  state = case emojis.state when 'known' then 'known' else 'outdated' end,
  state_next_attempt_at = case when emojis.state <> 'known' then now() end,
  state_attempts = 0, state_errors = 0, state_deaths = 0, state_error = null, state_lock_token = null,
  state_locked_until = null`

/**
 * An emoji belongs to the host of its id. What an actor of that host says of it counts; what others say is taken only
 * where nothing is known yet, so that nobody can put a picture of theirs under another's name.
 * Emoji of this home are not learned from others.
 */
export async function noteEmojis(tx: Transaction, seen: readonly SeenEmoji[]): Promise<void> {
  const given = new Map<string, object>()
  for (const emoji of seen) {
    if (given.size >= MOST_PER_BATCH) break
    const record = recordOf(emoji)
    if (record === null) continue
    const key = `${record.host} ${record.shortcode}`
    if (!given.has(key) || record.isConfirmed) given.set(key, record)
  }
  if (given.size === 0) return
  await sql`
    insert into emojis (host, shortcode, url, uri, image_host, is_confirmed, updated_at)
    select host, shortcode, url, uri, "imageHost", "isConfirmed", "updatedAt"
      from jsonb_to_recordset(${JSON.stringify([...given.values()])}::jsonb)
        as given (host text, shortcode text, url text, uri text, "imageHost" text, "isConfirmed" boolean,
                  "updatedAt" timestamptz)
     where host not in (select service_host from domains)
       and not exists (
             select 1 from emojis
              where emojis.host = given.host and emojis.shortcode = given.shortcode
                and (not "isConfirmed" or emojis.is_confirmed and emojis.url = given.url
                     and emojis.updated_at is not distinct from "updatedAt"))
     order by host, shortcode
        on conflict on constraint emojis_name do update set ${UPDATE}
     where excluded.is_confirmed
       and (not emojis.is_confirmed or (emojis.url, emojis.updated_at) is distinct from (excluded.url, excluded.updated_at)
            and coalesce(excluded.updated_at >= emojis.updated_at, true))`.execute(tx)
}

function recordOf(emoji: SeenEmoji) {
  const imageHost = hostOf(emoji.url)
  const host = hostOf(emoji.uri) ?? emoji.host ?? emoji.signerHost
  if (imageHost === undefined) return null
  return {
    host,
    shortcode: emoji.shortcode,
    url: emoji.url,
    uri: emoji.uri ?? null,
    imageHost,
    isConfirmed: host === emoji.signerHost,
    updatedAt: emoji.updatedAt ?? null,
  }
}

/** Somebody reacts with these: their pictures are going to be shown, and are looked at unless they were before. */
export async function useEmojis(tx: Transaction, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  const unused = await tx
    .selectFrom('emojis')
    .select('id')
    .where('id', 'in', ids)
    .where('state', '=', 'known')
    .execute()
  await moveRows(
    tx,
    emojiGraph,
    unused.map(({ id }) => id),
    'outdated',
  )
}
