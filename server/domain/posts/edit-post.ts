/** Changes a post of this home. The earlier version is kept; who may see the post never changes. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { QuotePolicy, Row, StoredEmoji } from '../../db/tables.ts'
import { moveRows } from '../../stator/move.ts'
import { ownEmojisIn } from '../emojis/own-emojis-in.ts'
import type { Home } from '../owner/home.ts'
import { type FormerPoll, changeOwnPoll, findPoll } from '../polls/own-poll.ts'
import type { PollDraft } from '../polls/poll-draft.ts'
import { findQuotedPage, setQuotePolicy, tellQuoters } from '../quotes/edit-own-quotes.ts'
import { indexPosts } from '../search/index-posts.ts'
import { type AttachmentFacts, attachmentColumns } from '../uploads/receive-upload.ts'
import { type ComposedPost, type PostText, composePost } from './compose-post.ts'
import { tellMentioned, tellOfEdit } from './local-effects.ts'
import { postGraph } from './post-graph.ts'
import { claimAttachments, setHashtags, setMentions } from './post-parts.ts'

export interface PostEdit extends PostText {
  /** In order; left out, the attachments stay as they are. */
  readonly attachmentIds?: readonly string[]
  /** New descriptions and focal points of attachments that the post then has. */
  readonly attachmentEdits?: readonly AttachmentEdit[]
  /** Null takes the poll away; left out, it stays as it is. */
  readonly poll?: PollDraft | null
  /** Who may quote it; left out, it stays as it is. */
  readonly quotePolicy?: QuotePolicy | undefined
}

export interface AttachmentEdit extends AttachmentFacts {
  readonly id: string
  /** A new thumbnail was given to it a moment ago. */
  readonly hasNewThumbnail?: boolean
}

/**
 * An edit that changes nothing is none: the post comes back as it is.
 * @throws HomebirdError NOT_FOUND when it was deleted meanwhile, FORBIDDEN for a boost or a post of somebody else,
 *   UNPROCESSABLE as `createPost`
 */
export async function editPost(
  tx: Transaction,
  _home: Pick<Home, 'origin'>,
  post: Pick<Row<'posts'>, 'id'>,
  edit: PostEdit,
  now: Date,
): Promise<Row<'posts'>> {
  const before = await lockPost(tx, post.id)
  const author = await tx
    .selectFrom('actors')
    .selectAll()
    .where('id', '=', before.author_id)
    .executeTakeFirstOrThrow()
  const attachments = await listAttachments(tx, before.id)
  const attachmentIds = edit.attachmentIds ?? attachments.map(({ id }) => id)
  const composed = composePost(author, edit, attachmentIds.length, await findQuotedPage(tx, before.id))
  if (edit.quotePolicy !== undefined) await setQuotePolicy(tx, before, edit.quotePolicy)
  const areSameFiles = attachmentIds.join() === attachments.map(({ id }) => id).join()
  const poll = await findPoll(tx, before.id)
  const isSamePoll = edit.poll === undefined || (edit.poll === null && poll === null)
  const changedFiles = changesOf(edit.attachmentEdits ?? [], attachments, attachmentIds)
  const isSameMedia = areSameFiles && changedFiles.length === 0
  if (isSameMedia && isSamePoll && isSame(before, composed)) return before
  await keepVersion(tx, before, attachments, poll)
  if (edit.poll !== undefined) await changeOwnPoll(tx, before.id, poll, edit.poll, now)
  if (!areSameFiles) await replaceAttachments(tx, before, attachmentIds)
  for (const { id, ...facts } of changedFiles) await describeAttachment(tx, before.id, id, facts)
  const mentioned = composed.mentioned.map((actor) => actor.id)
  const added = await setMentions(tx, before.id, mentioned)
  await setHashtags(tx, before.id, composed.hashtags)
  const options = (edit.poll === undefined ? poll?.titles : edit.poll?.options) ?? []
  const emojis = await ownEmojisIn(tx, [composed.contentSource, composed.summary, ...options])
  await writeVersion(tx, before, { ...composed, emojis }, now)
  if (!isSamePoll) await setKind(tx, before.id, edit.poll ?? null)
  await indexPosts(tx, [before.id])
  // A post that was not sent yet stays `new`, a pending edit stays `edited`: due again, and taken from a worker that has
  // read the earlier version already.
  await moveRows(tx, postGraph, [before.id], before.state === 'new' ? 'new' : 'edited', { priority: 0 })
  await tellMentioned(tx, before, added)
  await tellOfEdit(tx, before.id)
  await tellQuoters(tx, before)
  return tx.selectFrom('posts').selectAll().where('id', '=', before.id).executeTakeFirstOrThrow()
}

async function lockPost(tx: Transaction, id: string): Promise<Row<'posts'>> {
  const post = await tx
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (post === undefined) throw new HomebirdError('NOT_FOUND', `there is no post ${id}`)
  if (!post.is_local || post.boost_of_id !== null) {
    throw new HomebirdError('FORBIDDEN', `post ${id} is not a post that its author here can change`)
  }
  return post
}

async function listAttachments(tx: Transaction, postId: string): Promise<Row<'attachments'>[]> {
  return tx.selectFrom('attachments').selectAll().where('post_id', '=', postId).orderBy('position').execute()
}

/**
 * The edits of attachments that the post will have and that say something new.
 * @throws HomebirdError UNPROCESSABLE for a description that is too long
 */
function changesOf(
  edits: readonly AttachmentEdit[],
  attachments: readonly Row<'attachments'>[],
  attachmentIds: readonly string[],
): AttachmentEdit[] {
  return edits.filter((edit) => {
    if (!attachmentIds.includes(edit.id)) return false
    const row = attachments.find(({ id }) => id === edit.id)
    const columns = attachmentColumns(edit)
    if (row === undefined || edit.hasNewThumbnail === true) return true
    return Object.entries(columns).some(([name, value]) => row[name as keyof typeof columns] !== value)
  })
}

async function describeAttachment(
  tx: Transaction,
  postId: string,
  id: string,
  facts: AttachmentFacts,
): Promise<void> {
  const columns = attachmentColumns(facts)
  if (Object.keys(columns).length === 0) return
  await tx
    .updateTable('attachments')
    .set(columns)
    .where('id', '=', id)
    .where('post_id', '=', postId)
    .execute()
}

function isSame(before: Row<'posts'>, composed: ComposedPost): boolean {
  return (
    before.content_source === composed.contentSource &&
    before.content_html === composed.contentHtml &&
    before.summary === composed.summary &&
    before.is_sensitive === composed.isSensitive &&
    before.language === composed.language
  )
}

async function keepVersion(
  tx: Transaction,
  before: Row<'posts'>,
  attachments: readonly Row<'attachments'>[],
  poll: FormerPoll | null,
): Promise<void> {
  await tx
    .insertInto('post_edits')
    .values({
      post_id: before.id,
      content_html: before.content_html,
      content_source: before.content_source,
      summary: before.summary,
      is_sensitive: before.is_sensitive,
      emojis: JSON.stringify(before.emojis),
      attachments: JSON.stringify(attachments.map(({ id, description }) => ({ id, description }))),
      poll_options: poll === null ? null : [...poll.titles],
      edited_at: before.edited_at ?? before.published_at,
    })
    .execute()
}

/** Files that were taken out may go into another post; the history of this one shows them as long as it lives. */
async function replaceAttachments(
  tx: Transaction,
  post: Row<'posts'>,
  attachmentIds: readonly string[],
): Promise<void> {
  await claimAttachments(tx, post.id, post.author_id, attachmentIds)
  await sql`
    update attachments set post_id = null, former_post_id = post_id, created_at = now()
     where post_id = ${post.id} and not (id = any(${attachmentIds}::bigint[]))`.execute(tx)
}

async function setKind(tx: Transaction, postId: string, poll: PollDraft | null): Promise<void> {
  const kind = poll === null ? 'Note' : 'Question'
  await tx.updateTable('posts').set({ kind }).where('id', '=', postId).execute()
}

async function writeVersion(
  tx: Transaction,
  before: Row<'posts'>,
  composed: ComposedPost & { readonly emojis: readonly StoredEmoji[] },
  now: Date,
): Promise<void> {
  // Each edit has a moment of its own, also when two fall into one: the id of its Update is made of it.
  const last = (before.edited_at ?? before.published_at).getTime()
  await tx
    .updateTable('posts')
    .set({
      content_html: composed.contentHtml,
      content_source: composed.contentSource,
      content_text: composed.contentText,
      summary: composed.summary,
      is_sensitive: composed.isSensitive,
      language: composed.language,
      emojis: JSON.stringify(composed.emojis),
      edited_at: new Date(Math.max(now.getTime(), last + 1)),
    })
    .where('id', '=', before.id)
    .execute()
}
