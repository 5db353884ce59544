/**
 * Create of a vote: a Note that has a name, no content, and replies to a poll. It counts and nothing else: it is no post,
 * nobody is told of it, and nobody learns whose it was.
 */
import { type VoteRecord, ingestVotes } from '../../domain/polls/ingest-votes.ts'
import type { PostFacts } from '../parse-object.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

/** A message with the options that it chooses: one, or several at once. */
export interface Ballot {
  readonly message: InboundMessage
  readonly votes: readonly PostFacts[]
}

export async function handleVotes(batch: Batch, ballots: readonly Ballot[]): Promise<void> {
  if (ballots.length === 0) return
  await batch.loadPosts(ballots.flatMap(({ votes }) => votes.flatMap(({ inReplyTo }) => inReplyTo ?? [])))
  const accepted = ballots.flatMap((ballot) => {
    const records = judge(batch, ballot)
    if (typeof records !== 'string') return [{ message: ballot.message, records }]
    batch.drop(ballot.message, records)
    return []
  })
  const verdicts = await ingestVotes(
    batch.tx,
    accepted.flatMap(({ records }) => records),
    batch.now,
  )
  for (const { message, records } of accepted) {
    const refusals = records.flatMap(({ uri }) => verdicts.get(uri) ?? [])
    const [reason] = refusals
    // Of several votes those that can be counted are.
    if (reason === undefined || refusals.length < records.length) batch.done(message)
    else batch.drop(message, reason)
  }
}

function judge(batch: Batch, { message, votes }: Ballot): VoteRecord[] | string {
  const signer = batch.signerOf(message)
  const records: VoteRecord[] = []
  for (const { uri, inReplyTo, pollVote } of votes) {
    const poll = inReplyTo === null ? undefined : batch.posts.get(inReplyTo)
    if (poll?.is_local !== true || poll.boost_of_id !== null || pollVote === null)
      return 'what it votes in is no poll of this home'
    if (batch.isBlockedBy(poll.author_id, signer.id)) return 'its actor is blocked'
    records.push({ uri, actorId: signer.id, pollId: poll.id, choice: pollVote })
  }
  return records
}
