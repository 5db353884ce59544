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
export type OwnPost = NoteParts['post'] & Pick<Row<'posts'>, 'id' | 'boost_of_id' | 'kind'>

/** What the document of a post is made of beside its row. */
interface Hanging {
  readonly id: string
  readonly authorUri: string
  readonly followersUri: string | null
  readonly mentioned: readonly MentionedActor[] | null
  readonly hashtags: readonly string[] | null
  readonly attachments: readonly StoredFile[] | null
  /** URI of the first post of the thread, where it is ours. */
  readonly threadUri: string | null
  readonly quote: NoteQuote | null
}

/** Without those columns that JSON cannot carry. */
interface StoredFile extends Omit<NoteAttachment, 'url' | 'previewUrl'> {
  readonly file_key: string
  readonly preview_key: string | null
}

interface Parts {
  readonly hanging: ReadonlyMap<string, Hanging>
  readonly polls: ReadonlyMap<string, NotePoll>
  /** What boosts carry, with its author. */
  readonly boosted: ReadonlyMap<string, { readonly uri: string; readonly author_uri: string }>
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

function noteOf(post: OwnPost, { hanging, polls }: Parts, options: OwnNoteOptions): JsonObject | null {
  const parts = hanging.get(post.id)
  if (parts === undefined) return null
  const { origin } = new URL(post.uri)
  return noteObject({
    post,
    author: authorOf(parts),
    mentioned: parts.mentioned ?? [],
    hashtags: (parts.hashtags ?? []).map((name): NoteHashtag => ({
      name,
      url: hashtagPageUrl(origin, hashtagKey(name)),
    })),
    attachments: (parts.attachments ?? []).map((file) => attachmentOf(file, origin, options)),
    conversationUri: parts.threadUri === null ? null : postContextUri(parts.threadUri),
    poll: polls.get(post.id) ?? null,
    quote: parts.quote,
  })
}

const authorOf = ({ authorUri, followersUri }: Hanging) => ({ uri: authorUri, followers_uri: followersUri })

function announceOf(post: OwnPost, boostedId: string, parts: Parts): JsonObject | null {
  const own = parts.hanging.get(post.id)
  const boosted = parts.boosted.get(boostedId)
  if (own === undefined || boosted === undefined) return null
  const { '@context': _, ...announce } = announceActivity({
    id: post.uri,
    actorUri: own.authorUri,
    objectUri: boosted.uri,
    objectActorUri: boosted.author_uri,
    followersUri: own.followersUri ?? `${own.authorUri}/followers`,
    visibility: post.visibility,
    publishedAt: post.published_at,
  })
  return announce
}

function attachmentOf(file: StoredFile, origin: string, { mediaUrl }: OwnNoteOptions): NoteAttachment {
  const base = URL.canParse(mediaUrl) ? mediaUrl : `${origin}${mediaUrl}`
  return {
    ...file,
    url: `${base}${file.file_key}`,
    previewUrl: file.preview_key === null ? null : `${base}${file.preview_key}`,
  }
}

async function loadParts(db: Querier, posts: readonly OwnPost[]): Promise<Parts> {
  const asking = posts.filter(({ kind }) => kind === 'Question').map(({ id }) => id)
  const boostedIds = posts.flatMap(({ boost_of_id: boostOf }) => boostOf ?? [])
  const [hanging, polls, boosted] = await Promise.all([
    loadHanging(
      db,
      posts.map(({ id }) => id),
    ),
    asking.length === 0 ? new Map<string, NotePoll>() : loadNotePolls(db, asking),
    boostedIds.length === 0 ? [] : loadBoosted(db, boostedIds),
  ])
  return {
    hanging: new Map(hanging.map((one) => [one.id, one])),
    polls,
    boosted: new Map(boosted.map((post) => [post.id, post])),
  }
}

/** One statement. Uploads that are still being worked on are not sent; a stamp counts as long as it is good. */
async function loadHanging(db: Querier, ids: readonly string[]): Promise<readonly Hanging[]> {
  const { rows } = await sql<Hanging>`
    select post.id, author.uri as "authorUri", author.followers_uri as "followersUri",
           (select json_agg(json_build_object('uri', named.uri, 'username', named.username,
                                              'handle_domain', named.handle_domain) order by mentions.actor_id)
              from mentions join actors as named on named.id = mentions.actor_id
             where mentions.post_id = post.id) as mentioned,
           (select json_agg(hashtags.display_name order by hashtags.name)
              from post_hashtags join hashtags on hashtags.id = post_hashtags.hashtag_id
             where post_hashtags.post_id = post.id) as hashtags,
           (select json_agg(json_build_object(
                     'media_type', media_type, 'description', description, 'blurhash', blurhash, 'width', width,
                     'height', height, 'focus_x', focus_x, 'focus_y', focus_y, 'duration_seconds', duration_seconds,
                     'file_key', file_key, 'preview_key', preview_key) order by position)
              from attachments where post_id = post.id and file_key is not null) as attachments,
           (select thread.uri from posts as thread where thread.id = post.conversation_id and thread.is_local)
             as "threadUri",
           (select json_build_object('quotedUri', quoted_uri, 'authorizationUri',
                                     case when approval = 'accepted' then authorization_uri end)
              from quotes where post_id = post.id) as quote
      from posts as post join actors as author on author.id = post.author_id
     where post.id = ${anyOf(ids)}`.execute(db)
  return rows
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
