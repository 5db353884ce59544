/** Votes by identities of this home: counted here at once; Stator sends those in polls elsewhere to the author alone. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import type { Home } from '../owner/home.ts'
import { voteUri } from '../owner/own-uris.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { countVotes, noteVotes } from './count-votes.ts'
import { pollGraph } from './poll-graph.ts'
import { isOver } from './remote-poll.ts'

/**
 * In a poll of several choices further options may be chosen later.
 * @param positions  of the chosen options, from 0
 * @throws HomebirdError NOT_FOUND for a poll that the actor cannot see, UNPROCESSABLE for an own poll, one that has ended,
 *   options that are not there, and whoever has voted already
 */
export async function castVotes(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  actor: Pick<Row<'actors'>, 'id' | 'host'>,
  pollId: string,
  positions: readonly number[],
  now: Date,
): Promise<void> {
  const poll = await lockPoll(tx, actor.id, pollId)
  if (poll.author_id === actor.id) refuse(pollId, 'You cannot vote in your own polls')
  if (isOver(poll, now)) refuse(pollId, 'The poll has already ended')
  const chosen = [...new Set(positions)]
  if (chosen.length === 0 || chosen.some((position) => !poll.positions.includes(position))) {
    refuse(pollId, 'The chosen vote option does not exist')
  }
  if (chosen.length > 1 && !poll.is_multiple) refuse(pollId, 'The poll takes one choice only')
  const ids = await insertVotes(tx, home.origin(actor.host), actor.id, poll, chosen)
  await countVotes(tx, ids)
  if (poll.is_local) {
    await noteVotes(tx, [poll.id], now)
    return
  }
  await wakeWorker(tx, 'poll_votes')
  // Whoever votes wants to know how it ends.
  if (poll.state === 'seen') await moveRows(tx, pollGraph, [poll.id], 'open')
}

function refuse(pollId: string, why: string): never {
  throw new HomebirdError('UNPROCESSABLE', `a vote in poll ${pollId} is refused: ${why}`, {
    safe: `Validation failed: ${why}`,
  })
}

type VotablePoll = Row<'polls'> & { readonly author_id: string; readonly positions: readonly number[] }

/** What cannot be seen is answered like what does not exist. */
async function lockPoll(tx: Transaction, actorId: string, pollId: string): Promise<VotablePoll> {
  const { rows } = await sql<VotablePoll>`
    select polls.*, posts.author_id,
           array(select position::integer from poll_options where poll_id = polls.id) as positions
      from polls join posts on posts.id = polls.id
     where polls.id = ${pollId} and ${visiblePosts(actorId)}
       for no key update of polls`.execute(tx)
  const [poll] = rows
  if (poll === undefined) throw new HomebirdError('NOT_FOUND', `there is no poll ${pollId} to vote in`)
  return poll
}

/** @throws HomebirdError UNPROCESSABLE when the actor chose one of these before, or anything in a poll of one choice */
async function insertVotes(
  tx: Transaction,
  origin: string,
  actorId: string,
  poll: VotablePoll,
  positions: readonly number[],
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    insert into poll_votes (id, uri, poll_id, is_multiple, actor_id, position, state, state_next_attempt_at)
    select id, ${voteUri(origin, '')} || id, ${poll.id}, ${poll.is_multiple}, ${actorId}, position,
           ${poll.is_local ? 'counted' : 'new'}, ${poll.is_local ? null : sql`now()`}
      from (select next_id() as id, position from unnest(${positions}::smallint[]) as chosen (position)) as each
        on conflict do nothing
    returning id`.execute(tx)
  if (rows.length < positions.length) refuse(poll.id, 'You have already voted on this poll')
  return rows.map(({ id }) => id)
}
