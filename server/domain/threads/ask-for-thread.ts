/** When a thread is completed: somebody here looks at it, or something came for somebody here that answers what is not known. */
import { sql } from 'kysely'
import type { Database, Transaction } from '../../db/pool.ts'
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
  const known = await findRow(db, view.conversationId)
  if (known?.with_replies === true && (isRunning(known) || isWithinCooldown(known, view)))
    return statusOf(known)
  const thread = await findThread(db, view.conversationId)
  if (thread === null || !thread.can_grow) return null
  if (known?.with_replies === true && isQuiet(known, thread.last_post_at, view)) return statusOf(known)
  const begun = await inTransaction(db, async (tx) => beginForView(tx, view, thread.host))
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

function isWithinCooldown(row: ThreadRow, view: ThreadView): boolean {
  return secondsSince(row.done_at ?? row.asked_at, view.now) < view.cooldownSeconds
}

function isQuiet({ done_at: doneAt }: ThreadRow, lastPostAt: Date, view: ThreadView): boolean {
  if (doneAt === null) return false
  const quietSeconds = secondsSince(lastPostAt, doneAt) * QUIET_PART
  return secondsSince(doneAt, view.now) < Math.min(quietSeconds, MOST_COOLDOWN_SECONDS)
}

async function findRow(db: Database, conversationId: string): Promise<ThreadRow | undefined> {
  return db
    .selectFrom('thread_fetches')
    .selectAll()
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst()
}

interface KnownThread {
  readonly host: string
  readonly can_grow: boolean
  readonly last_post_at: Date
}

/** A thread grows where a post answers one that is not here, or where another server says what answers a post. */
async function findThread(db: Database, conversationId: string): Promise<KnownThread | null> {
  const { rows } = await sql<KnownThread>`
    select (array_agg(actors.host order by posts.id))[1] as host, max(posts.published_at) as last_post_at,
           bool_or((posts.in_reply_to_uri is not null and posts.in_reply_to_id is null)
                   or (posts.replies_link is not null and not posts.is_local
                       and posts.visibility in ('public', 'unlisted'))) as can_grow
      from posts join actors on actors.id = posts.author_id
     where posts.conversation_id = ${conversationId} and posts.deleted_at is null and posts.boost_of_id is null
    having count(*) > 0`.execute(db)
  return rows[0] ?? null
}

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
