/** What changed, as it is now: the facts that the addresses to purge follow from. Set-wise, few statements for a claim. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export interface PurgedPost {
  readonly id: string
  readonly uri: string
  readonly pageUrl: string | null
  readonly authorId: string
  /** Own post that it answers. */
  readonly parentUri: string | null
  /** Of the own post that it boosts: its numbers and those who shared it. */
  readonly boostedUri: string | null
  /** Names of its hashtags, without `#`. */
  readonly hashtags: readonly string[]
}

export interface PurgedActor {
  readonly id: string
  readonly uri: string
  readonly pageUrl: string | null
  readonly host: string
  readonly username: string
  readonly handleDomain: string
}

export interface PurgeFacts {
  readonly posts: ReadonlyMap<string, PurgedPost>
  readonly actors: ReadonlyMap<string, PurgedActor>
  /** Hosts that the home serves; asked for only where a row is about the home itself. */
  readonly hosts: readonly string[]
  /** Of public posts, the latest first; asked for only where the whole home is closed or opened. */
  readonly latestPostIds: readonly string[]
}

/** What caches of one's own hardly hold more of. */
const MOST_LATEST_POSTS = 500

type Subject = Pick<Row<'purges'>, 'subject' | 'subject_id' | 'reason'>

export async function loadPurgeFacts(db: Querier, rows: readonly Subject[]): Promise<PurgeFacts> {
  const idsOf = (subject: Subject['subject']): string[] =>
    rows.flatMap((row) => (row.subject === subject && row.subject_id !== null ? [row.subject_id] : []))
  const isWholeHome = rows.some(isAboutEverything)
  const latestPostIds = isWholeHome ? await listLatestPosts(db) : []
  const posts = await loadPosts(db, [...new Set([...idsOf('post'), ...latestPostIds])])
  const authorIds = [...posts.values()].map((post) => post.authorId)
  const actors = await loadActors(db, [...new Set([...idsOf('actor'), ...authorIds])], isWholeHome)
  const hosts = rows.some((row) => row.subject === 'home') ? await listHosts(db) : []
  return { posts, actors, hosts, latestPostIds }
}

/** Whether strangers may read here at all has changed. */
export function isAboutEverything(row: Pick<Subject, 'subject' | 'reason'>): boolean {
  return row.subject === 'home' && row.reason === 'authorized_fetch'
}

async function loadPosts(db: Querier, ids: readonly string[]): Promise<Map<string, PurgedPost>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<PurgedPost>`
    select posts.id, posts.uri, posts.page_url as "pageUrl", posts.author_id as "authorId",
           (select parent.uri from posts as parent where parent.id = posts.in_reply_to_id and parent.is_local) as "parentUri",
           (select boosted.uri from posts as boosted where boosted.id = posts.boost_of_id and boosted.is_local) as "boostedUri",
           array(select hashtags.name from post_hashtags join hashtags on hashtags.id = post_hashtags.hashtag_id
                  where post_hashtags.post_id = posts.id) as hashtags
      from posts where posts.id = any(${ids}::bigint[]) and posts.is_local`.execute(db)
  return new Map(rows.map((row) => [row.id, row]))
}

async function loadActors(
  db: Querier,
  ids: readonly string[],
  all: boolean,
): Promise<Map<string, PurgedActor>> {
  if (ids.length === 0 && !all) return new Map()
  const rows = await db
    .selectFrom('actors')
    .select(['id', 'uri', 'page_url as pageUrl', 'host', 'username', 'handle_domain as handleDomain'])
    .where('domain_id', 'is not', null)
    .where((where) => (all ? where.lit(true) : where('id', 'in', [...ids])))
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

async function listLatestPosts(db: Querier): Promise<string[]> {
  const rows = await db
    .selectFrom('posts')
    .select('id')
    .where('is_local', '=', true)
    .where('visibility', 'in', ['public', 'unlisted'])
    .orderBy('id', 'desc')
    .limit(MOST_LATEST_POSTS)
    .execute()
  return rows.map(({ id }) => id)
}

async function listHosts(db: Querier): Promise<string[]> {
  const rows = await db.selectFrom('domains').select('service_host').distinct().execute()
  return rows.map((row) => row.service_host)
}
