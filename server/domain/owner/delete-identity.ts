/** Removes an identity: it is gone at once; Stator tells every server that is known, and takes away what is much. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { notify } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { removeFollowsOf } from '../actors/actor-freshness.ts'
import { actorGraph } from '../actors/actor-graph.ts'
import { deleteOwnPosts } from '../posts/delete-post.ts'
import { countLikes } from '../posts/ingest-counts.ts'

const PER_PIECE = 500
const ENTRIES_PER_PIECE = 5_000
/** What a small identity wrote goes in the transaction that removes it. */
const PIECES_AT_ONCE = 2

/** What an identity keeps for itself. Its votes stay counted, as in any ballot box. */
const OWN_TABLES = [
  ...(['imports', 'pins', 'poll_votes', 'scheduled_posts', 'drafts', 'filters', 'uploads'] as const),
  ...(['notification_policies', 'notification_permissions', 'notification_requests'] as const),
  ...(['lists', 'followed_hashtags', 'severances'] as const),
  ...(['endorsements', 'dismissed_suggestions', 'post_expiries'] as const),
] as const

/** The same, where years leave a great many. */
const LONG_TABLES = [
  'timeline_entries',
  'left_entries',
  'notifications',
  'bookmarks',
  'conversations',
] as const

/**
 * The row and its name stay, so that nobody can take the name again; its address answers 410.
 * @throws HomebirdError NOT_FOUND for what is no identity of this home, CONFLICT for the last one
 */
export async function deleteIdentity(
  tx: Transaction,
  identity: Pick<Row<'actors'>, 'id'>,
  now: Date,
): Promise<void> {
  const identities = await tx
    .selectFrom('actors')
    .select('id')
    .where('domain_id', 'is not', null)
    .where('is_instance_actor', '=', false)
    .where('gone_at', 'is', null)
    .orderBy('id')
    .forUpdate()
    .execute()
  if (!identities.some(({ id }) => id === identity.id)) {
    throw new HomebirdError('NOT_FOUND', `actor ${identity.id} is no identity of this home`)
  }
  if (identities.length === 1) {
    throw new HomebirdError('CONFLICT', `actor ${identity.id} is the last identity of the home`, {
      safe: 'The last identity of a home cannot be removed.',
    })
  }
  await partIdentity(tx, identity.id, now)
  for (let piece = 0; piece < PIECES_AT_ONCE && (await removePiece(tx, [identity.id], now)); piece += 1) {
    // As long as there is more: the rest is left to Stator.
  }
}

/**
 * From now on it is gone; what it wrote, liked and has read is left to `removePiece`.
 * @param id  of an identity of this home, after which others may be left or not
 */
export async function partIdentity(tx: Transaction, id: string, now: Date): Promise<void> {
  // Before its posts: whoever is told that the author is gone need not be told of each of them.
  await moveRows(tx, actorGraph, [id], 'deleted', { priority: 0 })
  await tx
    .updateTable('actors')
    .set({
      gone_at: now,
      display_name: '',
      bio_html: '',
      bio_source: '',
      fields: '[]',
      emojis: '[]',
      icon_url: null,
      header_url: null,
      followers_count: 0,
      following_count: 0,
    })
    .where('id', '=', id)
    .execute()
  await removeFollowsOf(tx, id)
  for (const table of OWN_TABLES) {
    await tx.deleteFrom(table).where('actor_id', '=', id).execute()
  }
  await tx.deleteFrom('notifications').where('from_actor_id', '=', id).execute()
  await tx.deleteFrom('blocks').where('source_id', '=', id).execute()
  await tx.deleteFrom('endorsements').where('target_id', '=', id).execute()
  await tx
    .updateTable('oauth_tokens')
    .set({ revoked_at: now })
    .where('actor_id', '=', id)
    .where('revoked_at', 'is', null)
    .execute()
  await notify(tx, 'changed', 'sessions')
}

/**
 * Some of what identities that are gone have written, of what they liked and of what they kept: so that a home of many years holds no lock for long.
 * @returns whether there may be more
 */
export async function removePiece(
  tx: Transaction,
  identityIds: readonly string[],
  now: Date,
): Promise<boolean> {
  if (identityIds.length === 0) return false
  const posts = await tx
    .selectFrom('posts')
    .select('id')
    .where('author_id', 'in', identityIds)
    .where('is_local', '=', true)
    .where('deleted_at', 'is', null)
    .limit(PER_PIECE)
    .execute()
  if (posts.length > 0) {
    const ids = posts.map((post) => post.id)
    await deleteOwnPosts(tx, ids, now)
    return true
  }
  if ((await removeLikes(tx, identityIds)) > 0) return true
  for (const table of LONG_TABLES) if (await removeEntries(tx, table, identityIds)) return true
  // Those of posts went with them: what is left was never posted.
  await tx.deleteFrom('attachments').where('owner_actor_id', 'in', identityIds).execute()
  return false
}

async function removeLikes(tx: Transaction, actorIds: readonly string[]): Promise<number> {
  const { rows } = await sql<{ post_id: string; kind: string }>`
    delete from interactions where id in (
      select id from interactions
       where actor_id = any(${actorIds}::bigint[]) and state not in ('undone', 'undone_fanned_out') limit ${PER_PIECE})
    returning post_id, kind`.execute(tx)
  await countLikes(
    tx,
    rows.filter((row) => row.kind === 'like').map((row) => row.post_id),
    -1,
  )
  return rows.length
}

async function removeEntries(
  tx: Transaction,
  table: (typeof LONG_TABLES)[number],
  actorIds: readonly string[],
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`
    delete from ${sql.table(table)} where ctid = any(array(
      select ctid from ${sql.table(table)} where actor_id = any(${actorIds}::bigint[]) limit ${ENTRIES_PER_PIECE}))`.execute(
    tx,
  )
  return numAffectedRows > 0n
}
