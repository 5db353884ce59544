/** A draft on its way: held back for a moment, called back, or written as the post that it is. */
import { HomebirdError } from '../../core/errors.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { refuseMoved } from '../moves/refuse-moved.ts'
import type { Home } from '../owner/home.ts'
import { type PollDraft, checkPoll } from '../polls/poll-draft.ts'
import { type MentionedActors, composePost } from '../posts/compose-post.ts'
import { createPost } from '../posts/create-post.ts'
import { getVisiblePost } from '../posts/find-post.ts'
import { visibilityOfName } from '../posts/visibility-name.ts'
import { getQuotable } from '../quotes/own-quotes.ts'
import { draftGraph } from './draft-graph.ts'
import { type DraftRow, type Keeping, lockDraft, missingDraft } from './keep-drafts.ts'

/**
 * Holds a draft back for so long; then it goes. One that is held already goes at the sooner moment.
 * What could not be a post is refused now, as far as it can be known.
 * @param revision  that the author sees
 * @throws HomebirdError NOT_FOUND, UNPROCESSABLE and FORBIDDEN as `createPost`
 */
export async function holdDraft(
  tx: Transaction,
  author: Row<'actors'>,
  key: string,
  revision: number,
  seconds: number,
  now: Date,
): Promise<Keeping> {
  const row = await lockDraft(tx, author.id, key)
  if (row === undefined) throw missingDraft(key)
  // A request that is sent again changes nothing.
  if (row.post_id !== null) return { outcome: 'kept', draft: row }
  if (row.revision !== revision) return { outcome: 'behind', draft: row }
  const moment = new Date(now.getTime() + seconds * 1_000)
  const sendAt = row.send_at !== null && row.send_at < moment ? row.send_at : moment
  if (row.state !== 'held') await refuseUnsendable(tx, author, row)
  const draft = await tx
    .updateTable('drafts')
    .set({ send_at: sendAt, failure: null })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  // Due at once, to plan its moment; a worker that has planned another is overtaken.
  await moveRows(tx, draftGraph, [row.id], 'held', { priority: 0 })
  return { outcome: 'kept', draft: { ...draft, state: 'held' } }
}

/**
 * Calls a draft back while nothing has left.
 * @returns `behind` for one that is a post already
 * @throws HomebirdError NOT_FOUND
 */
export async function callBack(tx: Transaction, actorId: string, key: string): Promise<Keeping> {
  const row = await lockDraft(tx, actorId, key)
  if (row === undefined) throw missingDraft(key)
  if (row.post_id !== null || row.state === 'sent') return { outcome: 'behind', draft: row }
  const draft = await tx
    .updateTable('drafts')
    .set({ send_at: null })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  // Whatever a worker does with it at this moment comes to nothing: it looks again under the lock.
  await moveRows(tx, draftGraph, [row.id], 'kept')
  return { outcome: 'kept', draft: { ...draft, state: 'kept' } }
}

async function refuseUnsendable(tx: Transaction, author: Row<'actors'>, row: DraftRow): Promise<void> {
  refuseMoved(author)
  const { content } = row
  if (content.edit !== null || content.scheduledAt !== null) {
    throw new HomebirdError('UNPROCESSABLE', `draft ${row.key} is an edit or has a time of its own`, {
      safe: 'An edit and a post with a time of its own are not held back.',
    })
  }
  const quoted = content.quote === null ? null : await getQuotable(tx, author, content.quote.id)
  if (content.replyTo !== null) await getVisiblePost(tx, author.id, content.replyTo.id)
  const page = quoted === null ? null : { url: quoted.page_url ?? quoted.uri }
  composePost(author, { ...wordsOf(row), mentions: new Map() }, row.attachment_ids.length, page)
  pollOf(row)
}

/**
 * The moment has come: the draft becomes a post. A second call changes nothing.
 * @returns false when it was called back, or has a later moment by now
 * @throws HomebirdError as `createPost`; then nothing has changed
 */
export async function publishDraft(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  author: Row<'actors'>,
  key: string,
  mentions: MentionedActors,
  now: Date,
): Promise<boolean> {
  const row = await lockDraft(tx, author.id, key)
  if (row === undefined) return false
  if (row.post_id !== null) return true
  if (row.state !== 'held' || row.send_at === null || row.send_at > now) return false
  const { content } = row
  const post = await createPost(
    tx,
    home,
    {
      author,
      ...wordsOf(row),
      mentions,
      visibility: visibilityOfName(content.visibility),
      inReplyToId: await parentOf(tx, author.id, content.replyTo?.id ?? null),
      attachmentIds: row.attachment_ids,
      applicationId: null,
      poll: pollOf(row),
      quotedId: content.quote?.id ?? null,
      quotePolicy: content.quotePolicy ?? undefined,
    },
    now,
  )
  // Without a moment it goes no second time, not even when the post is gone before Stator has heard of it.
  await tx.updateTable('drafts').set({ post_id: post.id, send_at: null }).where('id', '=', row.id).execute()
  return true
}

/** @param failure  in words for the author */
export async function noteUnsent(tx: Transaction, id: string, failure: string): Promise<void> {
  await tx
    .updateTable('drafts')
    .set({ failure, send_at: null })
    .where('id', '=', id)
    .where('state', '=', 'held')
    .where('post_id', 'is', null)
    .execute()
}

function wordsOf({ text, warning, content }: DraftRow) {
  const summary = content.hasWarning ? warning : ''
  return { text, summary, isSensitive: content.isSensitive || summary !== '', language: content.language }
}

/** @throws HomebirdError UNPROCESSABLE as `checkPoll` */
function pollOf({ content: { poll } }: DraftRow): PollDraft | null {
  if (poll === null) return null
  return checkPoll({ ...poll, options: poll.options.filter((title) => title.trim() !== '') })
}

/** Replies to a boost are replies to what it carries. @throws HomebirdError NOT_FOUND */
async function parentOf(db: Querier, authorId: string, id: string | null): Promise<string | null> {
  if (id === null) return null
  const parent = await getVisiblePost(db, authorId, id)
  return parent.boost_of_id ?? parent.id
}
