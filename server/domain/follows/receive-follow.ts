/** Follows of this home's identities by somebody elsewhere: asked for, taken back, ended by a block. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import type { ActorReference } from '../actors/actor.ts'
import { countFollows } from './count-follows.ts'
import { forgetFollowNotices, forgetReadFollowNotice } from './follow-notices.ts'
import { clearTimelineOf } from './timeline-of-follow.ts'

export interface IncomingFollow {
  /** Of the Follow, on its actor's origin; the answer names it. */
  readonly uri: string
  readonly source: Pick<ActorReference, 'id'>
  readonly target: Pick<ActorReference, 'id' | 'is_locked'>
  /** The target wants nothing of the source, or lives elsewhere now. */
  readonly isRefused: boolean
}

/**
 * `accepted` and `asked` are new to the owner; `repeated` is answered anew, since whoever follows twice has lost the first
 * answer; `taken` is the id of another follow.
 */
export type FollowReception = 'accepted' | 'asked' | 'repeated' | 'refused' | 'taken'

/** Stores the follow in the state that has the worker answer it. */
export async function receiveFollow(tx: Transaction, incoming: IncomingFollow): Promise<FollowReception> {
  const { source, target, uri, isRefused } = incoming
  const { rows } = await sql<Pick<Row<'follows'>, 'state'>>`
    delete from follows where source_id = ${source.id} and target_id = ${target.id} returning state`.execute(
    tx,
  )
  const former = rows[0]?.state
  const wasCounted = former === 'accepted' || former === 'accepting'
  const state = isRefused ? 'rejecting' : target.is_locked && !wasCounted ? 'pending_approval' : 'accepting'
  const isAutomatic = state !== 'pending_approval'
  const { rows: stored } = await sql<{ wasThere: boolean }>`
    insert into follows (uri, source_id, target_id, accepted_at, state, state_priority, state_next_attempt_at)
    select ${uri}, ${source.id}, ${target.id}, ${state === 'accepting' ? sql`now()` : sql`null::timestamptz`}, ${state}, 1,
           ${isAutomatic ? sql`now()` : sql`null::timestamptz`}
     where not exists (select from follows where uri = ${uri})
        -- Another of the same two may come at the same moment: the later one counts, as it does otherwise.
        on conflict (source_id, target_id) do update
       set uri = excluded.uri, accepted_at = excluded.accepted_at, state = excluded.state, state_changed_at = now(),
           state_next_attempt_at = excluded.state_next_attempt_at, state_lock_token = null, state_locked_until = null
    returning xmax <> 0 as "wasThere"`.execute(tx)
  const wasJustMade = stored[0]?.wasThere === true
  const pair = { source_id: source.id, target_id: target.id }
  const isCounted = stored.length > 0 && state === 'accepting'
  if (wasCounted && !isCounted) await countFollows(tx, [pair], -1)
  if (!wasCounted && isCounted && !wasJustMade) await countFollows(tx, [pair], 1)
  if (stored.length === 0) return 'taken'
  if (isAutomatic) await wakeWorker(tx, 'follows')
  if (isRefused) return 'refused'
  if (wasCounted || wasJustMade || former === state) return 'repeated'
  return state === 'accepting' ? 'accepted' : 'asked'
}

type FollowRow = Pick<Row<'follows'>, 'id' | 'source_id' | 'target_id' | 'state'>

/** Somebody elsewhere no longer follows, or no longer asks. */
export async function withdrawFollow(tx: Transaction, follow: FollowRow): Promise<void> {
  await tx.deleteFrom('follows').where('id', '=', follow.id).execute()
  if (follow.state === 'accepted' || follow.state === 'accepting') await countFollows(tx, [follow], -1)
  await forgetFollowNotices(tx, follow, ['follow_request'])
  await forgetReadFollowNotice(tx, follow)
}

/** Nothing follows between an identity and somebody who blocks it; what it had of them leaves its timeline. */
export async function endFollowsBetween(tx: Transaction, identityId: string, actorId: string): Promise<void> {
  const { rows } = await sql<FollowRow>`
    delete from follows
     where (source_id = ${identityId} and target_id = ${actorId}) or (source_id = ${actorId} and target_id = ${identityId})
    returning id, source_id, target_id, state`.execute(tx)
  const counted = rows.filter(({ state }) => state === 'accepted' || state === 'accepting')
  await countFollows(tx, counted, -1)
  for (const follow of rows) await forgetFollowNotices(tx, follow, ['follow', 'follow_request'])
  await clearTimelineOf(tx, identityId, actorId)
}
