/** Posts of others as the parsers of the inbox hand them on, for tests that store them the way they really come in. */
import type { Database } from '../../server/db/pool.ts'
import type { Row } from '../../server/db/tables.ts'
import { ingestPosts } from '../../server/domain/posts/ingest-posts.ts'
import type { RemoteAttachment, RemotePostRecord } from '../../server/domain/posts/remote-post.ts'
import { htmlToPlainText } from '../../server/domain/text/plain-text.ts'
import { findHashtags, hashtagKey } from '../../server/domain/text/scan-text.ts'

let count = 0

export function remoteRecord(
  author: Pick<Row<'actors'>, 'id' | 'uri'>,
  html: string,
  facts: Partial<RemotePostRecord> = {},
): RemotePostRecord {
  count += 1
  const contentText = htmlToPlainText(html)
  return {
    uri: `${author.uri}/notes/${count}`,
    authorId: author.id,
    kind: 'Note',
    pageUrl: null,
    title: null,
    contentHtml: html,
    contentText,
    summary: '',
    isSensitive: false,
    language: null,
    visibility: 'public',
    inReplyToUri: null,
    publishedAt: new Date(),
    editedAt: null,
    emojis: [],
    mentions: [],
    hashtags: findHashtags(contentText).map((name) => ({ name: hashtagKey(name), displayName: name })),
    attachments: [],
    poll: null,
    quote: null,
    quoteAutomatic: null,
    quoteManual: null,
    repliesLink: null,
    originReplies: null,
    originBoosts: null,
    originLikes: null,
    ...facts,
  }
}

export function remoteFile(
  kind: RemoteAttachment['kind'],
  description: string | null = null,
): RemoteAttachment {
  return {
    kind,
    mediaType: 'application/octet-stream',
    url: 'https://peer.example/file',
    previewUrl: null,
    description,
    blurhash: null,
    width: null,
    height: null,
    focusX: null,
    focusY: null,
    durationSeconds: null,
  }
}

/** Stores one as the inbox does. @returns its id */
export async function receivePost(db: Database, record: RemotePostRecord): Promise<string> {
  const { posts } = await db.transaction().execute(async (tx) => ingestPosts(tx, [record], new Date()))
  const [post] = posts
  if (post === undefined) throw new Error(`${record.uri} was not stored`)
  return post.id
}
