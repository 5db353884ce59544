/** What a home timeline has of one author. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
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

/** Takes out what a follow that was changed does not want any more: boosts, and posts in other languages. */
export async function clearUnwanted(
  tx: Transaction,
  follow: Pick<Row<'follows'>, 'source_id' | 'target_id' | 'shows_boosts' | 'languages'>,
): Promise<void> {
  if (follow.shows_boosts && follow.languages === null) return
  const { rows } = await sql<{ id: string }>`
    delete from timeline_entries as entry
     using posts left join posts as boosted on boosted.id = posts.boost_of_id
     where entry.actor_id = ${follow.source_id} and posts.id = entry.post_id and posts.author_id = ${follow.target_id}
       and ((not ${follow.shows_boosts} and posts.boost_of_id is not null)
            or coalesce(boosted.language, posts.language) <> all(${follow.languages}::text[]))
    returning posts.id`.execute(tx)
  await publishToStreams(
    tx,
    rows.map(({ id }) => ({ actorId: follow.source_id, event: 'delete', id })),
  )
}
