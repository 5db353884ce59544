/** What ended follows of identities without their doing: kept as numbers, and told once. */
import type { SeveranceEvent } from '../../contracts/notification.ts'
import type { SeveranceKind } from '../../db/notice-tables.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import { publishToStreams } from '../timelines/stream-notices.ts'
import { tellNotifications } from './tell-notifications.ts'

export interface Severance {
  /** The identity whose follows ended. */
  readonly actorId: string
  readonly kind: SeveranceKind
  /** The domain, or `name@domain`. */
  readonly target: string
  readonly followers: number
  readonly following: number
  /** Whoever it was is not kept here any more. */
  readonly isPurged: boolean
}

/** Those by which nothing ended are passed over. */
export async function tellOfSeverances(tx: Transaction, severances: readonly Severance[]): Promise<void> {
  const real = severances.filter(({ followers, following }) => followers + following > 0)
  if (real.length === 0) return
  const rows = await tx
    .insertInto('severances')
    .values(
      real.map((one) => ({
        actor_id: one.actorId,
        kind: one.kind,
        target: one.target,
        followers_count: one.followers,
        following_count: one.following,
        is_purged: one.isPurged,
      })),
    )
    .returning(['id', 'actor_id'])
    .execute()
  const told = await tellNotifications(
    tx,
    rows.map(({ id, actor_id: actorId }) => ({
      actorId,
      kind: 'severed_relationships',
      // It is from nobody, and apps must have somebody: as on other servers, oneself.
      fromActorId: actorId,
      postId: null,
      severanceId: id,
    })),
  )
  await publishToStreams(tx, told)
}

/** By id. */
export async function loadSeverances(
  db: Querier,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SeveranceEvent>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('severances')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return new Map(
    rows.map((row) => [
      row.id,
      {
        id: row.id,
        type: row.kind,
        purged: row.is_purged,
        target_name: row.target,
        followers_count: row.followers_count,
        following_count: row.following_count,
        created_at: row.created_at.toISOString(),
      },
    ]),
  )
}
