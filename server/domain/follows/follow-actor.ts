/** Follows of this home's identities: asking, taking back. Between two identities of the home nothing is sent. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { refuseMoved } from '../moves/refuse-moved.ts'
import type { Home } from '../owner/home.ts'
import { nextId } from '../owner/identities.ts'
import { UNPUBLISHED_DOMAIN, followUri } from '../owner/own-uris.ts'
import { blockedBetween } from '../posts/can-see.ts'
import { tellIdentities } from '../posts/local-effects.ts'
import { countFollows } from './count-follows.ts'
import { followGraph } from './follow-graph.ts'
import { forgetFollowNotices } from './follow-notices.ts'
import { clearUnwanted, leaveTimelineOf, returnTimelineOf } from './timeline-of-follow.ts'

export interface FollowOptions {
  readonly showsBoosts: boolean
  /** A notification for each post of theirs. */
  readonly notifies: boolean
  /** Only posts in these languages; null for all. */
  readonly languages: readonly string[] | null
}

/** States of a follow that stands or is asked for. */
export const LIVING_FOLLOW_STATES = ['unrequested', 'pending_approval', 'accepting', 'accepted'] as const

/**
 * Follows somebody, or changes how they are followed. It shows posts once it is `accepted`: elsewhere by their
 * Accept, here at once, or by the locked identity's own approval.
 * @throws HomebirdError UNPROCESSABLE for following oneself, NOT_FOUND for somebody gone, FORBIDDEN where one blocks the
 *   other, their domain is blocked, or an identity has moved, UNAVAILABLE for somebody elsewhere while the home has no address
 */
export async function followActor(
  tx: Transaction,
  home: Pick<Home, 'origin' | 'isBlockedDomain'>,
  source: Row<'actors'>,
  target: Row<'actors'>,
  options: FollowOptions,
  now: Date,
): Promise<Row<'follows'>> {
  await refuseFollow(tx, home, source, target)
  const known = await tx
    .selectFrom('follows')
    .selectAll()
    .where('source_id', '=', source.id)
    .where('target_id', '=', target.id)
    .forUpdate()
    .executeTakeFirst()
  const columns = {
    shows_boosts: options.showsBoosts,
    notifies: options.notifies,
    languages: options.languages === null ? null : [...options.languages],
  }
  if (known !== undefined && isLiving(known.state)) {
    const changed = await tx
      .updateTable('follows')
      .set(columns)
      .where('id', '=', known.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await clearUnwanted(tx, changed)
    return changed
  }
  // One that ends is replaced: a new Follow after it says all that its Undo would have said.
  if (known !== undefined) await tx.deleteFrom('follows').where('id', '=', known.id).execute()
  const state = bornState(target)
  const id = await nextId(tx)
  const follow = await tx
    .insertInto('follows')
    .values({
      id,
      uri: followUri(home.origin(source.host), id),
      source_id: source.id,
      target_id: target.id,
      ...columns,
      created_at: now,
      accepted_at: state === 'accepted' ? now : null,
      state,
      state_priority: 0,
      state_next_attempt_at: state === 'unrequested' ? sql<Date>`now()` : null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  if (state === 'unrequested') await wakeWorker(tx, 'follows')
  else await settleAtHome(tx, follow, now)
  return follow
}

function isLiving(state: string): boolean {
  return (LIVING_FOLLOW_STATES as readonly string[]).includes(state)
}

/** Nobody has to be asked within the home but the owner of a locked identity, who asked for being asked. */
function bornState(target: Row<'actors'>): 'unrequested' | 'pending_approval' | 'accepted' {
  if (target.domain_id === null) return 'unrequested'
  return target.is_locked ? 'pending_approval' : 'accepted'
}

async function settleAtHome(tx: Transaction, follow: Row<'follows'>, now: Date): Promise<void> {
  if (follow.state === 'accepted') {
    await countFollows(tx, [follow], 1)
    await returnTimelineOf(tx, follow.source_id, follow.target_id, now)
  }
  await tellIdentities(tx, [
    {
      actorId: follow.target_id,
      kind: follow.state === 'accepted' ? 'follow' : 'follow_request',
      fromActorId: follow.source_id,
      postId: null,
    },
  ])
}

async function refuseFollow(
  tx: Transaction,
  home: Pick<Home, 'isBlockedDomain'>,
  source: Row<'actors'>,
  target: Row<'actors'>,
): Promise<void> {
  const who = `actor ${target.uri}`
  refuseMoved(source)
  // Of others their own servers say whether they can be followed still.
  if (target.domain_id !== null) refuseMoved(target)
  if (source.id === target.id) {
    throw new HomebirdError('UNPROCESSABLE', `${who} cannot follow itself`, {
      safe: 'Validation failed: you cannot follow yourself',
    })
  }
  if (target.gone_at !== null || target.suspended_at !== null || target.is_instance_actor) {
    throw new HomebirdError('NOT_FOUND', `${who} is gone`)
  }
  const { rows } = await sql<{ blocked: boolean }>`
    select ${blockedBetween(source.id, sql`${target.id}::bigint`)} as blocked`.execute(tx)
  if (
    rows[0]?.blocked === true ||
    home.isBlockedDomain(target.host) ||
    home.isBlockedDomain(target.handle_domain)
  ) {
    throw new HomebirdError('FORBIDDEN', `${who} and ${source.uri} are apart by a block`)
  }
  if (source.host === UNPUBLISHED_DOMAIN && target.domain_id === null) {
    throw new HomebirdError('UNAVAILABLE', `${who} cannot be followed while the home has no address`, {
      safe: 'This home has no address yet, so nobody elsewhere can answer it. Publish it first.',
    })
  }
}

/**
 * Stops following. The home timeline loses what it has of them at once, and has it again when they are followed again within
 * a day.
 * Without a follow nothing happens.
 */
export async function unfollowActor(
  tx: Transaction,
  source: Pick<Row<'actors'>, 'id'>,
  target: Pick<Row<'actors'>, 'id' | 'domain_id'>,
  now: Date,
): Promise<void> {
  const follow = await tx
    .selectFrom('follows')
    .selectAll()
    .where('source_id', '=', source.id)
    .where('target_id', '=', target.id)
    .where('state', 'in', [...LIVING_FOLLOW_STATES])
    .forUpdate()
    .executeTakeFirst()
  if (follow === undefined) return
  if (follow.state === 'accepted' || follow.state === 'accepting') await countFollows(tx, [follow], -1)
  if (target.domain_id === null) await moveRows(tx, followGraph, [follow.id], 'undone', { priority: 0 })
  else await tx.deleteFrom('follows').where('id', '=', follow.id).execute()
  await forgetFollowNotices(tx, follow, ['follow', 'follow_request'])
  await leaveTimelineOf(tx, source.id, target.id, now)
}
