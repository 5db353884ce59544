/** Makes follows of one actor what the actor's own list says, once it was read. */
import type { Database, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { findOwnFollows, followAccepted, followRejected } from './answered-follow.ts'

type Identity = Pick<Row<'actors'>, 'id' | 'uri' | 'host'>

/** What there was before the list was read. */
export interface FollowsBefore {
  readonly identities: readonly Identity[]
  /** Ids of follows that were accepted: a newer one may be missing in the list for no other reason than its age. */
  readonly acceptedIds: ReadonlySet<string>
}

/** @param host  ours: identities elsewhere are on another list */
export async function readFollowsBefore(db: Database, actorId: string, host: string): Promise<FollowsBefore> {
  const identities = await db
    .selectFrom('actors')
    .select(['id', 'uri', 'host'])
    .where('is_local', '=', true)
    .where('is_instance_actor', '=', false)
    .where('gone_at', 'is', null)
    .where('host', '=', host)
    .execute()
  const follows = await db
    .selectFrom('follows')
    .innerJoin('actors', 'actors.id', 'follows.source_id')
    .select('follows.id')
    .where('follows.target_id', '=', actorId)
    .where('follows.state', '=', 'accepted')
    .where('actors.is_local', '=', true)
    .where('actors.host', '=', host)
    .execute()
  return { identities, acceptedIds: new Set(follows.map(({ id }) => id)) }
}

/**
 * Ends follows that the list does not know, takes those that wait for an answer as accepted where it knows them.
 * @param listed  addresses in the actor's list
 * @returns identities that are listed and do not follow: the actor has to be told
 */
export async function settleFollows(
  tx: Transaction,
  actorId: string,
  before: FollowsBefore,
  listed: ReadonlySet<string>,
  now: Date,
): Promise<Identity[]> {
  const follows = await findOwnFollows(tx, actorId)
  const unknown: Identity[] = []
  for (const identity of before.identities) {
    const follow = follows.find((one) => one.source_id === identity.id)
    const isListed = listed.has(identity.uri)
    if (follow === undefined) {
      if (isListed) unknown.push(identity)
    } else if (isListed) await followAccepted(tx, follow, now)
    else if (follow.state === 'accepted' && before.acceptedIds.has(follow.id))
      await followRejected(tx, follow)
  }
  return unknown
}
