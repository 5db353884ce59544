/** Reads a poll of somebody elsewhere again and stores its counts. */
import { sql } from 'kysely'
import type { Dereferencer } from '../activitypub/dereference.ts'
import type { Clock } from '../core/clock.ts'
import type { Database, Querier } from '../db/pool.ts'
import { inTransaction } from '../db/transaction.ts'
import { updateRemotePoll } from '../domain/polls/remote-poll.ts'
import { tellOfEdit } from '../domain/posts/local-effects.ts'

interface ReadingParts {
  readonly db: Database
  readonly clock: Clock
  readonly dereferencer: Pick<Dereferencer, 'readFacts'>
}

type PollReading =
  | { readonly outcome: 'found' }
  | { readonly outcome: 'unavailable' | 'refused'; readonly reason: string }

/** Of the document only the poll is believed; an edit of the text comes as an Update, with its versions. */
export async function readPollAgain(parts: ReadingParts, pollId: string): Promise<PollReading> {
  const post = await parts.db
    .selectFrom('posts')
    .innerJoin('actors', 'actors.id', 'posts.author_id')
    .select(['posts.uri', 'actors.uri as author_uri'])
    .where('posts.id', '=', pollId)
    .where('posts.deleted_at', 'is', null)
    .executeTakeFirst()
  if (post === undefined) return { outcome: 'refused', reason: 'the post is gone' }
  const reading = await parts.dereferencer.readFacts(post.uri, post.author_uri)
  if (reading.outcome === 'unavailable') return reading
  if (reading.outcome !== 'found') {
    return { outcome: 'refused', reason: 'reason' in reading ? reading.reason : `${post.uri} is gone` }
  }
  const { poll } = reading.facts
  if (poll === null) return { outcome: 'refused', reason: `${post.uri} asks nothing any more` }
  await inTransaction(parts.db, async (tx) => {
    const locked = await tx
      .selectFrom('posts')
      .select('id')
      .where('id', '=', pollId)
      .where('deleted_at', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (locked === undefined) return
    await updateRemotePoll(tx, pollId, poll, parts.clock.now())
    await tellOfEdit(tx, pollId)
  })
  return { outcome: 'found' }
}

/** Whether an identity of this home voted in it. */
export async function isAwaited(db: Querier, pollId: string): Promise<boolean> {
  const { rows } = await sql<{ awaited: boolean }>`
    select exists (select from poll_votes where poll_id = ${pollId}) as awaited`.execute(db)
  return rows[0]?.awaited === true
}
