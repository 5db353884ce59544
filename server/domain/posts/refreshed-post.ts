/** Posts of others that are read again: when, which, and what becomes of those that their origin has no more. */
import { sql } from 'kysely'
import type { Database, Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction, wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { postRefreshGraph } from './post-refresh-graph.ts'
import { removePosts } from './remove-posts.ts'
import type { PostRow } from './status-facts.ts'
import { rememberDeleted } from './tombstones.ts'

/** A post that was read this long ago is read again when somebody here looks at it. */
const FRESH_MS = 2 * 3_600_000
/** A post that its origin did not find may be there again after this long; if it is not, it goes. */
const MISSING_MS = 24 * 3_600_000

/** Has a post read again by the worker, if it is of others, for everybody, and was not read a moment ago. */
export async function refreshStalePost(db: Database, post: PostRow, now: Date): Promise<void> {
  const isOpen = post.visibility === 'public' || post.visibility === 'unlisted'
  if (post.is_local || post.boost_of_id !== null || !isOpen) return
  if (post.fetched_at !== null && now.getTime() - post.fetched_at.getTime() < FRESH_MS) return
  await inTransaction(db, async (tx) => {
    const { rows } = await sql<{ id: string; is_new: boolean }>`
      with given as (
        select posts.id, actors.host from posts join actors on actors.id = posts.author_id where posts.id = ${post.id}
      ), made as (
        insert into post_refreshes (post_id, host) select id, host from given on conflict (post_id) do nothing returning id
      )
      select id, true as is_new from made
      union all
      select id, false from post_refreshes where post_id = ${post.id}`.execute(tx)
    const [refresh] = rows
    if (refresh === undefined) return
    if (refresh.is_new) await wakeWorker(tx, postRefreshGraph.table)
    else await moveRows(tx, postRefreshGraph, [refresh.id], 'wanted', { priority: 0 })
  })
}

export type RefreshedPost = Pick<Row<'posts'>, 'id' | 'uri' | 'author_id' | 'edited_at' | 'missing_since'> & {
  readonly author_uri: string
  readonly host: string
}

/** Undefined for what is not read again: own posts, boosts, what is gone or not for everybody. */
export async function findRefreshedPost(db: Querier, id: string): Promise<RefreshedPost | undefined> {
  return db
    .selectFrom('posts')
    .innerJoin('actors', 'actors.id', 'posts.author_id')
    .select(['posts.id', 'posts.uri', 'posts.author_id', 'posts.edited_at', 'posts.missing_since'])
    .select(['actors.uri as author_uri', 'actors.host'])
    .where('posts.id', '=', id)
    .where('posts.is_local', '=', false)
    .where('posts.boost_of_id', 'is', null)
    .where('posts.deleted_at', 'is', null)
    .where('posts.visibility', 'in', ['public', 'unlisted'])
    .where('actors.gone_at', 'is', null)
    .executeTakeFirst()
}

export async function noteRead(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.updateTable('posts').set({ fetched_at: now, missing_since: null }).where('id', '=', id).execute()
}

/** The origin says that the post is no more. */
export async function removeGonePost(
  tx: Transaction,
  post: Pick<RefreshedPost, 'id' | 'uri' | 'author_uri'>,
): Promise<void> {
  await rememberDeleted(tx, [{ uri: post.uri, actorUri: post.author_uri, wasKnown: true }])
  await removePosts(tx, [post.id])
}

/** The origin does not find the post. @returns whether it was removed, because it has not been found for long */
export async function noteMissing(tx: Transaction, post: RefreshedPost, now: Date): Promise<boolean> {
  if (post.missing_since !== null && now.getTime() - post.missing_since.getTime() >= MISSING_MS) {
    await removeGonePost(tx, post)
    return true
  }
  await tx
    .updateTable('posts')
    .set({ fetched_at: now, missing_since: post.missing_since ?? now })
    .where('id', '=', post.id)
    .execute()
  return false
}
