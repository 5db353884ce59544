/** Own posts as documents, any number with the same few statements: what is served at their ids and what is sent. */
import { sql } from 'kysely'
import type { Querier } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { hashtagPageUrl } from '../domain/owner/own-uris.ts'
import { hashtagKey } from '../domain/text/scan-text.ts'
import { announceActivity } from './activities.ts'
import type { JsonObject } from './json.ts'
import { type NoteParts, type NotePoll, type NoteQuote, noteObject } from './note.ts'
import type { MentionedActor, NoteAttachment, NoteHashtag } from './note-parts.ts'
import { loadNotePolls } from './own-polls.ts'
import { postContextUri } from './uris.ts'

export interface OwnNoteOptions {
  /** `/media/`, or the absolute address that own media is served under. */
  readonly mediaUrl: string
}

/** What of a row its document is made of. */
export type OwnPost = NoteParts['post'] &
  Pick<Row<'posts'>, 'id' | 'author_id' | 'boost_of_id' | 'conversation_id' | 'kind'>

interface Parts {
  readonly authors: ReadonlyMap<string, Pick<Row<'actors'>, 'uri' | 'followers_uri'>>
  readonly mentioned: ReadonlyMap<string, MentionedActor[]>
  readonly hashtags: ReadonlyMap<string, string[]>
  readonly attachments: ReadonlyMap<string, Row<'attachments'>[]>
  readonly polls: ReadonlyMap<string, NotePoll>
  /** URI of the first post of a thread, where it is ours. */
  readonly threads: ReadonlyMap<string, string>
  /** What boosts carry, with its author. */
  readonly boosted: ReadonlyMap<string, { readonly uri: string; readonly author_uri: string }>
  readonly quotes: ReadonlyMap<string, NoteQuote>
}

/**
 * Notes without their context, and for boosts the Announce that they are.
 * @param posts  own rows
 * @returns by id of the row; nothing for a boost whose post is gone
 */
export async function loadOwnObjects(
  db: Querier,
  posts: readonly OwnPost[],
  options: OwnNoteOptions,
): Promise<Map<string, JsonObject>> {
  if (posts.length === 0) return new Map()
  const parts = await loadParts(db, posts)
  const objects = new Map<string, JsonObject>()
  for (const post of posts) {
    const object =
      post.boost_of_id === null ? noteOf(post, parts, options) : announceOf(post, post.boost_of_id, parts)
    if (object !== null) objects.set(post.id, object)
  }
  return objects
}

function noteOf(post: OwnPost, parts: Parts, options: OwnNoteOptions): JsonObject | null {
  const author = parts.authors.get(post.author_id)
  if (author === undefined) return null
  const { origin } = new URL(post.uri)
  const thread = parts.threads.get(post.conversation_id)
  return noteObject({
    post,
    author,
    mentioned: parts.mentioned.get(post.id) ?? [],
    hashtags: (parts.hashtags.get(post.id) ?? []).map((name): NoteHashtag => ({
      name,
      url: hashtagPageUrl(origin, hashtagKey(name)),
    })),
    attachments: (parts.attachments.get(post.id) ?? []).map((row) => attachmentOf(row, origin, options)),
    conversationUri: thread === undefined ? null : postContextUri(thread),
    poll: parts.polls.get(post.id) ?? null,
    quote: parts.quotes.get(post.id) ?? null,
  })
}

function announceOf(post: OwnPost, boostedId: string, parts: Parts): JsonObject | null {
  const author = parts.authors.get(post.author_id)
  const boosted = parts.boosted.get(boostedId)
  if (author === undefined || boosted === undefined) return null
  const { '@context': _, ...announce } = announceActivity({
    id: post.uri,
    actorUri: author.uri,
    objectUri: boosted.uri,
    objectActorUri: boosted.author_uri,
    followersUri: author.followers_uri ?? `${author.uri}/followers`,
    visibility: post.visibility,
    publishedAt: post.published_at,
  })
  return announce
}

function attachmentOf(row: Row<'attachments'>, origin: string, { mediaUrl }: OwnNoteOptions): NoteAttachment {
  const base = URL.canParse(mediaUrl) ? mediaUrl : `${origin}${mediaUrl}`
  return {
    ...row,
    url: `${base}${row.file_key ?? ''}`,
    previewUrl: row.preview_key === null ? null : `${base}${row.preview_key}`,
  }
}

async function loadParts(db: Querier, posts: readonly OwnPost[]): Promise<Parts> {
  const ids = posts.filter(({ boost_of_id: boostOf }) => boostOf === null).map(({ id }) => id)
  const asking = posts.filter(({ kind }) => kind === 'Question').map(({ id }) => id)
  const boostedIds = posts.flatMap(({ boost_of_id: boostOf }) => boostOf ?? [])
  const threadIds = posts.map((post) => post.conversation_id)
  const [authors, mentioned, hashtags, attachments, polls, threads, boosted, quotes] = await Promise.all([
    db
      .selectFrom('actors')
      .select(['id', 'uri', 'followers_uri'])
      .where('id', '=', anyOf(posts.map((post) => post.author_id)))
      .execute(),
    ids.length === 0 ? [] : loadMentioned(db, ids),
    ids.length === 0 ? [] : loadHashtags(db, ids),
    ids.length === 0 ? [] : loadAttachments(db, ids),
    asking.length === 0 ? new Map<string, NotePoll>() : loadNotePolls(db, asking),
    ids.length === 0 ? [] : loadThreads(db, threadIds),
    boostedIds.length === 0 ? [] : loadBoosted(db, boostedIds),
    ids.length === 0 ? [] : loadQuotes(db, ids),
  ])
  return {
    authors: new Map(authors.map((author) => [author.id, author])),
    mentioned: grouped(mentioned, (row) => [row.post_id, row]),
    hashtags: grouped(hashtags, (row) => [row.post_id, row.name]),
    attachments: grouped(attachments, (row) => [row.post_id ?? '', row]),
    polls,
    threads: new Map(threads.map((thread) => [thread.id, thread.uri])),
    boosted: new Map(boosted.map((post) => [post.id, post])),
    quotes: new Map(quotes.map((quote) => [quote.post_id, noteQuoteOf(quote)])),
  }
}

async function loadQuotes(db: Querier, ids: readonly string[]) {
  return db
    .selectFrom('quotes')
    .select(['post_id', 'quoted_uri', 'approval', 'authorization_uri'])
    .where('post_id', '=', anyOf(ids))
    .execute()
}

function noteQuoteOf(quote: Pick<Row<'quotes'>, 'quoted_uri' | 'approval' | 'authorization_uri'>): NoteQuote {
  return {
    quotedUri: quote.quoted_uri,
    authorizationUri: quote.approval === 'accepted' ? quote.authorization_uri : null,
  }
}

async function loadMentioned(db: Querier, ids: readonly string[]) {
  return db
    .selectFrom('mentions')
    .innerJoin('actors', 'actors.id', 'mentions.actor_id')
    .select(['mentions.post_id', 'actors.uri', 'actors.username', 'actors.handle_domain'])
    .where('mentions.post_id', '=', anyOf(ids))
    .orderBy('mentions.actor_id')
    .execute()
}

async function loadHashtags(db: Querier, ids: readonly string[]) {
  return db
    .selectFrom('post_hashtags')
    .innerJoin('hashtags', 'hashtags.id', 'post_hashtags.hashtag_id')
    .select(['post_hashtags.post_id', 'hashtags.display_name as name'])
    .where('post_hashtags.post_id', '=', anyOf(ids))
    .orderBy('hashtags.name')
    .execute()
}

/** Uploads that are still being worked on are not sent. */
async function loadAttachments(db: Querier, ids: readonly string[]) {
  return db
    .selectFrom('attachments')
    .selectAll()
    .where('post_id', '=', anyOf(ids))
    .where('file_key', 'is not', null)
    .orderBy('position')
    .execute()
}

async function loadThreads(db: Querier, ids: readonly string[]) {
  return db
    .selectFrom('posts')
    .select(['id', 'uri'])
    .where('id', '=', anyOf(ids))
    .where('is_local', '=', true)
    .execute()
}

async function loadBoosted(db: Querier, ids: readonly string[]) {
  return db
    .selectFrom('posts')
    .innerJoin('actors', 'actors.id', 'posts.author_id')
    .select(['posts.id', 'posts.uri', 'actors.uri as author_uri'])
    .where('posts.id', '=', anyOf(ids))
    .where('posts.deleted_at', 'is', null)
    .execute()
}

function anyOf(ids: readonly string[]) {
  return sql<string>`any(${[...new Set(ids)]}::bigint[])`
}

function grouped<R, V>(rows: readonly R[], entryOf: (row: R) => readonly [string, V]): Map<string, V[]> {
  const groups = new Map<string, V[]>()
  for (const row of rows) {
    const [key, value] = entryOf(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [value])
    else group.push(value)
  }
  return groups
}
