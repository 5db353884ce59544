/** Single reactions, for what tells of them: any number with one statement. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { type ReactionGroup, SHOWN_EMOJI_URL } from './reaction-entities.ts'

/** @returns by id of the row; each a group of one, and none of it the viewer's */
export async function loadReactions(
  db: Querier,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ReactionGroup>> {
  if (ids.length === 0) return new Map()
  const { rows } = await sql<
    Pick<ReactionGroup, 'emoji' | 'emojiId' | 'url'> & { id: string; actor_id: string }
  >`
    select interactions.id, interactions.actor_id, interactions.emoji, emojis.id as "emojiId", ${SHOWN_EMOJI_URL} as url
      from interactions left join emojis on emojis.id = interactions.emoji_id
     where interactions.id = any(${ids}::bigint[]) and interactions.emoji is not null`.execute(db)
  return new Map(
    rows.map(({ id, actor_id: actorId, ...reaction }) => [
      id,
      { ...reaction, count: 1, me: false, accounts: [actorId] },
    ]),
  )
}
