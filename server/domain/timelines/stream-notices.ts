/** Tells open streams what changed, with the ids alone: every process that serves a stream loads what it shows. */
import { sql } from 'kysely'
import {
  type StreamEventName,
  type StreamSignal,
  signalNotice,
  streamNotices,
} from '../../contracts/stream-event.ts'
import type { Querier } from '../../db/pool.ts'
import { notify } from '../../db/transaction.ts'

export interface StreamChange {
  /** The identity whose stream it is. */
  readonly actorId: string
  readonly event: StreamEventName
  readonly id: string
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
  const payloads = [...ids.values()].flatMap((group) =>
    streamNotices(group.change.actorId, group.change.event, group.ids),
  )
  await sql`select pg_notify('stream', payload) from unnest(${payloads}::text[]) as payload`.execute(db)
}

/** Tells the streams of one identity that something changed which they read anew. */
export async function publishSignal(db: Querier, actorId: string, event: StreamSignal): Promise<void> {
  await notify(db, 'stream', signalNotice(actorId, event))
}
