/** What a home timeline has of one author. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { publishToStreams } from '../timelines/stream-notices.ts'

/** Takes out what the author wrote or boosted; with `alsoBoosted` what others boosted of the author too. */
export async function clearTimelineOf(
  tx: Transaction,
  identityId: string,
  authorId: string,
  options: { readonly alsoBoosted?: boolean } = {},
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    delete from timeline_entries as entry
     using posts left join posts as boosted on boosted.id = posts.boost_of_id
     where entry.actor_id = ${identityId} and posts.id = entry.post_id
       and (posts.author_id = ${authorId}
            or (${options.alsoBoosted === true} and boosted.author_id = ${authorId}))
    returning posts.id`.execute(tx)
  await publishToStreams(
    tx,
    rows.map(({ id }) => ({ actorId: identityId, event: 'delete', id })),
  )
}
