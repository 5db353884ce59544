/** Whose origin may be asked about them: nobody who is gone, and nobody who blocks or is blocked (rule 28). */
import { type SqlBool, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Home } from '../owner/home.ts'
import type { Actor } from './actor.ts'

/** For rows of `actors`: somebody elsewhere, and no block in either direction. The domain is for `Home` to know. */
export const IS_ASKABLE = sql<SqlBool>`(
  actors.domain_id is null and actors.gone_at is null and actors.suspended_at is null
  and not exists (select from blocks
                   where actors.id in (blocks.source_id, blocks.target_id) and not blocks.is_mute
                     and blocks.state not in ('undone', 'undone_sent')))`

export async function findAskableActor(
  db: Querier,
  home: Pick<Home, 'isBlockedDomain'>,
  id: string,
): Promise<Actor | undefined> {
  const actor = await db
    .selectFrom('actors')
    .selectAll()
    .where('id', '=', id)
    .where(IS_ASKABLE)
    .executeTakeFirst()
  if (actor === undefined || home.isBlockedDomain(actor.host) || home.isBlockedDomain(actor.handle_domain)) {
    return undefined
  }
  return actor
}
