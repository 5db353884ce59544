/** The tables of web push, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { PushPolicy } from '../contracts/push.ts'
import type { Json, Moment, NullableMoment, StateColumns } from './column-types.ts'

interface PushSubscriptionsTable {
  id: Generated<string>
  /** Of an app; null for a window. */
  token_id: string | null
  /** Of the owner's session in a browser; null for an app. */
  session_id: string | null
  actor_id: string
  endpoint: string
  host: string
  p256dh: Buffer
  auth: Buffer
  is_standard: Generated<boolean>
  alerts: Json<Readonly<Record<string, boolean>>>
  policy: Generated<PushPolicy>
  sealed_token: Buffer | null
  created_at: Moment
  failures: Generated<number>
  retry_at: NullableMoment
  refused_since: NullableMoment
}

interface PushDeliveriesTable extends StateColumns {
  id: Generated<string>
  subscription_id: string
  notification_id: string
  host: string
}

export interface PushTables {
  push_subscriptions: PushSubscriptionsTable
  push_deliveries: PushDeliveriesTable
}
