/** Polls of others: stored with their posts, any number with one statement, and brought up to date. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { pollGraph } from './poll-graph.ts'

export interface RemotePoll {
  /** Two at least, each title once. */
  readonly options: readonly { readonly title: string; readonly votes: number }[]
  readonly isMultiple: boolean
  readonly endsAt: Date | null
  readonly closedAt: Date | null
  readonly votersCount: number | null
}

/** Some servers say when a poll will end by saying when it is closed. */
function settled(poll: RemotePoll, now: Date): RemotePoll {
  const { closedAt, endsAt } = poll
  if (closedAt === null || closedAt <= now) return poll
  return { ...poll, closedAt: null, endsAt: endsAt !== null && endsAt < closedAt ? endsAt : closedAt }
}

interface StoredRecord {
  readonly postId: string
  readonly record: { readonly poll: RemotePoll | null }
}

/** Polls that are there already are left alone. */
export async function storePolls(tx: Transaction, stored: readonly StoredRecord[], now: Date): Promise<void> {
  const polls = stored.flatMap(({ postId, record }) =>
    record.poll === null ? [] : [{ postId, ...settled(record.poll, now) }],
  )
  if (polls.length === 0) return
  await sql`
    with given as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(polls)}::jsonb)
          as each ("postId" bigint, "isMultiple" boolean, "endsAt" timestamptz, "closedAt" timestamptz,
                   "votersCount" integer, options jsonb)
    ), made as (
      insert into polls (id, host, is_multiple, ends_at, closed_at, voters_count, fetched_at, state, state_priority)
      select "postId", actors.host, "isMultiple", "endsAt", "closedAt", "votersCount", ${now}, 'seen', 1
        from given join posts on posts.id = "postId" join actors on actors.id = posts.author_id
          on conflict (id) do nothing
      returning id
    )
    insert into poll_options (poll_id, position, title, votes_count)
    select made.id, ordinality - 1, option ->> 'title', (option ->> 'votes')::integer
      from made join given on "postId" = made.id
     cross join jsonb_array_elements(options) with ordinality as each (option, ordinality)`.execute(tx)
}

/**
 * `counted`: at most the counts and the end are others now. `changed`: it asks something else, so that votes in it are void.
 * `same`: there is no poll, before and after.
 */
export type PollChange = 'same' | 'counted' | 'changed'

/**
 * Whoever looks at the post holds its row locked, so that two never do this at once.
 * @param told  null when the post asks nothing any more
 */
export async function updateRemotePoll(
  tx: Transaction,
  postId: string,
  told: RemotePoll | null,
  now: Date,
): Promise<PollChange> {
  const poll = told === null ? null : settled(told, now)
  const before = await tx
    .selectFrom('polls')
    .select(['is_multiple', 'ends_at', 'closed_at', 'state'])
    .where('id', '=', postId)
    .forUpdate()
    .executeTakeFirst()
  if (poll === null) return before === undefined ? 'same' : removePoll(tx, postId)
  if (before === undefined) {
    await storePolls(tx, [{ postId, record: { poll } }], now)
    return 'changed'
  }
  const titles = await listTitles(tx, postId)
  const isSame = before.is_multiple === poll.isMultiple && sameTitles(titles, poll)
  if (!isSame) {
    await removePoll(tx, postId)
    await storePolls(tx, [{ postId, record: { poll } }], now)
    return 'changed'
  }
  await writeCounts(tx, postId, poll, now)
  // The author has ended it: whoever waits for the end need not wait any more.
  if (poll.closedAt !== null && before.closed_at === null) await moveRows(tx, pollGraph, [postId], 'closing')
  const after = { ends_at: poll.endsAt, closed_at: poll.closedAt ?? before.closed_at }
  if (before.state === 'closed' && !isOver(after, now)) await moveRows(tx, pollGraph, [postId], 'open')
  return 'counted'
}

async function removePoll(tx: Transaction, postId: string): Promise<'changed'> {
  await tx.deleteFrom('polls').where('id', '=', postId).execute()
  return 'changed'
}

async function listTitles(tx: Transaction, postId: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('poll_options')
    .select('title')
    .where('poll_id', '=', postId)
    .orderBy('position')
    .execute()
  return rows.map(({ title }) => title)
}

function sameTitles(titles: readonly string[], poll: RemotePoll): boolean {
  return (
    titles.length === poll.options.length &&
    poll.options.every(({ title }, position) => title === titles[position])
  )
}

/** The origin counts; but votes that were sent from here and are not counted there yet are votes too. */
async function writeCounts(tx: Transaction, postId: string, poll: RemotePoll, now: Date): Promise<void> {
  await sql`
    update poll_options
       set votes_count = greatest(given.votes, (select count(*) from poll_votes
                            where poll_votes.poll_id = poll_options.poll_id
                              and poll_votes.position = poll_options.position))
      from unnest(${poll.options.map(({ votes }) => votes)}::integer[]) with ordinality as given (votes, ordinality)
     where poll_id = ${postId} and position = given.ordinality - 1`.execute(tx)
  await sql`
    update polls
       set voters_count = greatest(${poll.votersCount}::integer, case when ${poll.votersCount}::integer is not null
             then (select count(distinct actor_id) from poll_votes where poll_id = polls.id) end),
           ends_at = ${poll.endsAt}, closed_at = coalesce(${poll.closedAt}::timestamptz, closed_at), fetched_at = ${now}
     where id = ${postId}`.execute(tx)
}

/** Whether nobody may vote any more, by our own clock. */
export function isOver(poll: Pick<Row<'polls'>, 'ends_at' | 'closed_at'>, now: Date): boolean {
  return poll.closed_at !== null || (poll.ends_at !== null && poll.ends_at <= now)
}
