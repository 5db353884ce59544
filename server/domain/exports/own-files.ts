/** The posts and files of an identity, page by page, for whatever is made of them to take along. */
import { type RawBuilder, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { isContentKey, type MediaStore } from '../../storage/media-store.ts'
import type { ZipEntry } from '../../storage/zip-file.ts'

const POSTS_PER_STEP = 100
const FILES_PER_STEP = 500

/** Whose posts, and which of them. */
export interface OwnPosts {
  readonly actorId: string
  /** Posts for followers and direct messages too. */
  readonly isPrivate: boolean
}

interface OwnCounts {
  readonly posts: number
  readonly files: number
  /** Of the files. */
  readonly bytes: number
}

/** Hears how the making goes. */
export interface ExportWatch {
  /** So many posts or files more are in it. */
  step(count: number): Promise<void>
  /** A file that should be there is not. */
  missing(key: string): void
}

export const isExported = ({ actorId, isPrivate }: OwnPosts): RawBuilder<boolean> =>
  sql<boolean>`posts.author_id = ${actorId} and posts.deleted_at is null
    and (posts.visibility in ('public', 'unlisted') or ${isPrivate})`

const isNamed = (own: OwnPosts): RawBuilder<boolean> => sql<boolean>`exists (
  select from attachments join posts on posts.id = attachments.post_id
   where attachments.file_key = media_files.key and ${isExported(own)})`

export async function countOwn(db: Querier, own: OwnPosts): Promise<OwnCounts> {
  const { rows } = await sql<{ posts: number; files: number; bytes: string }>`
    select (select count(*)::integer from posts where ${isExported(own)}) as posts,
           count(*)::integer as files, coalesce(sum(size), 0) as bytes
      from media_files where ${isNamed(own)}`.execute(db)
  const [found] = rows
  return { posts: found?.posts ?? 0, files: found?.files ?? 0, bytes: Number(found?.bytes ?? 0) }
}

/** In the order in which they were written. */
export async function* eachOwnPosts(db: Querier, own: OwnPosts): AsyncGenerator<Row<'posts'>[], void> {
  for (let after = '0'; ;) {
    const page = await db
      .selectFrom('posts')
      .selectAll()
      .where(isExported(own))
      .where('id', '>', after)
      .orderBy('id')
      .limit(POSTS_PER_STEP)
      .execute()
    if (page.length > 0) yield page
    if (page.length < POSTS_PER_STEP) return
    after = page.at(-1)?.id ?? after
  }
}

/** Each file of these posts once, below the folder. */
export async function* ownFileEntries(
  db: Querier,
  media: MediaStore,
  own: OwnPosts,
  options: { readonly folder: string; readonly watch: ExportWatch },
): AsyncGenerator<ZipEntry, void> {
  for (let after = ''; ;) {
    const { rows } = await sql<{ key: string; created_at: Date }>`
      select key, created_at from media_files where key > ${after} and ${isNamed(own)}
       order by key limit ${FILES_PER_STEP}`.execute(db)
    for (const { key, created_at: changedAt } of rows) {
      yield* storedEntry(media, key, {
        path: `${options.folder}${key}`,
        changedAt,
        missing: (lost) => options.watch.missing(lost),
      })
      await options.watch.step(1)
    }
    if (rows.length < FILES_PER_STEP) return
    after = rows.at(-1)?.key ?? after
  }
}

/** A file of the store as an entry; none where it is not there. */
export async function* storedEntry(
  media: MediaStore,
  key: string,
  entry: { readonly path: string; readonly changedAt?: Date; readonly missing: (key: string) => void },
): AsyncGenerator<ZipEntry, void> {
  const { missing, ...rest } = entry
  const bytes = await media.open(key)
  if (bytes === null) return missing(key)
  yield { ...rest, bytes, packs: false }
}

export interface OwnPicture {
  readonly key: string
  /** Its name in what is made: `avatar.png`. */
  readonly name: string
}

/** Avatar or header, where it is a file of this home. @param url  as the actor has it */
export function ownPicture(url: string | null, name: 'avatar' | 'header'): OwnPicture | null {
  const key = url?.split('/').slice(-2).join('/') ?? ''
  if (!isContentKey(key)) return null
  return { key, name: `${name}${key.slice(key.lastIndexOf('.'))}` }
}
