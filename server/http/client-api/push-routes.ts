/**
 * Where an app or a window wants to be told of notifications: one subscription for each token and each session of the owner,
 * which ends with it.
 */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { PUSH_ALERTS, PUSH_POLICIES, type WebPushSubscription } from '../../contracts/push.ts'
import { HomebirdError } from '../../core/errors.ts'
import { inTransaction } from '../../db/transaction.ts'
import { isReceiver } from '../../domain/push/encrypt-push.ts'
import { sealToken } from '../../domain/push/sealed-token.ts'
import {
  type PushAlerts,
  type PushHolder,
  type PushHolderName,
  type PushSubscriptionRow,
  changeSubscription,
  findSubscription,
  removeSubscription,
  replaceSubscription,
  subscriptionEntity,
} from '../../domain/push/subscriptions.ts'
import { type RemoteUrl, findRemoteUrl } from '../../net/origin.ts'
import { actorIdOf, bearerToken, forUser } from './access.ts'
import type { Api, ApiApp } from './api.ts'

const Alerts = Type.Object(
  Object.fromEntries(
    // The name that Pleroma's apps know.
    [...PUSH_ALERTS, 'pleroma:emoji_reaction'].map((kind) => [kind, Type.Optional(Type.Boolean())]),
  ),
)
const Policy = Type.Optional(Type.Union(PUSH_POLICIES.map((policy) => Type.Literal(policy))))
const Data = Type.Optional(Type.Object({ alerts: Type.Optional(Alerts), policy: Policy }))

const Key = Type.String({ maxLength: 200 })
const NewSubscription = Type.Object({
  subscription: Type.Object({
    endpoint: Type.String({ maxLength: 2_048 }),
    standard: Type.Optional(Type.Boolean()),
    keys: Type.Object({ p256dh: Key, auth: Key }),
  }),
  data: Data,
  policy: Policy,
})
/** The policy stands within the data or beside it: both are documented. */
const Change = Type.Object({ data: Data, policy: Policy })

export function pushRoutes(api: Api): FastifyPluginAsync {
  const { db } = api.context
  const path = '/push/subscription'
  const answer = (row: PushSubscriptionRow | undefined): WebPushSubscription => {
    if (row === undefined)
      throw new HomebirdError('NOT_FOUND', 'the token or session has no push subscription')
    return subscriptionEntity(row, api.vapid.publicKey)
  }
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.post(path, { ...forUser('push'), schema: { body: NewSubscription } }, async (request) =>
      answer(await subscribe(api, request, request.body)),
    )
    app.get(path, forUser('push'), async (request) => answer(await findSubscription(db, holderOf(request))))
    app.put(path, { ...forUser('push'), schema: { body: Change } }, async (request) => {
      const { data, policy } = request.body
      const change = { alerts: alertsFrom(data?.alerts), policy: data?.policy ?? policy }
      return answer(await changeSubscription(db, holderOf(request), change))
    })
    app.delete(path, forUser('push'), async (request) => {
      await removeSubscription(db, holderOf(request))
      return {}
    })
  }
}

async function subscribe(
  api: Api,
  request: FastifyRequest,
  form: Static<typeof NewSubscription>,
): Promise<PushSubscriptionRow> {
  const { endpoint, keys, standard } = form.subscription
  const url = endpointOf(api, endpoint)
  const receiver = { p256dh: Buffer.from(keys.p256dh, 'base64'), auth: Buffer.from(keys.auth, 'base64') }
  if (!isReceiver(receiver)) throw refused('Key p256dh or auth is not a valid public key')
  const draft = {
    ...receiver,
    holder: sealed(api, request),
    actorId: actorIdOf(request),
    endpoint: url.href,
    host: url.host,
    isStandard: standard ?? false,
    alerts: alertsFrom(form.data?.alerts) ?? {},
    policy: form.data?.policy ?? form.policy ?? 'all',
  } as const
  return inTransaction(api.context.db, async (tx) => replaceSubscription(tx, draft, api.now()))
}

/** Whether its address is public is looked at with each push, when it is resolved. */
function endpointOf(api: Api, endpoint: string): RemoteUrl {
  const url = findRemoteUrl(endpoint)
  if (url === undefined || api.context.home.isOwnHost(url.host)) throw refused('Endpoint is not a valid URL')
  return url
}

function alertsFrom(
  given: Readonly<Record<string, boolean | undefined>> | undefined,
): PushAlerts | undefined {
  if (given === undefined) return undefined
  const { 'pleroma:emoji_reaction': theirs, ...alerts } = given
  const named = theirs === undefined ? alerts : { emoji_reaction: theirs, ...alerts }
  return Object.fromEntries(Object.entries(named).filter(([, isWanted]) => isWanted !== undefined))
}

function holderOf(request: FastifyRequest): PushHolderName {
  const { grant = null, sessionId = null } = request.access ?? {}
  if (grant !== null) return { tokenId: grant.tokenId }
  if (sessionId !== null) return { sessionId }
  throw new HomebirdError('INTERNAL', 'somebody came this far without a token and without a session')
}

/** Apps look for their token in what they are sent; the window has none. */
function sealed(api: Api, request: FastifyRequest): PushHolder {
  const holder = holderOf(request)
  if ('sessionId' in holder) return holder
  const { tokenId } = holder
  return { tokenId, sealedToken: sealToken(api.vapid.sealingKey, tokenId, bearerToken(request) ?? '') }
}

function refused(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', `a push subscription is refused: ${flaw}`, {
    safe: `Validation failed: ${flaw}`,
  })
}
