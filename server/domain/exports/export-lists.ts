/** What an identity keeps about others, as the lines of the CSV files that Mastodon writes and imports, read page by page. */
import { type RawBuilder, sql } from 'kysely'
import type { AccountExportStats } from '../../contracts/export-stats.ts'
import type { Querier } from '../../db/pool.ts'
import { csvLine } from './csv.ts'

/** Rows of one statement. */
const STEP = 1_000

/** Lines of one file, with their ends. */
type Lines = AsyncGenerator<string, void>

interface Listed {
  readonly cursor: string
  readonly address: string
}

/** The full address of an actor, of this home too. */
const ADDRESS = sql`actors.username || '@' || actors.handle_domain`

/** @param read  at most `STEP` rows below the cursor, the newest first */
async function* eachRow<T extends { readonly cursor: string }>(
  read: (before: RawBuilder<unknown>) => Promise<{ readonly rows: T[] }>,
): AsyncGenerator<T, void> {
  for (let cursor: string | null = null; ;) {
    const { rows }: { rows: T[] } = await read(
      cursor === null ? sql`9223372036854775807::bigint` : sql`${cursor}::bigint`,
    )
    yield* rows
    if (rows.length < STEP) return
    cursor = rows.at(-1)?.cursor ?? null
  }
}

interface Followed extends Listed {
  readonly shows_boosts: boolean
  readonly notifies: boolean
  readonly languages: readonly string[] | null
}

export async function* exportFollowing(db: Querier, actorId: string): Lines {
  yield csvLine(['Account address', 'Show boosts', 'Notify on new posts', 'Languages'])
  const rows = eachRow<Followed>((before) =>
    sql<Followed>`
      select follows.id as cursor, ${ADDRESS} as address, shows_boosts, notifies, languages
        from follows join actors on actors.id = follows.target_id
       where follows.source_id = ${actorId} and follows.state = 'accepted' and follows.id < ${before}
       order by follows.id desc limit ${STEP}`.execute(db),
  )
  for await (const row of rows) {
    const languages = row.languages?.join(', ') ?? ''
    yield csvLine([row.address, String(row.shows_boosts), String(row.notifies), languages])
  }
}

export async function* exportFollowers(db: Querier, actorId: string): Lines {
  yield csvLine(['Account address'])
  const rows = eachRow<Listed>((before) =>
    sql<Listed>`
      select follows.id as cursor, ${ADDRESS} as address from follows join actors on actors.id = follows.source_id
       where follows.target_id = ${actorId} and follows.state in ('accepting', 'accepted') and follows.id < ${before}
       order by follows.id desc limit ${STEP}`.execute(db),
  )
  for await (const { address } of rows) yield csvLine([address])
}

interface Muted extends Listed {
  readonly hides_notifications: boolean
}

const blocksOf = (db: Querier, actorId: string, isMute: boolean) =>
  eachRow<Muted>((before) =>
    sql<Muted>`
      select blocks.id as cursor, ${ADDRESS} as address, hides_notifications
        from blocks join actors on actors.id = blocks.target_id
       where blocks.source_id = ${actorId} and blocks.is_mute = ${isMute} and blocks.state not in ('undone', 'undone_sent')
         and (blocks.expires_at is null or blocks.expires_at > now()) and blocks.id < ${before}
       order by blocks.id desc limit ${STEP}`.execute(db),
  )

/** Without a head, as Mastodon has it. */
export async function* exportBlocks(db: Querier, actorId: string): Lines {
  for await (const { address } of blocksOf(db, actorId, false)) yield csvLine([address])
}

export async function* exportMutes(db: Querier, actorId: string): Lines {
  yield csvLine(['Account address', 'Hide notifications'])
  for await (const row of blocksOf(db, actorId, true))
    yield csvLine([row.address, String(row.hides_notifications)])
}

/** A line for each member of each list; without a head. */
export async function* exportLists(db: Querier, actorId: string): Lines {
  const lists = await db
    .selectFrom('lists')
    .select(['id', 'title'])
    .where('actor_id', '=', actorId)
    .orderBy('id')
    .execute()
  for (const list of lists) {
    const rows = eachRow<Listed>((before) =>
      sql<Listed>`
        select list_members.member_id as cursor, ${ADDRESS} as address
          from list_members join actors on actors.id = list_members.member_id
         where list_members.list_id = ${list.id} and list_members.member_id < ${before}
         order by list_members.member_id desc limit ${STEP}`.execute(db),
    )
    for await (const { address } of rows) yield csvLine([list.title, address])
  }
}

/** Ids of posts, without a head. */
export async function* exportBookmarks(db: Querier, actorId: string): Lines {
  const rows = eachRow<{ cursor: string; uri: string }>((before) =>
    sql<{ cursor: string; uri: string }>`
      select bookmarks.id as cursor, posts.uri from bookmarks join posts on posts.id = bookmarks.post_id
       where bookmarks.actor_id = ${actorId} and posts.deleted_at is null and bookmarks.id < ${before}
       order by bookmarks.id desc limit ${STEP}`.execute(db),
  )
  for await (const { uri } of rows) yield csvLine([uri])
}

/** What the owner blocked, without what only block lists brought; without a head. */
export async function* exportDomainBlocks(db: Querier): Lines {
  const rows = await db
    .selectFrom('domain_blocks')
    .select('domain')
    .where('is_own', '=', true)
    .orderBy('domain')
    .execute()
  for (const { domain } of rows) yield csvLine([domain])
}

/** By the name of their file, without its ending. */
export const LIST_FILES = {
  following: exportFollowing,
  followers: exportFollowers,
  lists: exportLists,
  blocks: exportBlocks,
  mutes: exportMutes,
  bookmarks: exportBookmarks,
  domain_blocks: exportDomainBlocks,
} as const satisfies Record<string, (db: Querier, actorId: string) => Lines>

export type ListFile = keyof typeof LIST_FILES

/** One statement. */
export async function countExports(db: Querier, actorId: string): Promise<AccountExportStats> {
  const { rows } = await sql<AccountExportStats>`
    select followers_count, following_count, posts_count as statuses_count,
           (select count(*)::integer from lists where actor_id = actors.id) as lists_count,
           (select count(*)::integer from blocks where source_id = actors.id and not is_mute
               and state not in ('undone', 'undone_sent')) as blocks_count,
           (select count(*)::integer from blocks where source_id = actors.id and is_mute
               and state not in ('undone', 'undone_sent') and (expires_at is null or expires_at > now())) as mutes_count
      from actors where id = ${actorId}`.execute(db)
  const [stats] = rows
  const none = { followers_count: 0, following_count: 0, statuses_count: 0 }
  return stats ?? { ...none, lists_count: 0, blocks_count: 0, mutes_count: 0 }
}
