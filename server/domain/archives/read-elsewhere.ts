/**
 * Nobody elsewhere is sent what was brought along, so nobody has a copy until some server asks for it: an own boost, an
 * answer or a pin leads there, or a list of the author's posts. From then on its edits and its deletion are told to
 * everybody who is told of other posts; before that they are told to nobody.
 */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

type Post = Pick<Row<'posts'>, 'id' | 'imported_from'>

/** They are about to be given to another server. */
export async function noteReads(db: Querier, posts: readonly Post[]): Promise<void> {
  const ids = posts.filter((post) => post.imported_from !== null).map(({ id }) => id)
  if (ids.length === 0) return
  await sql`
    insert into imported_reads (post_id) select unnest(${ids}::bigint[]) on conflict do nothing`.execute(db)
}

/** Whether no other server can have a copy of it. */
export async function isUnheardOf(db: Querier, { id, imported_from: from }: Post): Promise<boolean> {
  if (from === null) return false
  const read = await db
    .selectFrom('imported_reads')
    .select('post_id')
    .where('post_id', '=', id)
    .executeTakeFirst()
  return read === undefined
}
