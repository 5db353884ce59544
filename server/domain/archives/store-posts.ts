/**
 * Writes posts that are brought along, any number with the same few statements. They are born as if they had been sent long
 * ago: nobody elsewhere is told, nobody is notified, and no timeline shows them but that of their author.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { ownEmojisIn } from '../emojis/own-emojis-in.ts'
import { hashtagPageUrl, postPageUrl, postUri } from '../owner/own-uris.ts'
import { countLinkedReplies, countNewPosts } from '../posts/ingest-counts.ts'
import { storeHashtags, storeMentions } from '../posts/ingest-parts.ts'
import { linkRepliesTo } from '../posts/link-replies.ts'
import { policyColumns } from '../quotes/quote-policy.ts'
import { indexPosts } from '../search/index-posts.ts'
import { escapeHtml } from '../text/escape-html.ts'
import { htmlToPlainText } from '../text/plain-text.ts'
import { hashtagKey } from '../text/scan-text.ts'
import type { ArchivedPost } from './archived-post.ts'
import { findByOldLinks, isOldLink, noteOldLinks } from './old-links.ts'

export interface PostToStore {
  readonly post: ArchivedPost
  /** Uploads of the author, in order. */
  readonly attachmentIds: readonly string[]
}

export interface StoreOptions {
  /** An identity of this home. */
  readonly author: Row<'actors'>
  /** Such as `https://home.example`. */
  readonly origin: string
  readonly now: Date
}

/** @returns the id of each post in their order; null for one that is here already. Of two with one address the first counts */
export async function storePosts(
  tx: Transaction,
  wanted: readonly PostToStore[],
  options: StoreOptions,
): Promise<(string | null)[]> {
  const known = await findByOldLinks(
    tx,
    wanted.flatMap(({ post }) => post.links),
  )
  const taken = new Set(known.keys())
  const fresh = wanted.filter(({ post }) => {
    if (post.links.some((link) => taken.has(link))) return false
    for (const link of post.links) taken.add(link)
    return true
  })
  if (fresh.length === 0) return wanted.map(() => null)
  const ids = await makeIds(tx, fresh, options.now)
  const numbered = fresh.map(({ post, attachmentIds }, index): Numbered => ({
    post,
    attachmentIds,
    id: ids[index] ?? '',
  }))
  await insertPosts(tx, await rowsOf(tx, numbered, options))
  await storeParts(tx, numbered, options)
  const byPost = new Map(numbered.map(({ post, id }) => [post, id]))
  return wanted.map(({ post }) => byPost.get(post) ?? null)
}

interface Numbered extends PostToStore {
  readonly id: string
}

/** So that pages sort by when a post was written. Nobody writes in the future, whatever an archive says. */
async function makeIds(tx: Transaction, posts: readonly PostToStore[], now: Date): Promise<string[]> {
  const moments = posts.map(({ post }) => new Date(Math.min(post.publishedAt.getTime(), now.getTime())))
  const { rows } = await sql<{ id: string }>`
    select id_at(moment) as id from unnest(${moments}::timestamptz[]) with ordinality as given (moment, place)
     order by place`.execute(tx)
  return rows.map(({ id }) => id)
}

interface Parent {
  readonly id: string
  readonly uri: string
  readonly author_id: string
  readonly conversation_id: string
}

/** By the addresses under which replies name them: posts that came along before, and posts of others. */
async function findParents(tx: Transaction, posts: readonly Numbered[]): Promise<Map<string, Parent>> {
  const named = posts.flatMap(({ post }) => post.inReplyTo ?? [])
  const old = await findByOldLinks(tx, named)
  const { rows } = await sql<Parent>`
    select id, uri, author_id, conversation_id from posts
     where (uri = any(${named}::text[]) or id = any(${[...old.values()]}::bigint[]))
       and deleted_at is null and boost_of_id is null`.execute(tx)
  const byId = new Map(rows.map((row) => [row.id, row]))
  const parents = new Map(rows.map((row) => [row.uri, row]))
  for (const [link, id] of old) {
    const parent = byId.get(id)
    if (parent !== undefined) parents.set(link, parent)
  }
  return parents
}

type PostColumns = Readonly<Record<string, unknown>>

/** In their order: a reply finds what it replies to before it. */
async function rowsOf(
  tx: Transaction,
  posts: readonly Numbered[],
  options: StoreOptions,
): Promise<PostColumns[]> {
  const { author, origin, now } = options
  const parents = await findParents(tx, posts)
  const rewrite = await linkRewriter(tx, posts, options)
  const emojis = await ownEmojisIn(
    tx,
    posts.flatMap(({ post }) => [post.contentHtml, post.summary]),
  )
  return posts.map(({ post, id }) => {
    const parent = post.inReplyTo === null ? undefined : parents.get(post.inReplyTo)
    const uri = postUri(origin, id)
    const conversationId = parent?.conversation_id ?? id
    for (const link of post.links) {
      parents.set(link, { id, uri, author_id: author.id, conversation_id: conversationId })
    }
    const contentHtml = rewrite(post)
    const text = htmlToPlainText(contentHtml)
    return {
      id,
      uri,
      authorId: author.id,
      pageUrl: postPageUrl(origin, author.username, id),
      contentHtml,
      contentText: text,
      summary: post.summary,
      isSensitive: post.isSensitive,
      language: post.language,
      visibility: post.visibility,
      inReplyToUri: parent?.uri ?? post.inReplyTo,
      inReplyToId: parent?.id ?? null,
      inReplyToAuthorId: parent?.author_id ?? null,
      conversationId,
      emojis: emojis.filter(({ shortcode }) => `${contentHtml} ${post.summary}`.includes(`:${shortcode}:`)),
      quoteAutomatic: policyColumns(author.default_quote_policy, post.visibility).quote_automatic,
      publishedAt: new Date(Math.min(post.publishedAt.getTime(), now.getTime())),
      editedAt: post.editedAt === null ? null : new Date(Math.min(post.editedAt.getTime(), now.getTime())),
      importedFrom: isOldLink(post.page) ? post.page : (post.links.find(isOldLink) ?? uri),
    }
  })
}

const HREF = / href="([^"]*)"/g

/** Hashtags lead to their pages here, and links to posts that came along before to those. */
async function linkRewriter(
  tx: Transaction,
  posts: readonly Numbered[],
  { author, origin }: StoreOptions,
): Promise<(post: ArchivedPost) => string> {
  const hrefs = posts.flatMap(({ post }) => [...post.contentHtml.matchAll(HREF)].map(([, href = '']) => href))
  const old = await findByOldLinks(tx, hrefs)
  for (const { post, id } of posts) for (const link of post.links) old.set(link, id)
  return (post) => {
    const pages = new Map<string, string>()
    for (const { name, href } of post.hashtags) {
      if (href !== null) pages.set(escapeHtml(href), hashtagPageUrl(origin, hashtagKey(name)))
    }
    return post.contentHtml.replace(HREF, (whole, href: string) => {
      const id = old.get(href)
      const page = id === undefined ? pages.get(href) : postPageUrl(origin, author.username, id)
      return page === undefined ? whole : ` href="${escapeHtml(page)}"`
    })
  }
}

const COLUMNS =
  sql.raw(`"id" bigint, "uri" text, "pageUrl" text, "contentHtml" text, "contentText" text, "summary" text,
  "isSensitive" boolean, "language" text, "visibility" text, "inReplyToUri" text, "inReplyToId" bigint,
  "inReplyToAuthorId" bigint, "conversationId" bigint, "emojis" jsonb, "quoteAutomatic" text[], "publishedAt" timestamptz,
  "editedAt" timestamptz, "importedFrom" text, "authorId" bigint`)

async function insertPosts(tx: Transaction, rows: readonly PostColumns[]): Promise<void> {
  await sql`
    insert into posts (id, uri, page_url, author_id, is_local, kind, content_html, content_source, content_text, summary,
                       is_sensitive, language, visibility, in_reply_to_uri, in_reply_to_id, in_reply_to_author_id,
                       conversation_id, emojis, quote_automatic, quote_manual, published_at, edited_at, imported_from,
                       state, state_next_attempt_at)
    select id, uri, "pageUrl", "authorId", true, 'Note', "contentHtml", "contentText", "contentText", summary,
           "isSensitive", language, visibility, "inReplyToUri", "inReplyToId", "inReplyToAuthorId", "conversationId",
           emojis, "quoteAutomatic", '{}', "publishedAt", "editedAt", "importedFrom", 'fanned_out', null
      from ${recordsOf(rows)} order by id`.execute(tx)
}

const recordsOf = (rows: readonly PostColumns[]): RawBuilder<unknown> =>
  sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as given (${COLUMNS})`

async function storeParts(
  tx: Transaction,
  posts: readonly Numbered[],
  { author, origin }: StoreOptions,
): Promise<void> {
  const ids = posts.map(({ id }) => id)
  await noteOldLinks(
    tx,
    posts.flatMap(({ post, id }) => post.links.map((link) => ({ link, postId: id }))),
  )
  await giveFiles(tx, author.id, posts)
  const mentioned = await findMentioned(tx, posts)
  const stored = posts.map(({ post, id }) => ({
    postId: id,
    record: {
      // A letter is its author's alone here: whoever it was for has it already.
      mentions:
        post.visibility === 'direct' ? [] : post.mentionedUris.flatMap((uri) => mentioned.get(uri) ?? []),
      hashtags: post.hashtags.map(({ name }) => ({ name: hashtagKey(name), displayName: name })),
      attachments: [],
    },
  }))
  await storeMentions(tx, stored)
  await storeHashtags(tx, stored)
  await indexPosts(tx, ids)
  await linkWaiting(tx, author.id, posts, origin)
  await countNewPosts(tx, ids)
}

/** Replies of the author that came along before what they reply to. */
async function linkWaiting(
  tx: Transaction,
  authorId: string,
  posts: readonly Numbered[],
  origin: string,
): Promise<void> {
  const links = posts.flatMap(({ post, id }) =>
    post.links.map((link) => [link, postUri(origin, id)] as const),
  )
  const { rows } = await sql`
    update posts set in_reply_to_uri = given.uri
      from unnest(${links.map(([link]) => link)}::text[], ${links.map(([, uri]) => uri)}::text[]) as given (link, uri)
     where posts.in_reply_to_uri = given.link and posts.in_reply_to_uri is not null and posts.in_reply_to_id is null
       and posts.author_id = ${authorId} and posts.imported_from is not null
    returning posts.id`.execute(tx)
  if (rows.length === 0) return
  const linked = await linkRepliesTo(
    tx,
    posts.map(({ id }) => ({ id, uri: postUri(origin, id) })),
  )
  const ids = new Set(posts.map(({ id }) => id))
  await countLinkedReplies(
    tx,
    linked.filter((id) => !ids.has(id)),
  )
}

async function giveFiles(tx: Transaction, authorId: string, posts: readonly Numbered[]): Promise<void> {
  const files = posts.flatMap(({ id, attachmentIds }) =>
    attachmentIds.map((attachmentId, position) => ({ id, attachmentId, position })),
  )
  if (files.length === 0) return
  await sql`
    update attachments set post_id = given.post_id, position = given.position
      from unnest(${files.map(({ attachmentId }) => attachmentId)}::bigint[], ${files.map(({ id }) => id)}::bigint[],
                  ${files.map(({ position }) => position)}::smallint[]) as given (id, post_id, position)
     where attachments.id = given.id and attachments.owner_actor_id = ${authorId} and attachments.post_id is null
       and attachments.file_key is not null`.execute(tx)
}

/** Those who are known here; nobody is asked, and nobody is told. */
async function findMentioned(
  tx: Transaction,
  posts: readonly Numbered[],
): Promise<Map<string, { actorId: string; isSilent: boolean }>> {
  const uris = [...new Set(posts.flatMap(({ post }) => post.mentionedUris))]
  if (uris.length === 0) return new Map()
  const { rows } = await sql<{ id: string; named: string }>`
    select actors.id, given.named from unnest(${uris}::text[]) as given (named)
      join actors on actors.uri = given.named or actors.page_url = given.named and actors.domain_id is null
     where actors.gone_at is null`.execute(tx)
  return new Map(rows.map(({ id, named }) => [named, { actorId: id, isSilent: false }]))
}
