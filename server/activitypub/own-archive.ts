/**
 * An identity with all its posts, files and lists, in the shape of the archives that Mastodon gives: `actor.json`,
 * `outbox.json`, `likes.json`, `bookmarks.json`, `media_attachments/` and the pictures of the profile; the lists as CSV beside
 * them. Tools that read those archives read these.
 */
import { sql } from 'kysely'
import type { Database } from '../db/pool.ts'
import type { Row } from '../db/tables.ts'
import { exportFilters } from '../domain/exports/export-filters.ts'
import { LIST_FILES } from '../domain/exports/export-lists.ts'
import {
  type ExportWatch,
  type OwnPosts,
  eachOwnPosts,
  ownFileEntries,
  ownPicture,
  storedEntry,
} from '../domain/exports/own-files.ts'
import type { MediaStore } from '../storage/media-store.ts'
import type { ZipEntry } from '../storage/zip-file.ts'
import { createActivity } from './activities.ts'
import { actorDocument } from './actor-document.ts'
import { type JsonObject, isObject } from './json.ts'
import { inContext, wholeContext } from './json-ld-context.ts'
import { loadOwnObjects } from './own-notes.ts'
import { postActivityUri } from './uris.ts'

const MEDIA_FOLDER = 'media_attachments/files/'
const URIS_PER_STEP = 1_000

export interface ArchiveParts {
  readonly db: Database
  readonly media: MediaStore
  readonly identity: Row<'actors'>
  readonly watch: ExportWatch
  /** Private keys in plain text: whoever has them can speak as this identity. */
  readonly withKeys?: boolean
}

export async function* archiveEntries(parts: ArchiveParts): AsyncGenerator<ZipEntry, void> {
  const { db, media, identity, watch } = parts
  const own: OwnPosts = { actorId: identity.id, isPrivate: true }
  yield { path: 'actor.json', bytes: oneText(JSON.stringify(await actorOf(parts))) }
  for (const picture of picturesOf(identity)) {
    yield* storedEntry(media, picture.key, { path: picture.name, missing: (key) => watch.missing(key) })
  }
  yield { path: 'outbox.json', bytes: collectionText('outbox.json', outboxItems(parts, own)) }
  yield { path: 'likes.json', bytes: collectionText('likes.json', likedUris(parts)) }
  yield { path: 'bookmarks.json', bytes: collectionText('bookmarks.json', bookmarkedUris(parts)) }
  for (const [name, lines] of Object.entries(LIST_FILES)) {
    yield { path: `lists/${name}.csv`, bytes: lines(db, identity.id) }
  }
  yield { path: 'lists/custom_filters.json', bytes: oneText(await exportFilters(db, identity.id)) }
  if (parts.withKeys === true) {
    yield { path: 'keys.json', bytes: oneText(JSON.stringify(await keysOf(parts), null, 2)) }
  }
  yield* ownFileEntries(db, media, own, { folder: MEDIA_FOLDER, watch })
}

async function* oneText(text: string): AsyncGenerator<string, void> {
  yield text
}

/** Items as they come, so that none waits for all: their number stands behind them. */
async function* collectionText(
  id: string,
  items: AsyncIterable<JsonObject | string>,
): AsyncGenerator<string, void> {
  const head = { '@context': wholeContext(), id, type: 'OrderedCollection' }
  yield `${JSON.stringify(head).slice(0, -1)},"orderedItems":[`
  let count = 0
  for await (const item of items) {
    yield `${count === 0 ? '\n' : ',\n'}${JSON.stringify(item)}`
    count += 1
  }
  yield `\n],"totalItems":${count}}\n`
}

const picturesOf = ({ icon_url: icon, header_url: header }: Row<'actors'>) =>
  [ownPicture(icon, 'avatar'), ownPicture(header, 'header')].filter((picture) => picture !== null)

async function actorOf({ db, identity }: ArchiveParts): Promise<JsonObject> {
  const keys = await db.selectFrom('actor_keys').selectAll().where('actor_id', '=', identity.id).execute()
  const document = actorDocument(identity, keys)
  const pictured = (property: unknown, url: string | null, name: 'avatar' | 'header'): JsonObject => {
    const picture = ownPicture(url, name)
    return isObject(property) && picture !== null ? { ...property, url: picture.name } : {}
  }
  const icon = pictured(document['icon'], identity.icon_url, 'avatar')
  const image = pictured(document['image'], identity.header_url, 'header')
  return inContext({
    ...document,
    ...('url' in icon ? { icon } : {}),
    ...('url' in image ? { image } : {}),
    outbox: 'outbox.json',
    likes: 'likes.json',
    bookmarks: 'bookmarks.json',
  })
}

/** Posts as their Create, boosts as their Announce, the oldest first. */
async function* outboxItems(
  { db, identity, watch }: ArchiveParts,
  own: OwnPosts,
): AsyncGenerator<JsonObject, void> {
  for await (const page of eachOwnPosts(db, own)) {
    const objects = await loadOwnObjects(db, page, { mediaUrl: `/${MEDIA_FOLDER}` })
    for (const post of page) {
      const object = objects.get(post.id)
      if (object === undefined) continue // a boost of something that is gone
      if (post.boost_of_id !== null) yield object
      else yield createOf(post.uri, identity.uri, object)
    }
    await watch.step(page.length)
  }
}

function createOf(postUri: string, actorUri: string, object: JsonObject): JsonObject {
  const files: readonly unknown[] = Array.isArray(object['attachment']) ? object['attachment'] : []
  const kept = files.length === 0 ? object : { ...object, attachment: files.map(inArchive) }
  const { '@context': _, ...activity } = createActivity({
    id: postActivityUri(postUri),
    actorUri,
    object: kept,
  })
  return activity
}

/** Names the file of the archive; a preview is in none. */
function inArchive(file: unknown): unknown {
  if (!isObject(file)) return file
  const { icon: _, ...rest } = file
  const url = typeof rest['url'] === 'string' ? URL.parse(rest['url']) : null
  return url === null ? rest : { ...rest, url: url.pathname.slice(1) }
}

type UriRow = { readonly cursor: string; readonly uri: string }

async function* likedUris({ db, identity }: ArchiveParts): AsyncGenerator<string, void> {
  yield* eachUri(async (after) => {
    const { rows } = await sql<UriRow>`
      select interactions.id as cursor, posts.uri from interactions join posts on posts.id = interactions.post_id
       where interactions.actor_id = ${identity.id} and interactions.kind = 'like'
         and interactions.state not in ('undone', 'undone_fanned_out')
         and posts.deleted_at is null and interactions.id > ${after}
       order by interactions.id limit ${URIS_PER_STEP}`.execute(db)
    return rows
  })
}

async function* bookmarkedUris({ db, identity }: ArchiveParts): AsyncGenerator<string, void> {
  yield* eachUri(async (after) => {
    const { rows } = await sql<UriRow>`
      select bookmarks.id as cursor, posts.uri from bookmarks join posts on posts.id = bookmarks.post_id
       where bookmarks.actor_id = ${identity.id} and posts.deleted_at is null and bookmarks.id > ${after}
       order by bookmarks.id limit ${URIS_PER_STEP}`.execute(db)
    return rows
  })
}

async function* eachUri(read: (after: string) => Promise<readonly UriRow[]>): AsyncGenerator<string, void> {
  for (let after = '0'; ;) {
    const rows = await read(after)
    for (const { uri } of rows) yield uri
    if (rows.length < URIS_PER_STEP) return
    after = rows.at(-1)?.cursor ?? after
  }
}

async function keysOf({ db, identity }: ArchiveParts) {
  const keys = await db
    .selectFrom('actor_keys')
    .select(['key_uri', 'algorithm', 'public_key_pem', 'private_key_pem'])
    .where('actor_id', '=', identity.id)
    .where('private_key_pem', 'is not', null)
    .execute()
  return {
    actor: identity.uri,
    keys: keys.map((key) => ({
      id: key.key_uri,
      algorithm: key.algorithm,
      publicKeyPem: key.public_key_pem,
      privateKeyPem: key.private_key_pem,
    })),
  }
}
