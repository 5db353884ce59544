/** Sends drafts whose moment has come. What cannot be a post is kept with the reason, and not tried for ever. */
import { type MentionParts, resolveMentions } from '../activitypub/resolve-mentions.ts'
import type { Clock } from '../core/clock.ts'
import { type ErrorCode, type HomebirdError, describeError, isHomebirdError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import { inTransaction } from '../db/transaction.ts'
import { findActor } from '../domain/actors/actor.ts'
import type { draftGraph } from '../domain/drafts/draft-graph.ts'
import type { DraftRow } from '../domain/drafts/keep-drafts.ts'
import { noteUnsent, publishDraft } from '../domain/drafts/send-draft.ts'
import type { Home } from '../domain/owner/home.ts'
import { type HandlersOf, type Verdict, again } from '../stator/graph.ts'

interface DraftParts extends MentionParts {
  readonly home: Home
  readonly clock: Clock
  readonly log: Logger
}

type HeldVerdict = Verdict<'sent' | 'failed' | 'kept'>

export function draftHandlers(parts: DraftParts): HandlersOf<typeof draftGraph> {
  return { held: { each: async (row) => send(parts, row) } }
}

async function send(parts: DraftParts, row: DraftRow): Promise<HeldVerdict> {
  const { db, home, clock } = parts
  if (row.post_id !== null) return 'sent'
  if (row.send_at === null) return row.failure === null ? 'kept' : { to: 'failed', note: row.failure }
  const waitMs = row.send_at.getTime() - clock.now().getTime()
  if (waitMs > 0) {
    return again({
      afterSeconds: waitMs / 1_000 + 0.01,
      isUncounted: true,
      reason: 'its moment has not come',
    })
  }
  const author = await findActor(db, row.actor_id)
  // With the identity everything goes that it was about to say.
  if (author === undefined || author.gone_at !== null) return { to: 'failed', note: 'its author is gone' }
  const words = row.content.hasWarning ? [row.text, row.warning] : [row.text]
  const mentions = await resolveMentions(parts, author, words)
  try {
    const isDone = await inTransaction(db, async (tx) =>
      publishDraft(tx, home, author, row.key, mentions, clock.now()),
    )
    return isDone ? 'sent' : again({ afterSeconds: 1, isUncounted: true, reason: 'it was called back' })
  } catch (error) {
    if (!isHomebirdError(error) || !IS_FINAL.has(error.code)) throw error
    return fail(parts, row, error)
  }
}

/** What the author has to change before another try can end otherwise. */
const IS_FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['UNPROCESSABLE', 'NOT_FOUND', 'FORBIDDEN'])

async function fail({ db, log }: DraftParts, row: DraftRow, error: HomebirdError): Promise<HeldVerdict> {
  const failure =
    error.code === 'NOT_FOUND' ? 'The post that it replies to or quotes is not there any more' : error.safe
  await inTransaction(db, async (tx) => noteUnsent(tx, row.id, failure))
  log.warn({ event: 'draft.failed', draftId: row.id, error: describeError(error) })
  return { to: 'failed', note: describeError(error) }
}
