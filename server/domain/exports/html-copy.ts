/** An identity's own posts as pages that open from a disk: written month by month, so that memory does not grow with them. */
import { sql } from 'kysely'
import type { Database } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import type { MediaStore } from '../../storage/media-store.ts'
import type { ZipEntry } from '../../storage/zip-file.ts'
import {
  type HtmlMonth,
  type HtmlPost,
  MEDIA_FOLDER,
  type MonthPlace,
  indexPage,
  monthFoot,
  monthHead,
  monthOf,
  postHtml,
} from './html-pages.ts'
import { HTML_STYLE } from './html-style.ts'
import {
  type ExportWatch,
  type OwnPosts,
  isExported,
  ownFileEntries,
  ownPicture,
  storedEntry,
} from './own-files.ts'

const POSTS_PER_STEP = 100

export interface HtmlParts {
  readonly db: Database
  readonly media: MediaStore
  readonly identity: Row<'actors'>
  /** Posts for followers and direct messages too: such a copy is not to be published. */
  readonly isPrivate: boolean
  readonly watch: ExportWatch
  readonly now: Date
}

export async function* htmlEntries(parts: HtmlParts): AsyncGenerator<ZipEntry, void> {
  const { db, media, identity, watch, isPrivate } = parts
  const own: OwnPosts = { actorId: identity.id, isPrivate }
  const months = await listMonths(db, own)
  const avatar = ownPicture(identity.icon_url, 'avatar')
  const header = ownPicture(identity.header_url, 'header')
  for (const picture of [avatar, header]) {
    if (picture === null) continue
    yield* storedEntry(media, picture.key, { path: picture.name, missing: (key) => watch.missing(key) })
  }
  yield { path: 'style.css', bytes: oneText(HTML_STYLE) }
  yield {
    path: 'index.html',
    bytes: oneText(indexPage({ identity, months, avatar, header, madeAt: parts.now, isPrivate })),
  }
  for (const [place, { name }] of months.entries()) {
    const month = { name, newer: months[place - 1]?.name ?? null, older: months[place + 1]?.name ?? null }
    yield { path: `${name}.html`, bytes: monthText(parts, own, month) }
  }
  yield* ownFileEntries(db, media, own, { folder: MEDIA_FOLDER, watch })
}

async function* oneText(text: string): AsyncGenerator<string, void> {
  yield text
}

/** The newest first. */
async function listMonths(db: Database, own: OwnPosts): Promise<HtmlMonth[]> {
  const { rows } = await sql<HtmlMonth>`
    select to_char(published_at at time zone 'UTC', 'YYYY-MM') as name, count(*)::integer as posts
      from posts where ${isExported(own)} group by 1 order by 1 desc`.execute(db)
  return rows
}

async function* monthText(
  { db, identity, watch }: HtmlParts,
  own: OwnPosts,
  month: MonthPlace,
): AsyncGenerator<string, void> {
  yield monthHead(identity, month)
  for (let before: Row<'posts'> | null = null; ;) {
    const page: Row<'posts'>[] = await readPage(db, own, month.name, before)
    for (const shown of await withParts(db, own, page)) yield postHtml(shown)
    if (page.length > 0) await watch.step(page.length)
    if (page.length < POSTS_PER_STEP) break
    before = page.at(-1) ?? null
  }
  yield monthFoot(month)
}

async function readPage(
  db: Database,
  own: OwnPosts,
  month: string,
  before: Row<'posts'> | null,
): Promise<Row<'posts'>[]> {
  const begin = new Date(`${month}-01T00:00:00Z`)
  const end = new Date(begin)
  end.setUTCMonth(end.getUTCMonth() + 1)
  const isBefore =
    before === null
      ? sql<boolean>`true`
      : // The database keeps more of a moment than a Date does: the row itself says where the page ended.
        sql<boolean>`(posts.published_at, posts.id) < (select published_at, id from posts where id = ${before.id})`
  return db
    .selectFrom('posts')
    .selectAll()
    .where(isExported(own))
    .where('published_at', '>=', begin)
    .where('published_at', '<', end)
    .where(isBefore)
    .orderBy('published_at', 'desc')
    .orderBy('id', 'desc')
    .limit(POSTS_PER_STEP)
    .execute()
}

async function withParts(db: Database, own: OwnPosts, posts: readonly Row<'posts'>[]): Promise<HtmlPost[]> {
  if (posts.length === 0) return []
  const ids = posts.map(({ id }) => id)
  const answeredIds = posts.flatMap(({ in_reply_to_id: id }) => id ?? [])
  const boostedIds = posts.flatMap(({ boost_of_id: id }) => id ?? [])
  const [files, polls, answered, boosted, quotes] = await Promise.all([
    readFiles(db, ids),
    readPolls(db, ids),
    readAnswered(db, own, answeredIds),
    readBoosted(db, boostedIds),
    db.selectFrom('quotes').select(['post_id', 'quoted_uri']).where('post_id', 'in', ids).execute(),
  ])
  const quotedBy = new Map(quotes.map((quote) => [quote.post_id, quote.quoted_uri]))
  return posts.map((post) => ({
    post,
    files: files.filter((file) => file.post_id === post.id),
    poll: polls.filter((option) => option.poll_id === post.id),
    answers: answered.get(post.in_reply_to_id ?? '') ?? null,
    boosted: boosted.get(post.boost_of_id ?? '') ?? null,
    quotedUri: quotedBy.get(post.id) ?? null,
  }))
}

async function readFiles(db: Database, postIds: readonly string[]) {
  return db
    .selectFrom('attachments')
    .select(['post_id', 'file_key', 'kind', 'description', 'width', 'height'])
    .where('post_id', 'in', postIds)
    .orderBy('position')
    .execute()
}

async function readPolls(db: Database, postIds: readonly string[]) {
  return db
    .selectFrom('poll_options')
    .select(['poll_id', 'title', 'votes_count as votes'])
    .where('poll_id', 'in', postIds)
    .orderBy('position')
    .execute()
}

/** Those that are in the copy too. */
async function readAnswered(db: Database, own: OwnPosts, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, { readonly id: string; readonly month: string }>()
  const rows = await db
    .selectFrom('posts')
    .select(['id', 'published_at'])
    .where('id', 'in', ids)
    .where(isExported(own))
    .execute()
  return new Map(rows.map((row) => [row.id, { id: row.id, month: monthOf(row.published_at) }]))
}

async function readBoosted(db: Database, ids: readonly string[]) {
  if (ids.length === 0) return new Map<string, { readonly url: string; readonly handle: string }>()
  const rows = await db
    .selectFrom('posts')
    .innerJoin('actors', 'actors.id', 'posts.author_id')
    .select(['posts.id', 'posts.uri', 'posts.page_url', 'actors.username', 'actors.handle_domain'])
    .where('posts.id', 'in', ids)
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      { url: row.page_url ?? row.uri, handle: `@${row.username}@${row.handle_domain}` },
    ]),
  )
}
