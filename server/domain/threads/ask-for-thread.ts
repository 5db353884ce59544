/** When a thread is completed: somebody here looks at it, or something came for somebody here that answers what is not known. */
import { sql } from 'kysely'
import type { Database, Transaction } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { threadFetchGraph } from './thread-fetch-graph.ts'

/** How a completion stands. */
export interface ThreadFetch {
  readonly id: string
  readonly isRunning: boolean
  /** Posts that this run has brought. */
  readonly postsStored: number
}

/** A thread that has been quiet for long is asked about more rarely: after this part of its quiet. */
const QUIET_PART = 0.1
const MOST_COOLDOWN_SECONDS = 6 * 3_600

type ThreadRow = Row<'thread_fetches'>

export interface ThreadView {
  readonly conversationId: string
  /** The identity that looks. */
  readonly viewerId: string
  /** Least seconds from the end of a run to the begin of the next. */
  readonly cooldownSeconds: number
  readonly now: Date
}

/**
 * To be called when an identity looks at a thread: has it completed, unless that is going on or was done a moment ago.
 * One statement where there is nothing to begin.
 * @returns null where the thread is all ours, or cannot grow
 */
export async function viewThread(db: Database, view: ThreadView): Promise<ThreadFetch | null> {
  const { conversationId, cooldownSeconds, now } = view
  const [found] = await readThread(db, { conversationId, cooldownSeconds, now })
  if (found === undefined) return null
  const { is_settled: isSettled, thread_host: host, can_grow: canGrow, last_post_at: lastPostAt } = found
  const known = found.id === null ? undefined : found
  if (known !== undefined && isSettled) return statusOf(known)
  if (canGrow !== true || host === null || lastPostAt === null) return null
  if (known?.with_replies === true && isQuiet(known, lastPostAt, view)) return statusOf(known)
  const begun = await inTransaction(db, async (tx) => beginForView(tx, view, host))
  return begun === undefined ? null : statusOf(begun)
}

/** The completion with this id, for whoever was told of it. */
export async function findThreadFetch(db: Database, id: string): Promise<ThreadFetch | undefined> {
  const row = await db.selectFrom('thread_fetches').selectAll().where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : statusOf(row)
}

/**
 * Has what comes before these posts read, where it is not known: they concern somebody here, who wants to know what they
 * answer. One statement.
 */
export async function completeBeginnings(tx: Transaction, postIds: readonly string[]): Promise<void> {
  if (postIds.length === 0) return
  await sql`
    with begun as (
      insert into thread_fetches (conversation_id, host, with_replies)
      select distinct on (posts.conversation_id) posts.conversation_id, actors.host, false
        from posts join actors on actors.id = posts.author_id
       where posts.id = any(${postIds}::bigint[]) and posts.in_reply_to_id is null
       order by posts.conversation_id
          on conflict (conversation_id) do nothing
      returning 1
    )
    select pg_notify('stator', ${threadFetchGraph.table}) where exists (select from begun)`.execute(tx)
}

function statusOf(row: ThreadRow): ThreadFetch {
  return { id: row.id, isRunning: isRunning(row), postsStored: row.posts_stored }
}

/** A run that failed again and again is in quarantine: no attempt is planned, so nothing is on the way. */
function isRunning(row: ThreadRow): boolean {
  return row.state === 'reading' && row.state_next_attempt_at !== null
}

const secondsSince = (moment: Date, now: Date): number => (now.getTime() - moment.getTime()) / 1_000

function isQuiet({ done_at: doneAt }: ThreadRow, lastPostAt: Date, view: ThreadView): boolean {
  if (doneAt === null) return false
  const quietSeconds = secondsSince(lastPostAt, doneAt) * QUIET_PART
  return secondsSince(doneAt, view.now) < Math.min(quietSeconds, MOST_COOLDOWN_SECONDS)
}

interface ThreadFacts {
  /** It is going on, or was done a moment ago: the rest was not looked up. */
  readonly is_settled: boolean
  readonly thread_host: string | null
  readonly can_grow: boolean | null
  readonly last_post_at: Date | null
}

/**
 * The completion of a thread and what is known of its posts: a thread grows where a post answers one that is not here, or
 * where another server says what answers a post.
 */
const readThread = statement(
  ({
    conversationId,
    cooldownSeconds,
    now,
  }: Pick<ThreadView, 'conversationId' | 'cooldownSeconds' | 'now'>) => sql<
    (ThreadRow | { readonly id: null }) & ThreadFacts
  >`
    select known.*, thread.*
      from (select ${conversationId}::bigint as asked_id) as asked
      left join lateral (
        select thread_fetches.*,
               with_replies and (state = 'reading' and state_next_attempt_at is not null
                 or coalesce(done_at, asked_at) > ${now}::timestamptz - make_interval(secs => ${cooldownSeconds}::float8)) as is_settled
          from thread_fetches where conversation_id = asked_id
      ) as known on true
      left join lateral (
        select (array_agg(actors.host order by posts.id))[1] as thread_host, max(posts.published_at) as last_post_at,
               bool_or((posts.in_reply_to_uri is not null and posts.in_reply_to_id is null)
                       or (posts.replies_link is not null and not posts.is_local
                           and posts.visibility in ('public', 'unlisted'))) as can_grow
          from posts join actors on actors.id = posts.author_id
         where posts.conversation_id = asked_id and posts.deleted_at is null and posts.boost_of_id is null
           and known.is_settled is not true
      ) as thread on true`,
)

/** Whoever comes first begins; what another begun meanwhile is what everybody gets. */
async function beginForView(
  tx: Transaction,
  { conversationId, viewerId, now }: ThreadView,
  host: string,
): Promise<ThreadRow | undefined> {
  const inserted = await tx
    .insertInto('thread_fetches')
    .values({
      conversation_id: conversationId,
      host,
      actor_id: viewerId,
      with_replies: true,
      asked_at: now,
      state_priority: 0,
    })
    .onConflict((conflict) => conflict.column('conversation_id').doNothing())
    .returningAll()
    .executeTakeFirst()
  if (inserted !== undefined) {
    await wakeWorker(tx, threadFetchGraph.table)
    return inserted
  }
  const row = await tx
    .selectFrom('thread_fetches')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return undefined
  if (!isRunning(row)) return beginAgain(tx, row, viewerId, now)
  return row.with_replies ? row : widen(tx, row, viewerId)
}

/** Its beginning is being read; everything else is wanted now too. */
async function widen(tx: Transaction, row: ThreadRow, viewerId: string): Promise<ThreadRow> {
  await moveRows(tx, threadFetchGraph, [row.id], 'reading', { priority: 0 })
  return tx
    .updateTable('thread_fetches')
    .set({ with_replies: true, actor_id: viewerId })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function beginAgain(tx: Transaction, row: ThreadRow, viewerId: string, now: Date): Promise<ThreadRow> {
  await tx.deleteFrom('thread_finds').where('thread_id', '=', row.id).execute()
  await tx
    .updateTable('thread_fetches')
    .set({ with_replies: true, actor_id: viewerId, asked_at: now, done_at: null, last_error: null })
    .set({ posts_stored: 0, documents_read: 0, pages_read: 0, items_listed: 0, remaining: 0 })
    .where('id', '=', row.id)
    .execute()
  await moveRows(tx, threadFetchGraph, [row.id], 'reading', { priority: 0 })
  return tx.selectFrom('thread_fetches').selectAll().where('id', '=', row.id).executeTakeFirstOrThrow()
}
