/** Handles votes by identities of this home in polls elsewhere: the author is told of each chosen option, and nobody else. */
import { voteActivity } from '../activitypub/activities.ts'
import type { Database, Transaction } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { inTransaction } from '../db/transaction.ts'
import type { pollVoteGraph } from '../domain/polls/poll-vote-graph.ts'
import type { HandlersOf } from '../stator/graph.ts'
import { queue } from './queue.ts'

export function pollVoteHandlers({ db }: { readonly db: Database }): HandlersOf<typeof pollVoteGraph> {
  return {
    new: {
      each: async (vote) => {
        await inTransaction(db, async (tx) => sendVote(tx, vote))
        return 'counted'
      },
    },
  }
}

async function sendVote(tx: Transaction, vote: Row<'poll_votes'>): Promise<void> {
  const facts = await tx
    .selectFrom('poll_votes')
    .innerJoin('poll_options', (join) =>
      join
        .onRef('poll_options.poll_id', '=', 'poll_votes.poll_id')
        .onRef('poll_options.position', '=', 'poll_votes.position'),
    )
    .innerJoin('actors as voter', 'voter.id', 'poll_votes.actor_id')
    .innerJoin('posts', 'posts.id', 'poll_votes.poll_id')
    .innerJoin('actors as author', 'author.id', 'posts.author_id')
    .select(['voter.id', 'voter.host', 'voter.uri', 'poll_options.title', 'posts.uri as poll_uri'])
    .select(['author.id as author_id', 'author.uri as author_uri'])
    .where('poll_votes.id', '=', vote.id)
    .executeTakeFirst()
  if (facts === undefined) return
  await queue(tx, {
    signer: { id: facts.id, host: facts.host },
    activity: voteActivity({
      actorUri: facts.uri,
      voteUri: vote.uri,
      choice: facts.title,
      pollUri: facts.poll_uri,
      recipientUri: facts.author_uri,
    }),
    // Votes need no order among themselves.
    objectUri: vote.uri,
    recipients: { actorIds: [facts.author_id] },
  })
}
