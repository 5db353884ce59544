/** Filters as they are stored, with their keywords and posts, in one statement. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import { isRowId } from '../../core/id.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export type KeywordRow = Omit<Row<'filter_keywords'>, 'filter_id'>
export type FilteredPostRow = Omit<Row<'filter_posts'>, 'filter_id'>

export type FilterFacts = Pick<Row<'filters'>, 'id' | 'title' | 'contexts' | 'action' | 'expires_at'> & {
  /** In the order in which they were added; so are the posts. */
  readonly keywords: readonly KeywordRow[]
  readonly posts: readonly FilteredPostRow[]
}

/** All of an identity, expired ones too, the oldest first. */
export async function loadFilters(db: Querier, actorId: string): Promise<FilterFacts[]> {
  return selectFilters(db, actorId, null)
}

/** @throws HomebirdError NOT_FOUND for another's too */
export async function getFilter(db: Querier, actorId: string, id: string): Promise<FilterFacts> {
  const [filter] = isRowId(id) ? await selectFilters(db, actorId, id) : []
  if (filter === undefined) throw new HomebirdError('NOT_FOUND', `no filter ${id.slice(0, 20)} of ${actorId}`)
  return filter
}

/** The filter that holds this keyword. @throws HomebirdError NOT_FOUND for another's too */
export async function getFilterOfKeyword(
  db: Querier,
  actorId: string,
  keywordId: string,
): Promise<{ readonly filter: FilterFacts; readonly keyword: KeywordRow }> {
  const filter = await getFilterOf(db, actorId, 'filter_keywords', keywordId)
  const keyword = filter.keywords.find(({ id }) => id === keywordId)
  if (keyword === undefined) throw missing('keyword', keywordId, actorId)
  return { filter, keyword }
}

/** The entry of a post in a filter. @throws HomebirdError NOT_FOUND for another's too */
export async function getFilteredPost(db: Querier, actorId: string, id: string): Promise<FilteredPostRow> {
  const filter = await getFilterOf(db, actorId, 'filter_posts', id)
  const post = filter.posts.find((one) => one.id === id)
  if (post === undefined) throw missing('post', id, actorId)
  return post
}

async function getFilterOf(
  db: Querier,
  actorId: string,
  table: 'filter_keywords' | 'filter_posts',
  id: string,
): Promise<FilterFacts> {
  const row = isRowId(id)
    ? await db.selectFrom(table).select('filter_id').where('id', '=', id).executeTakeFirst()
    : undefined
  if (row === undefined) throw missing(table, id, actorId)
  return getFilter(db, actorId, row.filter_id)
}

const missing = (what: string, id: string, actorId: string): HomebirdError =>
  new HomebirdError('NOT_FOUND', `no ${what} ${id.slice(0, 20)} in filters of ${actorId}`)

/** Ids are texts inside JSON: its numbers are too small for them. */
async function selectFilters(db: Querier, actorId: string, id: string | null): Promise<FilterFacts[]> {
  const { rows } = await sql<FilterFacts>`
    select id, title, contexts, action, expires_at,
           coalesce((select json_agg(json_build_object('id', id::text, 'keyword', keyword, 'is_whole_word', is_whole_word)
                            order by id)
                       from filter_keywords where filter_id = filters.id), '[]') as keywords,
           coalesce((select json_agg(json_build_object('id', id::text, 'post_id', post_id::text) order by id)
                       from filter_posts where filter_id = filters.id), '[]') as posts
      from filters
     where actor_id = ${actorId} and (${id}::bigint is null or id = ${id}::bigint)
     order by id`.execute(db)
  return rows
}
