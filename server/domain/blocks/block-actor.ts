/** Blocks and mutes by identities of this home. Both take effect in the transaction that writes them. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { notify, wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { rejectFollow } from '../follows/answer-follow.ts'
import { LIVING_FOLLOW_STATES, unfollowActor } from '../follows/follow-actor.ts'
import { clearTimelineOf, hideTimelineOf } from '../follows/timeline-of-follow.ts'
import type { Home } from '../owner/home.ts'
import { nextId } from '../owner/identities.ts'
import { blockUri } from '../owner/own-uris.ts'
import { blockGraph } from './block-graph.ts'

type Identity = Pick<Row<'actors'>, 'id' | 'host'>
type Target = Pick<Row<'actors'>, 'id' | 'domain_id'>

export interface MuteOptions {
  readonly hidesNotifications: boolean
  /** Null for a mute without end. */
  readonly expiresAt: Date | null
}

/**
 * Blocks somebody: follows end in both directions, what they wrote and told goes from timelines and notifications, and Stator
 * sends the Block where they are elsewhere, unless the identity keeps its blocks to itself. A second block is the first.
 * @throws HomebirdError UNPROCESSABLE for blocking oneself
 */
export async function blockActor(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  source: Identity,
  target: Target,
  now: Date,
): Promise<Row<'blocks'>> {
  const block = await insertBlock(tx, home, source, target, {
    isMute: false,
    hidesNotifications: true,
    expiresAt: null,
    now,
  })
  await unfollowActor(tx, source, target, now)
  await endTheirFollow(tx, source, target)
  await clearTimelineOf(tx, source.id, target.id, { alsoBoosted: true })
  await tx
    .deleteFrom('notifications')
    .where('actor_id', '=', source.id)
    .where('from_actor_id', '=', target.id)
    .execute()
  await notify(tx, 'changed', 'blocks')
  return block
}

/** Without a block nothing happens. Follows do not come back. */
export async function unblockActor(tx: Transaction, source: Identity, target: Target): Promise<void> {
  await endBlock(tx, source, target, false)
}

/**
 * Mutes somebody, or changes the mute: their posts and boosts leave the home timeline until it ends. Nobody is told.
 * @throws HomebirdError UNPROCESSABLE for muting oneself
 */
export async function muteActor(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  source: Identity,
  target: Target,
  options: MuteOptions,
  now: Date,
): Promise<Row<'blocks'>> {
  const mute = await insertBlock(tx, home, source, target, { isMute: true, ...options, now })
  await hideTimelineOf(tx, source.id, target.id)
  if (options.hidesNotifications) {
    await tx
      .deleteFrom('notifications')
      .where('actor_id', '=', source.id)
      .where('from_actor_id', '=', target.id)
      .execute()
  }
  await notify(tx, 'changed', 'blocks')
  return mute
}

export async function unmuteActor(tx: Transaction, source: Identity, target: Target): Promise<void> {
  await endBlock(tx, source, target, true)
}

interface BlockParts extends MuteOptions {
  readonly isMute: boolean
  readonly now: Date
}

async function insertBlock(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  source: Identity,
  target: Target,
  parts: BlockParts,
): Promise<Row<'blocks'>> {
  if (source.id === target.id) {
    throw new HomebirdError('UNPROCESSABLE', `actor ${source.id} cannot block or mute itself`, {
      safe: 'Validation failed: you cannot do this to yourself',
    })
  }
  // One that ends is replaced: what it had still to tell is no longer so.
  await tx
    .deleteFrom('blocks')
    .where('source_id', '=', source.id)
    .where('target_id', '=', target.id)
    .where('is_mute', '=', parts.isMute)
    .where('state', 'in', ['undone', 'undone_sent'])
    .execute()
  const id = await nextId(tx)
  const { rows } = await sql<Row<'blocks'> & { is_new: boolean }>`
    insert into blocks (id, uri, source_id, target_id, is_mute, hides_notifications, expires_at, created_at, is_private)
    values (${id}, ${blockUri(home.origin(source.host), id)}, ${source.id}, ${target.id}, ${parts.isMute},
            ${parts.hidesNotifications}, ${parts.expiresAt}, ${parts.now},
            (select keeps_blocks_private from actors where id = ${source.id}))
        on conflict (source_id, target_id, is_mute) do update
       set hides_notifications = excluded.hides_notifications, expires_at = excluded.expires_at
    returning *, (xmax = 0) as is_new`.execute(tx)
  const [block] = rows
  if (block === undefined) throw new HomebirdError('INTERNAL', 'a block was neither written nor found')
  // A mute that was without end and has one now, or another one, is planned anew.
  if (!block.is_new && parts.isMute) await moveRows(tx, blockGraph, [block.id], 'new')
  await wakeWorker(tx, 'blocks')
  return block
}

async function endTheirFollow(tx: Transaction, source: Identity, target: Target): Promise<void> {
  const follow = await tx
    .selectFrom('follows')
    .select('id')
    .where('source_id', '=', target.id)
    .where('target_id', '=', source.id)
    .where('state', 'in', [...LIVING_FOLLOW_STATES])
    .executeTakeFirst()
  if (follow !== undefined) await rejectFollow(tx, follow)
}

async function endBlock(tx: Transaction, source: Identity, target: Target, isMute: boolean): Promise<void> {
  const block = await tx
    .selectFrom('blocks')
    .select('id')
    .where('source_id', '=', source.id)
    .where('target_id', '=', target.id)
    .where('is_mute', '=', isMute)
    .executeTakeFirst()
  if (block === undefined) return
  await moveRows(tx, blockGraph, [block.id], 'undone', { priority: 0 })
  await notify(tx, 'changed', 'blocks')
}
