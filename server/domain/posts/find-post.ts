/** Posts by id, as far as the viewer may see them. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Querier } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import { visiblePosts } from './can-see.ts'
import { type PostRow, SHOWN_POSTS } from './status-facts.ts'

/** Undefined for what is not there and for what the viewer may not see, alike. */
export async function findVisiblePost(
  db: Querier,
  viewerId: string | null,
  id: string,
): Promise<PostRow | undefined> {
  return (await findVisiblePosts(db, viewerId, [id]))[0]
}

/** @throws HomebirdError NOT_FOUND */
export async function getVisiblePost(db: Querier, viewerId: string | null, id: string): Promise<PostRow> {
  const row = await findVisiblePost(db, viewerId, id)
  if (row === undefined)
    throw new HomebirdError('NOT_FOUND', `no post ${id.slice(0, 20)} for ${viewerId ?? 'strangers'}`)
  return row
}

/**
 * The post itself where the id is that of a boost: acts on a boost are meant for what it carries.
 * @throws HomebirdError NOT_FOUND
 */
export async function getActedOnPost(db: Querier, viewerId: string, id: string): Promise<PostRow> {
  const row = await getVisiblePost(db, viewerId, id)
  return row.boost_of_id === null ? row : getVisiblePost(db, viewerId, row.boost_of_id)
}

/** @throws HomebirdError NOT_FOUND for another's post too */
export async function getOwnPost(db: Querier, viewerId: string, id: string): Promise<PostRow> {
  const row = await getVisiblePost(db, viewerId, id)
  if (row.author_id !== viewerId) throw new HomebirdError('NOT_FOUND', `post ${row.id} is not of ${viewerId}`)
  return row
}

/** Those of the ids that are there and visible, in the order of the ids. */
export async function findVisiblePosts(
  db: Querier,
  viewerId: string | null,
  ids: readonly string[],
): Promise<PostRow[]> {
  const wanted = [...new Set(ids)].filter(isRowId)
  if (wanted.length === 0) return []
  const rows = await readVisible(db, { viewerId, wanted })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return wanted.flatMap((id) => byId.get(id) ?? [])
}

interface Wanted {
  readonly viewerId: string | null
  readonly wanted: readonly string[]
}

const readVisible = statement(
  ({ viewerId, wanted }: Wanted) => sql<PostRow>`
    select ${SHOWN_POSTS} from posts where posts.id = any(${wanted}::bigint[]) and ${visiblePosts(viewerId)}`,
)

/**
 * The visible post of a URI or page address. A post that names a page on another server than its own is passed over: anybody
 * could claim anybody's page.
 */
export async function findVisiblePostByUrl(
  db: Querier,
  viewerId: string | null,
  url: string,
): Promise<PostRow | undefined> {
  const { rows } = await sql<PostRow>`
    select ${SHOWN_POSTS} from posts
     where (posts.uri = ${url}
            or posts.page_url = ${url} and split_part(posts.uri, '/', 3) = split_part(posts.page_url, '/', 3))
       and ${visiblePosts(viewerId)}
     order by posts.uri = ${url} desc limit 1`.execute(db)
  return rows[0]
}
