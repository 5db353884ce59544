/** The identities as activities refer to them. */
import type { Querier } from '../../db/pool.ts'
import { ACTOR_REFERENCE, type ActorReference } from './actor.ts'

/** Those that are not gone; the instance actor is none of them. */
export async function listIdentityReferences(db: Querier): Promise<ActorReference[]> {
  return db
    .selectFrom('actors')
    .select([...ACTOR_REFERENCE])
    .where('domain_id', 'is not', null)
    .where('is_instance_actor', '=', false)
    .where('gone_at', 'is', null)
    .orderBy('id')
    .execute()
}
