/** What a run has come across and what of it is still to be read: the frontier of a thread, kept in rows. */
import { sql } from 'kysely'
import type { Database, Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { collectionUriOf } from '../posts/origin-facts.ts'

export type ThreadFind = Pick<Row<'thread_finds'>, 'uri' | 'kind' | 'host' | 'depth' | 'tries'>
export type NewFind = Omit<ThreadFind, 'tries'>

/** Posts of one thread that are looked at to find where it can grow. */
const MOST_POSTS = 2_000
/** How often a server that does not answer is asked for the same in one run, and after how many seconds the next time. */
const MOST_TRIES = 3
const FIRST_RETRY_SECONDS = 60

interface Edge {
  readonly uri: string
  readonly depth: number
  readonly missing_parent: string | null
  readonly replies_link: string | null
}

/**
 * Where a stored thread can grow: parents that are not here, and collections of replies.
 * @param withReplies  false where only parents are wanted
 */
export async function listEdges(
  db: Querier,
  conversationId: string,
  withReplies: boolean,
): Promise<Array<Omit<NewFind, 'host'>>> {
  const { rows } = await sql<Edge>`
    with recursive tree as (
      select id, 0 as depth from posts
       where conversation_id = ${conversationId} and in_reply_to_id is null and deleted_at is null and boost_of_id is null
      union all
      select posts.id, tree.depth + 1 from tree join posts on posts.in_reply_to_id = tree.id
    ), bounded as (
      select id, min(depth) as depth from (select * from tree limit ${MOST_POSTS}) as first group by id
    )
    select posts.uri, bounded.depth,
           case when posts.in_reply_to_id is null then posts.in_reply_to_uri end as missing_parent,
           case when ${withReplies} and not posts.is_local and posts.visibility in ('public', 'unlisted')
                then posts.replies_link end as replies_link
      from bounded join posts on posts.id = bounded.id
     where (posts.in_reply_to_id is null and posts.in_reply_to_uri is not null) or posts.replies_link is not null
     order by bounded.depth, posts.id`.execute(db)
  const edges: Array<Omit<NewFind, 'host'>> = []
  for (const { uri, depth, missing_parent: parent, replies_link: link } of rows) {
    if (parent !== null) edges.push({ uri: parent, kind: 'parent', depth: 0 })
    if (link !== null) edges.push({ uri: collectionUriOf({ uri, replies_link: link }), kind: 'page', depth })
  }
  return edges
}

/**
 * Notes what was come across, each once in a run; posts that are here already are passed over.
 * @returns how many are new
 */
export async function addFinds(db: Querier, threadId: string, finds: readonly NewFind[]): Promise<number> {
  if (finds.length === 0) return 0
  const { numAffectedRows = 0n } = await sql`
    insert into thread_finds (thread_id, uri, kind, host, depth)
    select ${threadId}, given.uri, given.kind, given.host, given.depth
      from rows from (jsonb_to_recordset(${JSON.stringify(finds)}::jsonb)
             as (uri text, kind text, host text, depth integer)) with ordinality as given
     where given.kind = 'page' or not exists (select from posts where posts.uri = given.uri)
     order by ordinality
        on conflict (thread_id, uri) do nothing`.execute(db)
  return Number(numAffectedRows)
}

/**
 * What is to be read next: what comes before, then level by level, the posts of a level before what answers them.
 * @param query.except  hosts that are left alone at the moment
 */
export async function listOpenFinds(
  db: Querier,
  threadId: string,
  query: {
    readonly kinds: ReadonlyArray<NewFind['kind']>
    readonly except: readonly string[]
    readonly limit: number
  },
): Promise<ThreadFind[]> {
  const { rows } = await sql<ThreadFind>`
    select uri, kind, host, depth, tries from thread_finds
     where thread_id = ${threadId} and read_at is null and (retry_at is null or retry_at <= now())
       and kind = any(${query.kinds}::text[]) and host <> all(${query.except}::text[])
     order by kind = 'parent' desc, depth, kind = 'page', place
     limit ${query.limit}`.execute(db)
  return rows
}

export interface SettledFind {
  readonly uri: string
  /** Why nothing came of it; null where something did. */
  readonly refusal: string | null
}

/** Finds that need not be read again in this run. One that was never noted is, so that nobody else notes it. */
export async function settleFinds(
  db: Querier,
  threadId: string,
  settled: readonly SettledFind[],
): Promise<void> {
  if (settled.length === 0) return
  await sql`
    update thread_finds set read_at = now(), refusal = left(given.refusal, 500), retry_at = null
      from jsonb_to_recordset(${JSON.stringify(settled)}::jsonb) as given (uri text, refusal text)
     where thread_finds.thread_id = ${threadId} and thread_finds.uri = given.uri`.execute(db)
}

/** What a server gave no answer to is tried again later, a few times; then the run goes on without it. */
export async function postponeFinds(
  db: Querier,
  threadId: string,
  failed: ReadonlyArray<{ readonly find: ThreadFind; readonly reason: string }>,
): Promise<void> {
  if (failed.length === 0) return
  const given = failed.map(({ find, reason }) => ({ uri: find.uri, reason }))
  await sql`
    update thread_finds set ${ONE_TRY_MORE}
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given (uri text, reason text)
     where thread_id = ${threadId} and thread_finds.uri = given.uri and read_at is null`.execute(db)
}

/** The same for everything that waits for a server which is silent. */
export async function postponeHosts(
  db: Querier,
  threadId: string,
  failures: ReadonlyMap<string, string>,
): Promise<void> {
  if (failures.size === 0) return
  const given = [...failures].map(([host, reason]) => ({ host, reason }))
  await sql`
    update thread_finds set ${ONE_TRY_MORE}
      from jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as given (host text, reason text)
     where thread_id = ${threadId} and thread_finds.host = given.host and read_at is null
       and (retry_at is null or retry_at <= now())`.execute(db)
}

const ONE_TRY_MORE = sql`
           tries = tries + 1,
           read_at = case when tries + 1 >= ${MOST_TRIES} then now() end,
           refusal = case when tries + 1 >= ${MOST_TRIES} then left(given.reason, 500) end,
           retry_at = now() + make_interval(secs => ${FIRST_RETRY_SECONDS} * 4 ^ tries)`

/** A run that has done its share leaves the rest. */
export async function closeFinds(
  db: Querier,
  threadId: string,
  kinds: ReadonlyArray<NewFind['kind']>,
  refusal: string,
): Promise<void> {
  await sql`
    update thread_finds set read_at = now(), refusal = ${refusal}
     where thread_id = ${threadId} and kind = any(${kinds}::text[]) and read_at is null`.execute(db)
}

export interface OpenFinds {
  readonly count: number
  /** Until the first of them may be read; 0 where it may be now. */
  readonly waitSeconds: number
}

export async function countOpenFinds(db: Querier, threadId: string): Promise<OpenFinds> {
  const { rows } = await sql<OpenFinds>`
    select count(*)::integer as count,
           coalesce(greatest(0, extract(epoch from min(coalesce(retry_at, now())) - now())), 0)::float8 as "waitSeconds"
      from thread_finds where thread_id = ${threadId} and read_at is null`.execute(db)
  return rows[0] ?? { count: 0, waitSeconds: 0 }
}

/** Those of the URIs that are posts of the thread, or were listed as such and not refused. */
export async function findInThread(
  db: Database,
  thread: { readonly id: string; readonly conversation_id: string },
  uris: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ uri: string }>`
    select uri from posts
     where uri = any(${uris}::text[]) and conversation_id = ${thread.conversation_id} and deleted_at is null
    union
    select uri from thread_finds
     where thread_id = ${thread.id} and uri = any(${uris}::text[]) and kind <> 'page' and refusal is null`.execute(
    db,
  )
  return new Set(rows.map((row) => row.uri))
}

/** Those of the actors whom the identity that looks blocks; any identity here where nobody looks. */
export async function findBlockedAuthors(
  db: Database,
  identityId: string | null,
  actorUris: readonly string[],
): Promise<Set<string>> {
  const { rows } = await sql<{ uri: string }>`
    select distinct other.uri
      from blocks join actors as me on me.id = blocks.source_id join actors as other on other.id = blocks.target_id
     where other.uri = any(${actorUris}::text[]) and me.is_local and not blocks.is_mute
       and blocks.state not in ('undone', 'undone_sent')
       and (${identityId}::bigint is null or me.id = ${identityId}::bigint)`.execute(db)
  return new Set(rows.map((row) => row.uri))
}

/** Those of the hosts that deliveries have found silent, until they are probed again. */
export async function listSilentHosts(db: Querier, hosts: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ host: string }>`
    select host from peers where host = any(${hosts}::text[]) and retry_at > now()`.execute(db)
  return rows.map((row) => row.host)
}
