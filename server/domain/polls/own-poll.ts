/** Polls of this home: made with their posts, changed with them. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { moveRows } from '../../stator/move.ts'
import { type PollDraft, checkPoll } from './poll-draft.ts'
import { pollGraph } from './poll-graph.ts'

/** @throws HomebirdError UNPROCESSABLE as `checkPoll` */
export async function createOwnPoll(
  tx: Transaction,
  postId: string,
  draft: PollDraft,
  now: Date,
): Promise<void> {
  const poll = checkPoll(draft)
  const endsAt = endOf(poll, now)
  await tx
    .insertInto('polls')
    .values({
      id: postId,
      is_local: true,
      is_multiple: poll.isMultiple,
      hides_totals: poll.hidesTotals,
      ends_at: endsAt,
      voters_count: 0,
      state: 'open',
      state_next_attempt_at: endsAt,
    })
    .execute()
  await sql`
    insert into poll_options (poll_id, position, title)
    select ${postId}::bigint, ordinality - 1, title
      from unnest(${poll.options}::text[]) with ordinality as each (title, ordinality)`.execute(tx)
}

const endOf = (poll: PollDraft, now: Date): Date => new Date(now.getTime() + poll.expiresInSeconds * 1_000)

export interface FormerPoll {
  readonly titles: readonly string[]
  readonly isMultiple: boolean
  readonly hidesTotals: boolean
}

/** What a post asked before it is edited; null where it asked nothing. */
export async function findPoll(tx: Transaction, postId: string): Promise<FormerPoll | null> {
  const { rows } = await sql<FormerPoll>`
    select is_multiple as "isMultiple", hides_totals as "hidesTotals",
           array(select title from poll_options where poll_id = polls.id order by position) as titles
      from polls where id = ${postId} for update`.execute(tx)
  return rows[0] ?? null
}

/**
 * Options or a kind of choice other than before make it another poll, and votes in the former are void. Otherwise it begins
 * anew to run out, with the votes that it has.
 * @param draft  null takes the poll away
 * @throws HomebirdError UNPROCESSABLE as `checkPoll`
 */
export async function changeOwnPoll(
  tx: Transaction,
  postId: string,
  before: FormerPoll | null,
  draft: PollDraft | null,
  now: Date,
): Promise<void> {
  const poll = draft === null ? null : checkPoll(draft)
  const isSame =
    poll !== null &&
    before !== null &&
    poll.isMultiple === before.isMultiple &&
    poll.options.join('\n') === before.titles.join('\n')
  if (!isSame) {
    await tx.deleteFrom('polls').where('id', '=', postId).execute()
    if (poll !== null) await createOwnPoll(tx, postId, poll, now)
    return
  }
  await tx
    .updateTable('polls')
    .set({ ends_at: endOf(poll, now), closed_at: null, hides_totals: poll.hidesTotals })
    .where('id', '=', postId)
    .execute()
  // Due at once, to plan its new end.
  await moveRows(tx, pollGraph, [postId], 'open')
}
