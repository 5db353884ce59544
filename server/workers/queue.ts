/** How handlers queue what `activitypub` makes. */
import type { Transaction } from '../db/pool.ts'
import { HomebirdError } from '../core/errors.ts'
import type { JsonObject } from '../activitypub/json.ts'
import { type QueuedActivity, queueActivity } from '../domain/fan-outs/queue-activity.ts'

interface Queued extends Omit<QueuedActivity, 'activity'> {
  readonly activity: JsonObject
}

/** @throws HomebirdError INTERNAL for an activity without id or type */
export async function queue(tx: Transaction, { activity, ...rest }: Queued): Promise<void> {
  const { id, type } = activity
  if (typeof id !== 'string' || typeof type !== 'string') {
    throw new HomebirdError('INTERNAL', `an activity of actor ${rest.signer.id} has no id or no type`)
  }
  await queueActivity(tx, { ...rest, activity: { ...activity, id, type } })
}
