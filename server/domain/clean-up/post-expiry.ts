/** Own posts that go by themselves: after how long, and which stay all the same. Whoever has a copy is told of each. */
import { type RawBuilder, sql } from 'kysely'
import type { PostExpiry, PostExpiryPreview } from '../../contracts/clean-up.ts'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import { deleteOwnPosts } from '../posts/delete-post.ts'
import { idAt } from './keep-posts.ts'
import { some } from './prune-slice.ts'

const USUAL: PostExpiry = {
  isOn: false,
  afterDays: 365,
  keepsPinned: true,
  keepsDirect: true,
  keepsPolls: false,
  keepsMedia: false,
  keepsOwnFavourites: true,
  keepsOwnBookmarks: true,
  keepsBoosts: false,
  keepsFavouritesFrom: null,
  keepsBoostedFrom: null,
}

/** What nobody has said yet is off. */
export async function readPostExpiry(db: Querier, actorId: string): Promise<PostExpiry> {
  const row = await db
    .selectFrom('post_expiries')
    .selectAll()
    .where('actor_id', '=', actorId)
    .executeTakeFirst()
  return row === undefined ? USUAL : expiryOf(row)
}

export async function savePostExpiry(
  tx: Transaction,
  actorId: string,
  expiry: PostExpiry,
  now: Date,
): Promise<void> {
  const stored = {
    is_on: expiry.isOn,
    after_days: expiry.afterDays,
    keeps_pinned: expiry.keepsPinned,
    keeps_direct: expiry.keepsDirect,
    keeps_polls: expiry.keepsPolls,
    keeps_media: expiry.keepsMedia,
    keeps_own_favourites: expiry.keepsOwnFavourites,
    keeps_own_bookmarks: expiry.keepsOwnBookmarks,
    keeps_boosts: expiry.keepsBoosts,
    keeps_favourites_from: expiry.keepsFavouritesFrom,
    keeps_boosted_from: expiry.keepsBoostedFrom,
    changed_at: now,
  }
  await tx
    .insertInto('post_expiries')
    .values({ actor_id: actorId, ...stored })
    .onConflict((conflict) => conflict.column('actor_id').doUpdateSet(stored))
    .execute()
}

/** Of all that would go now, whether it is on or not. */
export async function previewPostExpiry(
  db: Querier,
  actorId: string,
  expiry: PostExpiry,
  now: Date,
): Promise<PostExpiryPreview> {
  const { rows } = await sql<{ posts: string; oldest: Date | null; newest: Date | null }>`
    select count(*) as posts, min(published_at) as oldest, max(published_at) as newest
      from posts as candidate where ${isExpired(actorId, expiry, now)}`.execute(db)
  return {
    posts: Number(rows[0]?.posts ?? 0),
    oldest: rows[0]?.oldest?.toISOString() ?? null,
    newest: rows[0]?.newest?.toISOString() ?? null,
  }
}

/** Deletions that wait to be told: with more of them no further post goes for now. */
const MOST_WAITING = 500

/**
 * The oldest that are over go, few at a time: each is told to every server that has it.
 * @returns how many went
 */
export async function expireOwnPosts(db: Database, now: Date, most: number): Promise<number> {
  const { rows } = await sql<Row<'post_expiries'>>`
    select post_expiries.* from post_expiries join actors on actors.id = actor_id
     where is_on and actors.gone_at is null and actors.is_local
       and (select count(*) from (select from fan_outs where state = 'new' limit ${MOST_WAITING + 1}) as waiting)
           <= ${MOST_WAITING}`.execute(db)
  let gone = 0
  for (const row of rows) {
    gone += await inTransaction(db, async (tx) => {
      const { rows: over } = await sql<{ id: string }>`
        select id from posts as candidate where ${isExpired(row.actor_id, expiryOf(row), now)}
         order by id limit ${most} for update skip locked`.execute(tx)
      await deleteOwnPosts(
        tx,
        over.map(({ id }) => id),
        now,
      )
      return over.length
    })
  }
  return gone
}

function expiryOf(row: Row<'post_expiries'>): PostExpiry {
  return {
    isOn: row.is_on,
    afterDays: row.after_days,
    keepsPinned: row.keeps_pinned,
    keepsDirect: row.keeps_direct,
    keepsPolls: row.keeps_polls,
    keepsMedia: row.keeps_media,
    keepsOwnFavourites: row.keeps_own_favourites,
    keepsOwnBookmarks: row.keeps_own_bookmarks,
    keepsBoosts: row.keeps_boosts,
    keepsFavouritesFrom: row.keeps_favourites_from,
    keepsBoostedFrom: row.keeps_boosted_from,
  }
}

const DAY_MS = 86_400_000

/**
 * Of a row of posts called `candidate`. A boost has no exceptions of its own but that all of them stay. What was brought along
 * is as old as it was where it came from; its time begins when it came, or it would go as soon as it is here.
 */
function isExpired(actorId: string, expiry: PostExpiry, now: Date): RawBuilder<boolean> {
  const before = new Date(now.getTime() - expiry.afterDays * DAY_MS)
  return sql<boolean>`
    candidate.author_id = ${actorId} and candidate.is_local and candidate.deleted_at is null
    and candidate.id < ${idAt(before)}::bigint and candidate.published_at < ${before}
    and (candidate.imported_from is null or candidate.created_at < ${before})
    and not (${sql.join(exceptionsOf(actorId, expiry), sql` or `)})`
}

function exceptionsOf(actorId: string, expiry: PostExpiry): RawBuilder<boolean>[] {
  const rules: readonly (readonly [boolean, RawBuilder<boolean>])[] = [
    [expiry.keepsBoosts, sql`candidate.boost_of_id is not null`],
    [expiry.keepsDirect, sql`candidate.visibility = 'direct'`],
    [expiry.keepsPinned, some(sql`from pins where pins.post_id = candidate.id`)],
    [expiry.keepsPolls, some(sql`from polls where polls.id = candidate.id`)],
    [expiry.keepsMedia, some(sql`from attachments where attachments.post_id = candidate.id`)],
    [
      expiry.keepsOwnFavourites,
      some(sql`from interactions
                where interactions.post_id = candidate.id and interactions.actor_id = ${actorId}
                  and interactions.kind = 'like' and interactions.state not in ('undone', 'undone_fanned_out')`),
    ],
    [
      expiry.keepsOwnBookmarks,
      some(sql`from bookmarks where bookmarks.post_id = candidate.id and bookmarks.actor_id = ${actorId}`),
    ],
  ]
  const { keepsFavouritesFrom, keepsBoostedFrom } = expiry
  return [
    sql<boolean>`false`,
    ...rules.flatMap(([isOn, rule]) => (isOn ? [rule] : [])),
    ...(keepsFavouritesFrom === null ? [] : [sql<boolean>`candidate.likes_count >= ${keepsFavouritesFrom}`]),
    ...(keepsBoostedFrom === null ? [] : [sql<boolean>`candidate.boosts_count >= ${keepsBoostedFrom}`]),
  ]
}
