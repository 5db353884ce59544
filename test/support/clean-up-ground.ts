/** An identity, and others whose posts are old: what a clean-up is tested on. */
import { sql } from 'kysely'
import type { Database } from '../../server/db/pool.ts'
import type { Row } from '../../server/db/tables.ts'
import { type SeededPost, RemoteSeeds } from './remote-seeds.ts'
import { openTestDatabase } from './test-database.ts'

type Actor = Row<'actors'>
type Post = Row<'posts'>

const DAY_MS = 86_400_000
export const daysAgo = (days: number): Date => new Date(Date.now() - days * DAY_MS)

export interface CleanUpGround {
  readonly db: Database
  /** An identity of the home. */
  readonly ana: Actor
  readonly seeds: RemoteSeeds
  /** Somebody whom nobody here follows. */
  readonly stranger: Actor
  /** Of others, written and received so many days ago. */
  readonly oldPost: (seed?: SeededPost, author?: Actor, days?: number) => Promise<Post>
  readonly oldOwnPost: (seed?: SeededPost, days?: number) => Promise<Post>
  readonly isHere: (post: Pick<Post, 'id'>) => Promise<boolean>
}

export async function openCleanUpGround(): Promise<CleanUpGround> {
  const { db } = await openTestDatabase()
  const seeds = new RemoteSeeds(db)
  const ana = await makeIdentity(db, seeds)
  const stranger = await seeds.actor('stranger')
  const oldPost: CleanUpGround['oldPost'] = async (seed = {}, author = stranger, days = 200) => {
    const post = await seeds.post(author, { publishedAt: daysAgo(days), ...seed })
    await age(db, 'posts', post.id, days)
    return post
  }
  const oldOwnPost: CleanUpGround['oldOwnPost'] = async (seed = {}, days = 200) => {
    const post = await oldPost(seed, ana, days)
    await db.updateTable('posts').set({ is_local: true }).where('id', '=', post.id).execute()
    return post
  }
  const isHere: CleanUpGround['isHere'] = async ({ id }) =>
    (await db.selectFrom('posts').select('id').where('id', '=', id).execute()).length > 0
  return { db, ana, seeds, stranger, oldPost, oldOwnPost, isHere }
}

async function makeIdentity(db: Database, seeds: RemoteSeeds): Promise<Actor> {
  const { id: domainId } = await db
    .insertInto('domains')
    .values({ domain: 'home.example', service_host: 'home.example', is_primary: true })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id } = await seeds.actor('ana', { host: 'home.example' })
  return db
    .updateTable('actors')
    .set({ domain_id: domainId })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** As if the row had come so many days ago. */
export async function age(
  db: Database,
  table: 'posts' | 'actors' | 'hashtags' | 'cards',
  id: string,
  days: number,
): Promise<void> {
  await sql`update ${sql.table(table)} set created_at = ${daysAgo(days)} where id = ${id}`.execute(db)
}
