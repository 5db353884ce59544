/** Votes by others in polls of this home: judged and counted together, with a reason for each that does not count. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { decodeEntities } from '../text/escape-html.ts'
import { countVotes, noteVotes } from './count-votes.ts'
import { isOver } from './remote-poll.ts'

export interface VoteRecord {
  readonly uri: string
  readonly actorId: string
  readonly pollId: string
  /** Title of the option, as the other server repeats it. */
  readonly choice: string
}

/** Null where the vote counts, now or before; else why it does not. */
export type VoteVerdict = string | null

type OpenPoll = Pick<Row<'polls'>, 'id' | 'is_multiple' | 'ends_at' | 'closed_at'> & {
  readonly titles: readonly string[]
}

interface JudgedVote extends VoteRecord {
  readonly position: number
  readonly isMultiple: boolean
}

/**
 * @param now  by our own clock: when others say they voted is their word only
 * @returns verdicts by the URI of the vote
 * @see security rule 27
 */
export async function ingestVotes(
  tx: Transaction,
  records: readonly VoteRecord[],
  now: Date,
): Promise<Map<string, VoteVerdict>> {
  const verdicts = new Map<string, VoteVerdict>()
  if (records.length === 0) return verdicts
  const polls = await lockPolls(tx, [...new Set(records.map(({ pollId }) => pollId))])
  const judged = records.flatMap((record): JudgedVote[] => {
    const verdict = judge(record, polls.get(record.pollId), now)
    if (typeof verdict === 'object') return [verdict]
    verdicts.set(record.uri, verdict)
    return []
  })
  const counted = new Set(await storeVotes(tx, judged, now))
  for (const { uri } of judged) {
    verdicts.set(uri, counted.has(uri) ? null : 'its actor has voted already, or cannot see the poll')
  }
  return verdicts
}

/** In the order of their ids, so that two batches wait for each other instead of standing still. */
async function lockPolls(tx: Transaction, ids: readonly string[]): Promise<Map<string, OpenPoll>> {
  const { rows } = await sql<OpenPoll>`
    select id, is_multiple, ends_at, closed_at,
           array(select title from poll_options where poll_id = polls.id order by position) as titles
      from polls where id = any(${ids}::bigint[]) and is_local
     order by id for no key update`.execute(tx)
  return new Map(rows.map((row) => [row.id, row]))
}

function judge(record: VoteRecord, poll: OpenPoll | undefined, now: Date): JudgedVote | string {
  if (poll === undefined) return 'what it votes in is no poll of this home'
  if (isOver(poll, now)) return 'the poll had ended'
  // Some servers keep titles as they came, others as they are shown.
  const position = poll.titles.findIndex(
    (title) => title === record.choice || decodeEntities(title) === record.choice,
  )
  if (position === -1) return 'the poll has no such option'
  return { ...record, position, isMultiple: poll.is_multiple }
}

/** @returns the URIs of those that count, the ones among them that were known before */
async function storeVotes(tx: Transaction, votes: readonly JudgedVote[], now: Date): Promise<string[]> {
  if (votes.length === 0) return []
  const given = sql`rows from (jsonb_to_recordset(${JSON.stringify(votes)}::jsonb)
      as (uri text, "actorId" bigint, "pollId" bigint, position smallint, "isMultiple" boolean)) with ordinality as given`
  const { rows } = await sql<{ id: string; uri: string; poll_id: string; isNew: boolean }>`
    with made as (
      insert into poll_votes (uri, poll_id, is_multiple, actor_id, position, state)
      select given.uri, "pollId", "isMultiple", "actorId", given.position, 'counted'
        from ${given} join posts on posts.id = "pollId"
       where ${visiblePosts(sql.ref('given.actorId'))} and "actorId" <> posts.author_id
       order by ordinality
          on conflict do nothing
      returning id, uri, poll_id
    )
    select id, uri, poll_id, true as "isNew" from made
    union all
    select poll_votes.id, poll_votes.uri, poll_votes.poll_id, false
      from poll_votes join ${given} on given.uri = poll_votes.uri and "actorId" = poll_votes.actor_id`.execute(
    tx,
  )
  const fresh = rows.filter((row) => row.isNew)
  await countVotes(
    tx,
    fresh.map(({ id }) => id),
  )
  await noteVotes(tx, [...new Set(fresh.map((row) => row.poll_id))], now)
  return rows.map(({ uri }) => uri)
}
