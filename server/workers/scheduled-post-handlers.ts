/** Publishes posts whose time has come. What cannot be a post any more is kept with the reason, and not tried for ever. */
import { type MentionParts, resolveMentions } from '../activitypub/resolve-mentions.ts'
import type { Clock } from '../core/clock.ts'
import { type ErrorCode, type HomebirdError, describeError, isHomebirdError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import { inTransaction } from '../db/transaction.ts'
import { findActor } from '../domain/actors/actor.ts'
import type { Home } from '../domain/owner/home.ts'
import { noteFailure, publishScheduled } from '../domain/scheduled-posts/publish-scheduled.ts'
import type { ScheduledPost } from '../domain/scheduled-posts/schedule-post.ts'
import type { scheduledPostGraph } from '../domain/scheduled-posts/scheduled-post-graph.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

export interface ScheduledPostParts extends MentionParts {
  readonly home: Home
  readonly clock: Clock
  readonly log: Logger
}

type WaitingVerdict = Verdict<'published' | 'failed'>

export function scheduledPostHandlers(parts: ScheduledPostParts): HandlersOf<typeof scheduledPostGraph> {
  return { waiting: { each: async (row) => publish(parts, row) } }
}

async function publish(parts: ScheduledPostParts, row: ScheduledPost): Promise<WaitingVerdict> {
  const { db, home, clock } = parts
  const now = clock.now()
  if (row.scheduled_at > now) return waitFor(row.scheduled_at, now)
  const author = await findActor(db, row.actor_id)
  // With the identity everything goes that waited for its time.
  if (author === undefined || author.gone_at !== null) return { to: 'failed', note: 'its author is gone' }
  const mentions = await resolveMentions(parts, author, [row.text, row.summary])
  try {
    const isDone = await inTransaction(db, async (tx) =>
      publishScheduled(tx, home, author, row.id, mentions, clock.now()),
    )
    return isDone ? 'published' : again({ afterSeconds: 1, isUncounted: true, reason: 'it was moved' })
  } catch (error) {
    if (!isHomebirdError(error) || !IS_FINAL.has(error.code)) throw error
    return fail(parts, row, error)
  }
}

function waitFor(moment: Date, now: Date): WaitingVerdict {
  const afterSeconds = (moment.getTime() - now.getTime()) / 1_000 + 0.05
  return again({ afterSeconds, isUncounted: true, reason: 'its time has not come' })
}

/** What the author has to change before another try can end otherwise. */
const IS_FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UNPROCESSABLE', 'NOT_FOUND', 'FORBIDDEN'])

async function fail(
  { db, log }: ScheduledPostParts,
  row: ScheduledPost,
  error: HomebirdError,
): Promise<WaitingVerdict> {
  const failure =
    error.code === 'NOT_FOUND' ? 'The post that it replies to or quotes is not there any more' : error.safe
  await inTransaction(db, async (tx) => noteFailure(tx, row.id, failure))
  log.warn({ event: 'scheduled_post.failed', scheduledPostId: row.id, error: describeError(error) })
  return { to: 'failed', note: describeError(error) }
}
