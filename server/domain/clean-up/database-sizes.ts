/** What the tables of the home take, and about how much goes with a row. */
import { sql } from 'kysely'
import type { DatabaseSizes } from '../../contracts/clean-up.ts'
import type { Querier } from '../../db/pool.ts'

/** Whatever has a row for a post or for a part of one. */
const POST_TABLES = [
  ...([
    'posts',
    'attachments',
    'mentions',
    'post_hashtags',
    'post_links',
    'post_edits',
    'post_cards',
  ] as const),
  ...(['polls', 'poll_options', 'quotes', 'interactions', 'timeline_entries', 'list_entries'] as const),
] as const
const WORD_TABLES = ['post_words'] as const
const PEOPLE_TABLES = [
  'actors',
  'actor_keys',
  'profile_readings',
  'link_checks',
  'featured_hashtags',
] as const

export async function readDatabaseSizes(db: Querier): Promise<DatabaseSizes> {
  const { rows } = await sql<{ posts: string; words: string; people: string; all: string }>`
    select ${bytesOf(POST_TABLES)} as posts, ${bytesOf(WORD_TABLES)} as words, ${bytesOf(PEOPLE_TABLES)} as people,
           pg_database_size(current_database()) as all`.execute(db)
  const [posts, words, people, all] = [rows[0]?.posts, rows[0]?.words, rows[0]?.people, rows[0]?.all].map(
    (bytes) => Number(bytes ?? 0),
  ) as [number, number, number, number]
  return { posts, words, people, others: Math.max(0, all - posts - words - people), all }
}

export interface RowBytes {
  /** With all that hangs on it, indexes included. */
  readonly post: number
  readonly actor: number
}

/** On average, by what the database last counted; 0 where it has counted nothing yet. */
export async function readRowBytes(db: Querier): Promise<RowBytes> {
  const { rows } = await sql<{ posts: string; people: string; post_rows: number; actor_rows: number }>`
    select ${bytesOf([...POST_TABLES, ...WORD_TABLES])} as posts, ${bytesOf(PEOPLE_TABLES)} as people,
           (select reltuples from pg_class where oid = 'posts'::regclass) as post_rows,
           (select reltuples from pg_class where oid = 'actors'::regclass) as actor_rows`.execute(db)
  const row = rows[0]
  const share = (bytes: string | undefined, count: number | undefined): number =>
    count === undefined || count < 1 ? 0 : Math.round(Number(bytes ?? 0) / count)
  return { post: share(row?.posts, row?.post_rows), actor: share(row?.people, row?.actor_rows) }
}

function bytesOf(tables: readonly string[]) {
  return sql<string>`(select coalesce(sum(pg_total_relation_size(name::regclass)), 0)
                        from unnest(${[...tables]}::text[]) as name)`
}

/**
 * Gives the room of removed rows back to their tables, where what comes next takes it. Nobody waits for it: the files are not
 * made shorter, which would close a table for a moment.
 */
export async function vacuumTables(db: Querier): Promise<void> {
  const tables = [...POST_TABLES, ...WORD_TABLES, ...PEOPLE_TABLES, 'hashtags', 'cards', 'notifications']
  await sql`set statement_timeout to 0`.execute(db)
  try {
    for (const table of tables) {
      await sql`vacuum (analyze, truncate false, skip_locked) ${sql.table(table)}`.execute(db)
    }
  } finally {
    await sql`reset statement_timeout`.execute(db)
  }
}
