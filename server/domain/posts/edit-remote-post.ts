/** Changes a post of somebody elsewhere. The earlier version is kept; who may see the post only ever becomes fewer. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row, Visibility } from '../../db/tables.ts'
import { updateRemotePoll } from '../polls/remote-poll.ts'
import { listPollTitles } from '../polls/poll-titles.ts'
import { hostOf } from '../../net/origin.ts'
import { noteEmojis } from '../emojis/note-emojis.ts'
import { markHashtagsOf } from '../hashtags/mark-hashtags.ts'
import { indexPosts } from '../search/index-posts.ts'
import { narrowVisibility } from './narrow-visibility.ts'
import { storeAttachments, storeHashtags, storeMentions } from './ingest-parts.ts'
import type { RemoteAttachment, RemotePostContent } from './remote-post.ts'

export interface RemoteEdit {
  readonly postId: string
  readonly editedAt: Date
  /** Whether the author says when; an undated edit counts only if it changes something. */
  readonly isDated: boolean
  readonly content: RemotePostContent
  /** Whom it is for now; null where the document names nobody. */
  readonly visibility: Visibility | null
}

export interface EditResult {
  /** Identities that have the post in their home timeline. */
  readonly shownTo: readonly string[]
  /** Identities that boosted it. */
  readonly boostedBy: readonly string[]
  /** Actors that it did not mention before. */
  readonly newlyMentioned: readonly string[]
  /** Identities that quote it, with the post in which they do. */
  readonly quotedBy: ReadonlyArray<{ readonly actorId: string; readonly postId: string }>
}

/**
 * Where a poll has only been counted anew, or ends at another time, that is no version of its own.
 * @returns null when the edit is older than what is stored, or changes nothing that a reader sees
 */
export async function editRemotePost(
  tx: Transaction,
  edit: RemoteEdit,
  now: Date,
): Promise<EditResult | null> {
  const before = await tx
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', edit.postId)
    .where('is_local', '=', false)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
  if (before === undefined) return null
  const lastEditAt = before.edited_at ?? before.published_at
  // Moments travel in whole seconds, so two edits may carry the same one; a repeated edit changes nothing below.
  if (edit.isDated && edit.editedAt.getTime() < wholeSecond(lastEditAt)) return null
  const attachments = await tx
    .selectFrom('attachments')
    .selectAll()
    .where('post_id', '=', before.id)
    .orderBy('position')
    .execute()
  const isNarrower = await narrowVisibility(tx, before, edit.visibility)
  const haveFilesChanged = isOtherMedia(attachments, edit.content.attachments)
  const titles = (await listPollTitles(tx, [before.id])).get(before.id) ?? null
  const poll = await updateRemotePoll(tx, before.id, edit.content.poll, now)
  if (isSame(before, edit.content) && !haveFilesChanged && poll !== 'changed') {
    if (poll === 'same' && !isNarrower) return null
    return { ...(await whoIsConcerned(tx, before.id)), boostedBy: [], newlyMentioned: [] }
  }
  await keepVersion(tx, before, attachments, titles)
  // An undated edit is made of when it came: never before the version that it replaces.
  const editedAt = edit.editedAt < lastEditAt ? lastEditAt : edit.editedAt
  await writeVersion(tx, before.id, { ...edit, editedAt })
  const signerHost = hostOf(before.uri) ?? ''
  await noteEmojis(
    tx,
    edit.content.emojis.map((emoji) => ({ ...emoji, signerHost })),
  )
  const newlyMentioned = await replaceParts(tx, before.id, edit.content, haveFilesChanged)
  await indexPosts(tx, [before.id])
  return { ...(await whoIsConcerned(tx, before.id)), newlyMentioned }
}

const wholeSecond = (moment: Date): number => Math.floor(moment.getTime() / 1_000) * 1_000

function isSame(before: Row<'posts'>, content: RemotePostContent): boolean {
  return (
    before.content_html === content.contentHtml &&
    before.summary === content.summary &&
    before.title === content.title &&
    before.is_sensitive === content.isSensitive
  )
}

function isOtherMedia(before: readonly Row<'attachments'>[], after: readonly RemoteAttachment[]): boolean {
  const shown = (url: string | null, description: string | null): string => `${url} ${description ?? ''}`
  const former = before.map((one) => shown(one.remote_url, one.description))
  const present = after.map((one) => shown(one.url, one.description))
  return former.join('\n') !== present.join('\n')
}

/** Stamped with when it was written. */
async function keepVersion(
  tx: Transaction,
  before: Row<'posts'>,
  attachments: readonly Row<'attachments'>[],
  pollTitles: readonly string[] | null,
): Promise<void> {
  await tx
    .insertInto('post_edits')
    .values({
      post_id: before.id,
      content_html: before.content_html,
      summary: before.summary,
      is_sensitive: before.is_sensitive,
      emojis: JSON.stringify(before.emojis),
      attachments: JSON.stringify(attachments.map(({ id, description }) => ({ id, description }))),
      poll_options: pollTitles === null ? null : [...pollTitles],
      edited_at: before.edited_at ?? before.published_at,
    })
    .execute()
}

async function writeVersion(
  tx: Transaction,
  postId: string,
  { content, editedAt }: RemoteEdit,
): Promise<void> {
  await tx
    .updateTable('posts')
    .set({
      page_url: content.pageUrl,
      title: content.title,
      content_html: content.contentHtml,
      content_text: content.contentText,
      summary: content.summary,
      is_sensitive: content.isSensitive,
      language: content.language,
      emojis: JSON.stringify(content.emojis),
      edited_at: editedAt,
    })
    .where('id', '=', postId)
    .execute()
}

/** Whoever was mentioned stays addressed, silently: they have the post. @returns who is mentioned for the first time */
async function replaceParts(
  tx: Transaction,
  postId: string,
  content: RemotePostContent,
  haveFilesChanged: boolean,
): Promise<string[]> {
  const { rows: former } = await sql<{ actor_id: string }>`
    update mentions set is_silent = true where post_id = ${postId} returning actor_id`.execute(tx)
  const known = new Set(former.map((row) => row.actor_id))
  const named = content.mentions.filter(({ isSilent }) => !isSilent).map(({ actorId }) => actorId)
  await sql`
    update mentions set is_silent = false
     where post_id = ${postId} and actor_id = any(${named}::bigint[])`.execute(tx)
  const stored = [{ postId, record: content }]
  await storeMentions(tx, stored)
  await markHashtagsOf(tx, [postId])
  await sql`delete from post_hashtags where post_id = ${postId}`.execute(tx)
  await storeHashtags(tx, stored)
  if (haveFilesChanged) {
    await sql`delete from attachments where post_id = ${postId}`.execute(tx)
    await storeAttachments(tx, stored)
  }
  return named.filter((actorId) => !known.has(actorId))
}

async function whoIsConcerned(
  tx: Transaction,
  postId: string,
): Promise<Pick<EditResult, 'shownTo' | 'boostedBy' | 'quotedBy'>> {
  const { rows } = await sql<{ how: 'shown' | 'boosted' | 'quoted'; actor_id: string; post_id: string }>`
    select 'shown' as how, actor_id, post_id from timeline_entries where post_id = ${postId}
    union all
    select 'boosted', author_id, id from posts where boost_of_id = ${postId} and is_local and deleted_at is null
    union all
    select 'quoted', author_id, posts.id from quotes join posts on posts.id = quotes.post_id
     where quotes.quoted_id = ${postId} and quotes.approval = 'accepted' and is_local and deleted_at is null`.execute(
    tx,
  )
  const those = (how: string): typeof rows => rows.filter((row) => row.how === how)
  return {
    shownTo: those('shown').map((row) => row.actor_id),
    boostedBy: those('boosted').map((row) => row.actor_id),
    quotedBy: those('quoted').map((row) => ({ actorId: row.actor_id, postId: row.post_id })),
  }
}
