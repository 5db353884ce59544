/** Tells open streams what changed, with the ids alone: every process that serves a stream loads what it shows. */
import { sql } from 'kysely'
import {
  EVERYBODY,
  type StreamEventName,
  type StreamSignal,
  signalNotice,
  streamNotices,
} from '../../contracts/stream-event.ts'
import type { Querier } from '../../db/pool.ts'

export interface StreamChange {
  /** The identity whose stream it is, or EVERYBODY. */
  readonly actorId: string
  readonly event: StreamEventName
  readonly id: string
}

/** The same for the streams of public posts, hashtags and lists: to be told of posts whether or not they are in a home timeline. */
export function inOpenStreams(
  event: 'update' | 'status.update' | 'delete',
  postIds: Iterable<string>,
): StreamChange[] {
  return [...postIds].map((id) => ({ actorId: EVERYBODY, event, id }))
}

/** One statement for any number of changes; delivered when the transaction commits. */
export async function publishToStreams(db: Querier, changes: readonly StreamChange[]): Promise<void> {
  if (changes.length === 0) return
  const ids = new Map<string, { change: StreamChange; ids: string[] }>()
  for (const change of changes) {
    const key = `${change.actorId} ${change.event}`
    const group = ids.get(key) ?? { change, ids: [] }
    group.ids.push(change.id)
    ids.set(key, group)
  }
  await publish(
    db,
    [...ids.values()].flatMap((group) => streamNotices(group.change.actorId, group.change.event, group.ids)),
  )
}

/** Tells the streams of one identity that something changed which they read anew. */
export async function publishSignal(db: Querier, actorId: string, event: StreamSignal): Promise<void> {
  await publish(db, [signalNotice(actorId, event)])
}

async function publish(db: Querier, notices: readonly string[]): Promise<void> {
  await sql`
    select pg_notify('stream', next_id() || ' ' || notice) from unnest(${[...notices]}::text[]) as notice`.execute(
    db,
  )
}
