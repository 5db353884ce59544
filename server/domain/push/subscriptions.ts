/** Push subscriptions: one for each token or session of a window, made by its app or window, gone with it. */
import type { PushAlert, PushPolicy, WebPushSubscription } from '../../contracts/push.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export type PushSubscriptionRow = Row<'push_subscriptions'>

export type PushAlerts = Readonly<Partial<Record<PushAlert, boolean>>>

/** Whose subscription it is: of a token, or of the owner's session. */
export type PushHolder =
  | { readonly tokenId: string; readonly sealedToken: Buffer }
  | { readonly sessionId: string }

export type PushHolderName = { readonly tokenId: string } | { readonly sessionId: string }

export interface PushSubscriptionDraft {
  readonly holder: PushHolder
  readonly actorId: string
  readonly endpoint: string
  readonly host: string
  readonly p256dh: Buffer
  readonly auth: Buffer
  readonly isStandard: boolean
  readonly alerts: PushAlerts
  readonly policy: PushPolicy
}

/** In place of the one that the holder had, with all that was on its way there; of two at once the later stays. */
export async function replaceSubscription(
  tx: Transaction,
  draft: PushSubscriptionDraft,
  now: Date,
): Promise<PushSubscriptionRow> {
  const { holder } = draft
  await lockHolder(tx, holder)
  await removeSubscription(tx, holder)
  return tx
    .insertInto('push_subscriptions')
    .values({
      ...('tokenId' in holder
        ? { token_id: holder.tokenId, sealed_token: holder.sealedToken }
        : { session_id: holder.sessionId }),
      actor_id: draft.actorId,
      endpoint: draft.endpoint,
      host: draft.host,
      p256dh: draft.p256dh,
      auth: draft.auth,
      is_standard: draft.isStandard,
      alerts: JSON.stringify(draft.alerts),
      policy: draft.policy,
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function lockHolder(tx: Transaction, holder: PushHolderName): Promise<void> {
  await (
    'tokenId' in holder
      ? tx.selectFrom('oauth_tokens').select('id').where('id', '=', holder.tokenId)
      : tx.selectFrom('owner_sessions').select('public_id').where('public_id', '=', holder.sessionId)
  )
    .forNoKeyUpdate()
    .execute()
}

/** The column that names the holder, and its value. */
function keyOf(holder: PushHolderName): {
  readonly column: 'token_id' | 'session_id'
  readonly value: string
} {
  return 'tokenId' in holder
    ? { column: 'token_id', value: holder.tokenId }
    : { column: 'session_id', value: holder.sessionId }
}

export async function findSubscription(
  db: Querier,
  holder: PushHolderName,
): Promise<PushSubscriptionRow | undefined> {
  const { column, value } = keyOf(holder)
  return db.selectFrom('push_subscriptions').selectAll().where(column, '=', value).executeTakeFirst()
}

/** What is not given stays. @returns undefined where the holder has none */
export async function changeSubscription(
  db: Querier,
  holder: PushHolderName,
  change: { readonly alerts?: PushAlerts | undefined; readonly policy?: PushPolicy | undefined },
): Promise<PushSubscriptionRow | undefined> {
  const { alerts, policy } = change
  if (alerts === undefined && policy === undefined) return findSubscription(db, holder)
  const { column, value } = keyOf(holder)
  return db
    .updateTable('push_subscriptions')
    .set({
      ...(alerts === undefined ? {} : { alerts: JSON.stringify(alerts) }),
      ...(policy === undefined ? {} : { policy }),
    })
    .where(column, '=', value)
    .returningAll()
    .executeTakeFirst()
}

export async function removeSubscription(db: Querier, holder: PushHolderName): Promise<void> {
  const { column, value } = keyOf(holder)
  await db.deleteFrom('push_subscriptions').where(column, '=', value).execute()
}

/** Several apps cannot read an answer without these. */
const ALWAYS_SAID: PushAlerts = {
  follow: false,
  favourite: false,
  reblog: false,
  mention: false,
  poll: false,
}

export function subscriptionEntity(row: PushSubscriptionRow, serverKey: string): WebPushSubscription {
  return {
    id: Number(row.id),
    endpoint: row.endpoint,
    standard: row.is_standard,
    alerts: { ...ALWAYS_SAID, ...row.alerts },
    policy: row.policy,
    server_key: serverKey,
  }
}
