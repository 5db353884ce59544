/** Push subscriptions: one for each token, made by its app, gone with it. */
import type { PushAlert, PushPolicy, WebPushSubscription } from '../../contracts/push.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'

export type PushSubscriptionRow = Row<'push_subscriptions'>

export type PushAlerts = Readonly<Partial<Record<PushAlert, boolean>>>

export interface PushSubscriptionDraft {
  readonly tokenId: string
  readonly actorId: string
  readonly endpoint: string
  readonly host: string
  readonly p256dh: Buffer
  readonly auth: Buffer
  readonly isStandard: boolean
  readonly alerts: PushAlerts
  readonly policy: PushPolicy
  readonly sealedToken: Buffer
}

/** In place of the one that the token had, with all that was on its way there; of two at once the later stays. */
export async function replaceSubscription(
  tx: Transaction,
  draft: PushSubscriptionDraft,
  now: Date,
): Promise<PushSubscriptionRow> {
  await tx.selectFrom('oauth_tokens').select('id').where('id', '=', draft.tokenId).forNoKeyUpdate().execute()
  await removeSubscription(tx, draft.tokenId)
  return tx
    .insertInto('push_subscriptions')
    .values({
      token_id: draft.tokenId,
      actor_id: draft.actorId,
      endpoint: draft.endpoint,
      host: draft.host,
      p256dh: draft.p256dh,
      auth: draft.auth,
      is_standard: draft.isStandard,
      alerts: JSON.stringify(draft.alerts),
      policy: draft.policy,
      sealed_token: draft.sealedToken,
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function findSubscription(
  db: Querier,
  tokenId: string,
): Promise<PushSubscriptionRow | undefined> {
  return db.selectFrom('push_subscriptions').selectAll().where('token_id', '=', tokenId).executeTakeFirst()
}

/** What is not given stays. @returns undefined where the token has none */
export async function changeSubscription(
  db: Querier,
  tokenId: string,
  change: { readonly alerts?: PushAlerts | undefined; readonly policy?: PushPolicy | undefined },
): Promise<PushSubscriptionRow | undefined> {
  const { alerts, policy } = change
  if (alerts === undefined && policy === undefined) return findSubscription(db, tokenId)
  return db
    .updateTable('push_subscriptions')
    .set({
      ...(alerts === undefined ? {} : { alerts: JSON.stringify(alerts) }),
      ...(policy === undefined ? {} : { policy }),
    })
    .where('token_id', '=', tokenId)
    .returningAll()
    .executeTakeFirst()
}

export async function removeSubscription(db: Querier, tokenId: string): Promise<void> {
  await db.deleteFrom('push_subscriptions').where('token_id', '=', tokenId).execute()
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
