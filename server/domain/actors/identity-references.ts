/** The identities, and those who send them something, as activities refer to them. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { ACTOR_REFERENCE, type ActorReference } from './actor.ts'

/** Actors by URI and all local ones, in one statement. */
export async function listActorsAndIdentities(
  db: Querier,
  uris: Iterable<string>,
): Promise<ActorReference[]> {
  return db
    .selectFrom('actors')
    .select([...ACTOR_REFERENCE])
    .where((where) =>
      where.or([
        where('uri', '=', sql<string>`any(${[...new Set(uris)]}::text[])`),
        where('domain_id', 'is not', null),
      ]),
    )
    .orderBy('id')
    .execute()
}

/** One that can be written to: the instance actor is none, and one that was removed is none any more. */
export function isIdentity(actor: ActorReference): boolean {
  return actor.is_local && !actor.is_instance_actor && actor.gone_at === null
}
