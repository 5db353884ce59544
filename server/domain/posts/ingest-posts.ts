/**
 * Stores posts of others, any number with the same few statements: the posts, what hangs on them, their place in
 * threads, and what they count for. Whom they concern is for the caller to know.
 */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Visibility } from '../../db/tables.ts'
import { hostOf } from '../../net/origin.ts'
import { type SeenEmoji, noteEmojis } from '../emojis/note-emojis.ts'
import { addToLists } from '../lists/list-entries.ts'
import { countLinkedReplies, countNewPosts } from './ingest-counts.ts'
import { storeAttachments, storeHashtags, storeMentions } from './ingest-parts.ts'
import { storePolls } from '../polls/remote-poll.ts'
import { storeQuotes, wakeQuotesOf } from '../quotes/judge-quotes.ts'
import { storedWords, vectorOfRecord } from '../search/index-posts.ts'
import { linkRepliesTo } from './link-replies.ts'
import type { RemotePostRecord } from './remote-post.ts'
import { isDeletedByAuthor } from './tombstones.ts'

export interface IngestedPost {
  readonly id: string
  readonly uri: string
  readonly author_id: string
  readonly visibility: Visibility
  readonly in_reply_to_uri: string | null
  readonly in_reply_to_id: string | null
}

export interface Ingested {
  /** The posts that were not known before. */
  readonly posts: readonly IngestedPost[]
  /** Ids of posts that were here already and have found their parent among the new ones. */
  readonly linkedIds: readonly string[]
}

/**
 * Posts whose URI is known, or was deleted, are left alone: whoever wants to change one edits it. Of two records with one
 * URI the first counts.
 * @param quoteDepth  how many quotes led from what somebody asked for to these posts
 */
export async function ingestPosts(
  tx: Transaction,
  records: readonly RemotePostRecord[],
  now: Date,
  quoteDepth = 0,
): Promise<Ingested> {
  if (records.length === 0) return { posts: [], linkedIds: [] }
  const posts = await insertPosts(tx, records, now)
  if (posts.length === 0) return { posts, linkedIds: [] }
  const byUri = new Map(records.toReversed().map((record) => [record.uri, record]))
  const stored = posts.flatMap((post) => {
    const record = byUri.get(post.uri)
    return record === undefined ? [] : [{ postId: post.id, record }]
  })
  await storeMentions(tx, stored)
  await storeHashtags(tx, stored)
  await storeAttachments(tx, stored)
  await storePolls(tx, stored, now)
  await storeQuotes(
    tx,
    stored.flatMap(({ postId, record: { quote } }) => (quote === null ? [] : [{ postId, quote }])),
    quoteDepth,
  )
  await wakeQuotesOf(
    tx,
    posts.map(({ uri }) => uri),
  )
  await noteEmojis(
    tx,
    stored.flatMap(({ record }) => emojisOf(record)),
  )
  const newIds = new Set(posts.map(({ id }) => id))
  const linked = await linkRepliesTo(tx, posts)
  const linkedIds = linked.filter((id) => !newIds.has(id))
  const isReplyAmongThem = linked.length > 0 || posts.some((post) => post.in_reply_to_id !== null)
  await countNewPosts(tx, [...newIds], isReplyAmongThem)
  await countLinkedReplies(tx, linkedIds)
  await addToLists(tx, [...newIds, ...linkedIds])
  return { posts, linkedIds }
}

/** An author and their posts are on one host. */
function emojisOf({ uri, emojis }: RemotePostRecord): SeenEmoji[] {
  const signerHost = hostOf(uri)
  return signerHost === undefined ? [] : emojis.map((emoji) => ({ ...emoji, signerHost }))
}

const COLUMNS =
  sql.raw(`"uri" text, "authorId" bigint, "kind" text, "pageUrl" text, "title" text, "contentHtml" text,
  "contentText" text, "summary" text, "isSensitive" boolean, "language" text, "visibility" text, "inReplyToUri" text,
  "emojis" jsonb, "publishedAt" timestamptz, "editedAt" timestamptz, "repliesLink" text, "originReplies" integer,
  "originBoosts" integer, "originLikes" integer,
  "quoteAutomatic" text[], "quoteManual" text[], words text`)

async function insertPosts(
  tx: Transaction,
  records: readonly RemotePostRecord[],
  now: Date,
): Promise<IngestedPost[]> {
  const given = records.map((record) => {
    const { mentions: _m, hashtags: _h, attachments: _a, poll: _p, quote: _q, ...columns } = record
    return { ...columns, words: vectorOfRecord(record) }
  })
  const { rows } = await sql<IngestedPost>`
    with given as materialized (
      select distinct on (uri) id_at("publishedAt") as id, numbered.*
        from rows from (jsonb_to_recordset(${JSON.stringify(given)}::jsonb) as (${COLUMNS})) with ordinality as numbered
       where not ${isDeletedByAuthor(sql.ref('numbered.uri'), sql.ref('numbered.authorId'))}
       order by uri, ordinality
    ), stored as (
      insert into posts (id, uri, author_id, kind, page_url, title, content_html, content_text, summary, is_sensitive,
                         language, visibility, in_reply_to_uri, in_reply_to_id, in_reply_to_author_id, conversation_id,
                         emojis, quote_automatic, quote_manual, replies_link, origin_replies, origin_boosts, origin_likes, published_at,
                         edited_at, fetched_at, state, state_next_attempt_at)
      select given.id, given.uri, "authorId", given.kind, "pageUrl", given.title, "contentHtml", "contentText",
             given.summary, "isSensitive", given.language, given.visibility, "inReplyToUri", parent.id, parent.author_id,
             coalesce(parent.conversation_id, given.id), given.emojis, "quoteAutomatic", "quoteManual",
             "repliesLink", "originReplies", "originBoosts", "originLikes",
             -- Nobody writes in the future, whatever their clock says.
             least("publishedAt", ${now}::timestamptz), case when "editedAt" is not null then least("editedAt", ${now}::timestamptz) end, ${now}, 'fanned_out', null
        from given
        left join posts as parent on parent.uri = "inReplyToUri" and parent.boost_of_id is null
       order by given.id
          on conflict (uri) do nothing
      returning id, uri, author_id, visibility, in_reply_to_uri, in_reply_to_id
    ), found_by as (
      insert into post_words (post_id, words)
      select stored.id, ${storedWords(sql.ref('stored.id'), sql.ref('given.words'))} from stored join given using (uri)
    )
    select * from stored`.execute(tx)
  return rows
}
