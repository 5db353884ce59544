/** Polls in tests: what others ask, how many votes there are, and time that passes for them. */
import { sql } from 'kysely'
import type { Clock } from '../../server/core/clock.ts'
import type { Database } from '../../server/db/pool.ts'
import type { PollDraft } from '../../server/domain/polls/poll-draft.ts'
import type { FakeActor } from './fake-peer-actor.ts'

export const MINUTE_MS = 60_000

/** A clock that a test moves on; without it, it runs like any other. */
export class MovedClock implements Clock {
  #aheadMs = 0

  now(): Date {
    return new Date(Date.now() + this.#aheadMs)
  }

  monotonicMs(): number {
    return performance.now()
  }

  move(ms: number): void {
    this.#aheadMs += ms
  }
}

/** An own poll of five minutes. */
export function pollDraft(options: readonly string[], more: Partial<PollDraft> = {}): PollDraft {
  return { options, expiresInSeconds: 300, isMultiple: false, hidesTotals: false, ...more }
}

/** The parts of a Question that make it one, as Mastodon writes them. */
export function question(
  votes: Readonly<Record<string, number>>,
  endsAt: Date,
  more: object = {},
): Record<string, unknown> {
  const options = Object.entries(votes).map(([name, totalItems]) => ({
    type: 'Note',
    name,
    replies: { type: 'Collection', totalItems },
  }))
  return { type: 'Question', oneOf: options, endTime: endsAt.toISOString(), votersCount: 0, ...more }
}

/** The Create of a vote. */
export function vote(
  actor: FakeActor,
  pollUri: string,
  name: string,
  to: string,
): { readonly id: string } & object {
  const { id } = actor.activity('Vote')
  const object = { id, type: 'Note', attributedTo: actor.uri, to, inReplyTo: pollUri, name }
  return actor.activity('Create', { to, object })
}

/** Counts by title. */
export async function counts(db: Database, pollId: string): Promise<Record<string, number>> {
  const rows = await db
    .selectFrom('poll_options')
    .select(['title', 'votes_count'])
    .where('poll_id', '=', pollId)
    .orderBy('position')
    .execute()
  return Object.fromEntries(rows.map((row) => [row.title, row.votes_count]))
}

/** What waits for its time in a table is due now, as when the time has come. */
export async function due(db: Database, table: 'polls' | 'scheduled_posts' | 'drafts'): Promise<void> {
  await sql`
    update ${sql.table(table)} set state_next_attempt_at = now()
     where state_next_attempt_at is not null and state_lock_token is null`.execute(db)
}
