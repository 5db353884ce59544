/**
 * Nobody elsewhere is sent what was brought along, so nobody has a copy until some server asks for it: an own boost, an
 * answer or a pin leads there, or a list of the author's posts. From then on its edits and its deletion are told to
 * everybody who is told of other posts; before that they are told to nobody.
 */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { isDiskFull, isReadOnly } from '../../db/transaction.ts'

type Post = Pick<Row<'posts'>, 'id' | 'imported_from'>

/** As long as other servers are asked to wait while the disk is full. @see security rule 115 */
const COME_AGAIN_SECONDS = 300

/**
 * They are about to be given to another server. What was given before is not written again.
 * @throws HomebirdError UNAVAILABLE where nothing can be written now: a copy that nobody knows of would stay for ever
 */
export async function noteReads(db: Querier, posts: readonly Post[]): Promise<void> {
  const ids = posts.filter((post) => post.imported_from !== null).map(({ id }) => id)
  if (ids.length === 0) return
  const { rows: fresh } = await sql<{ id: string }>`
    select asked.id from unnest(${ids}::bigint[]) as asked (id)
     where not exists (select from imported_reads where post_id = asked.id)`.execute(db)
  if (fresh.length === 0) return
  try {
    await sql`
      insert into imported_reads (post_id) select unnest(${fresh.map(({ id }) => id)}::bigint[])
          on conflict do nothing`.execute(db)
  } catch (error) {
    if (!isDiskFull(error) && !isReadOnly(error)) throw error
    throw new HomebirdError('UNAVAILABLE', 'nothing can be written now, so that a first reading waits', {
      cause: error,
      details: { retryAfterSeconds: COME_AGAIN_SECONDS },
    })
  }
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
