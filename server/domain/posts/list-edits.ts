/** The versions of a post that was edited, and the text it was written as. */
import type { MediaAttachment } from '../../contracts/media-attachment.ts'
import type { StatusEdit } from '../../contracts/status.ts'
import type { Querier } from '../../db/pool.ts'
import { accountsFromIds } from '../actors/account-entities.ts'
import { type EntityScope, customEmojis, outputHtml } from '../actors/entity-scope.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import { type PostRow, loadStatusFacts } from './status-facts.ts'
import { mediaFromAttachment } from '../media/media-attachment.ts'

/** Oldest first, the present version last; one version for a post that was never edited. */
export async function listEdits(db: Querier, scope: EntityScope, post: PostRow): Promise<StatusEdit[]> {
  const [account] = await accountsFromIds(db, scope, [post.author_id])
  if (account === undefined) return []
  const former = await db
    .selectFrom('post_edits')
    .selectAll()
    .where('post_id', '=', post.id)
    .orderBy('id')
    .execute()
  const facts = await loadStatusFacts(db, null, [post])
  const media = (facts.attachments.get(post.id) ?? []).map((row) => mediaFromAttachment(scope.urls, row))
  const present = { ...post, edited_at: post.edited_at ?? post.published_at }
  // A row of `post_edits` is stamped with when it was replaced; a version is told with when it was written.
  const moments = [post.published_at, ...former.map((version) => version.edited_at)]
  return [...former, present].map((version, index) => ({
    content: outputHtml(version.content_html),
    spoiler_text: version.summary,
    sensitive: version.is_sensitive,
    created_at: (moments[index] ?? version.edited_at).toISOString(),
    account,
    media_attachments: version === present ? media : keptMedia(version),
    emojis: customEmojis(scope, { kind: 'post', id: post.id }, version.emojis),
    quote: null,
    poll: null,
  }))
}

/** Attachments of former versions are kept as they were shown. */
function keptMedia(version: object): MediaAttachment[] {
  return 'attachments' in version && Array.isArray(version.attachments)
    ? (version.attachments as MediaAttachment[])
    : []
}

/** What the author typed; the plain text of a post whose source is not kept. */
export function sourceTextOf(post: PostRow): string {
  return post.content_source ?? htmlToPlainText(post.content_html)
}
