/** Keeps what was read of a linked page, tells who has posts with it before their eyes, and knows which cards are in use. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { queueForIndex } from '../search/index-posts.ts'
import { type StreamChange, inOpenStreams, publishToStreams } from '../timelines/stream-notices.ts'
import type { Preview } from './preview.ts'

/** Posts with one card that open streams are told of; the others show it when they are read the next time. */
const MOST_TOLD = 40

/** Only the first reading is told: a page that is a little different later is no news. */
export async function recordPreview(
  tx: Transaction,
  card: Pick<Row<'cards'>, 'id' | 'fetched_at'>,
  preview: Preview,
  now: Date,
): Promise<void> {
  await tx
    .updateTable('cards')
    .set({ ...preview, fetched_at: now })
    .where('id', '=', card.id)
    .execute()
  if (card.fetched_at !== null) return
  await queueForIndex(tx, sql`select post_id from post_cards where card_id = ${card.id}`)
  const { rows } = await sql<{ actorId: string; id: string }>`
    with carded as (select post_id from post_cards where card_id = ${card.id})
    select actor_id as "actorId", post_id as id from timeline_entries
     where post_id in (select post_id from carded
                       union all
                       select posts.id from posts join carded on posts.boost_of_id = carded.post_id)
     order by post_id desc limit ${MOST_TOLD}`.execute(tx)
  await publishToStreams(
    tx,
    rows
      .map(({ actorId, id }): StreamChange => ({ actorId, event: 'status.update', id }))
      .concat(inOpenStreams('status.update', new Set(rows.map(({ id }) => id)))),
  )
}

/** Those of the cards that some post has. */
export async function usedCards(db: Querier, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ card_id: string }>`
    select distinct card_id from post_cards where card_id = any(${ids}::bigint[])`.execute(db)
  return new Set(rows.map((row) => row.card_id))
}
