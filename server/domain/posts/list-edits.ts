/** The versions of a post that was edited, and the text it was written as. */
import { sql } from 'kysely'
import type { MediaAttachment } from '../../contracts/media-attachment.ts'
import type { StatusEdit } from '../../contracts/status.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { accountsFromIds } from '../actors/account-entities.ts'
import { type EntityScope, customEmojis, outputHtml } from '../actors/entity-scope.ts'
import { mediaFromAttachment } from '../media/media-attachment.ts'
import { listPollTitles } from '../polls/poll-titles.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import type { AttachmentRow, PostRow } from './status-facts.ts'

/** Oldest first, the present version last; one version for a post that was never edited. Four statements. */
export async function listEdits(db: Querier, scope: EntityScope, post: PostRow): Promise<StatusEdit[]> {
  const [account] = await accountsFromIds(db, scope, [post.author_id])
  if (account === undefined) return []
  const former = await db
    .selectFrom('post_edits')
    .selectAll()
    .where('post_id', '=', post.id)
    .orderBy('id')
    .execute()
  const files = await loadFiles(db, post, former)
  const titles = (await listPollTitles(db, [post.id])).get(post.id) ?? null
  const present = { ...post, poll_options: titles, edited_at: post.edited_at ?? post.published_at }
  return [...former, present].map((version) => ({
    content: outputHtml(version.content_html),
    spoiler_text: version.summary,
    sensitive: version.is_sensitive,
    created_at: version.edited_at.toISOString(),
    account,
    media_attachments:
      'attachments' in version
        ? formerMedia(scope, version.attachments, files)
        : files
            .filter((file) => file.post_id === post.id)
            .map((file) => mediaFromAttachment(scope.urls, file)),
    emojis: customEmojis(scope, { kind: 'post', id: post.id, isOurs: post.is_local }, version.emojis),
    quote: null,
    poll:
      version.poll_options === null ? null : { options: version.poll_options.map((title) => ({ title })) },
  }))
}

/** The files of the post, and those that it once had and that are still kept. */
async function loadFiles(
  db: Querier,
  post: PostRow,
  former: readonly Row<'post_edits'>[],
): Promise<AttachmentRow[]> {
  const ids = former.flatMap((version) => version.attachments.flatMap((kept) => keptFile(kept)?.id ?? []))
  const { rows } = await sql<AttachmentRow>`
    select * from attachments
     where post_id = ${post.id} or (id = any(${ids}::bigint[]) and post_id is null and owner_actor_id = ${post.author_id})
     order by position, id`.execute(db)
  return rows
}

interface KeptFile {
  readonly id: string
  readonly description: string | null
}

/** A version keeps which files it had and how they were described. */
function keptFile(kept: object): KeptFile | null {
  if (!('id' in kept) || typeof kept.id !== 'string') return null
  const description = 'description' in kept && typeof kept.description === 'string' ? kept.description : null
  return { id: kept.id, description }
}

function formerMedia(
  scope: EntityScope,
  kept: readonly object[],
  files: readonly AttachmentRow[],
): MediaAttachment[] {
  return kept.flatMap((one) => {
    const file = keptFile(one)
    const row = files.find(({ id }) => id === file?.id)
    if (file === null || row === undefined) return []
    return mediaFromAttachment(scope.urls, { ...row, description: file.description })
  })
}

/** What the author typed; the plain text of a post whose source is not kept. */
export function sourceTextOf(post: PostRow): string {
  return post.content_source ?? htmlToPlainText(post.content_html)
}
