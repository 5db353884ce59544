/** A home whose apps ask for pushes, and a push service that records them; the deliveries run in a worker of each test. */
import type { TestContext } from 'node:test'
import type { NotificationType } from '../../server/contracts/notification.ts'
import type { WebPushSubscription } from '../../server/contracts/push.ts'
import type { Row } from '../../server/db/tables.ts'
import { inTransaction } from '../../server/db/transaction.ts'
import type { NotificationDraft } from '../../server/domain/notifications/create-notifications.ts'
import { tellNotifications } from '../../server/domain/notifications/tell-notifications.ts'
import { pushDeliveryGraph } from '../../server/domain/push/push-delivery-graph.ts'
import { createRunner } from '../../server/stator/runner.ts'
import type { Runner } from '../../server/stator/runner-types.ts'
import { pushHandlers } from '../../server/workers/push-handlers.ts'
import { type ApiClient, type ApiHome, openApiHome } from './api-home.ts'
import { type FakePeer, openFakePeer } from './fake-peer.ts'
import { PushReceiver, type ReceivedPush } from './push-receiver.ts'
import { closeBeforeCluster } from './test-database.ts'

export const PATH = '/api/v1/push/subscription'
export const EVERYTHING = {
  mention: true,
  status: true,
  reblog: true,
  follow: true,
  follow_request: true,
  favourite: true,
  poll: true,
  update: true,
  quote: true,
  quoted_update: true,
  'admin.report': true,
}

export type Drafts = ReadonlyArray<Partial<NotificationDraft> & { readonly kind: NotificationType }>

export interface World {
  readonly home: ApiHome
  readonly service: FakePeer
  readonly runner: Runner
  readonly receiver: PushReceiver
  readonly app: ApiClient
  /** Somebody elsewhere who is called so. */
  someone(name: string, bio?: string): Promise<Row<'actors'>>
  subscribe(more?: object, app?: ApiClient): Promise<WebPushSubscription>
  /** By somebody, of nothing, unless said otherwise. */
  tell(...drafts: Drafts): Promise<string[]>
  /** What came since the last look. */
  received(): ReceivedPush[]
  states(): Promise<string[]>
}

let opened: Promise<{ readonly home: ApiHome; readonly service: FakePeer }> | null = null

async function openHome(): Promise<{ readonly home: ApiHome; readonly service: FakePeer }> {
  const service = await openFakePeer(undefined, { host: 'push.example' })
  closeBeforeCluster(async () => service.close())
  return { home: await openApiHome({ peers: [service] }), service }
}

let count = 0

/** One home for the file, in which each test has an app and a worker of its own and finds nothing on its way. */
export async function openWorld(t: TestContext): Promise<World> {
  opened ??= openHome()
  const { home, service } = await opened
  const { context, db } = home
  await db.deleteFrom('push_subscriptions').execute()
  await db.deleteFrom('notifications').execute()
  await db.updateTable('actors').set({ default_language: null }).where('id', '=', home.ana.id).execute()
  service.answers('/device', () => ({ status: 201 }))
  const runner = createRunner({
    db,
    listener: context.listener,
    clock: context.clock,
    log: context.log,
    graphs: [{ graph: pushDeliveryGraph, handlers: pushHandlers(context) }],
    concurrency: 20,
    concurrencyPerModel: 4,
    concurrencyPerHost: 4,
  })
  t.after(async () => runner.stop())
  const receiver = new PushReceiver()
  const app = await home.app(['read', 'push'])
  const someone = async (name: string, bio = ''): Promise<Row<'actors'>> => {
    count += 1
    const actor = await home.others.actor(`${name}${count}`, { icon_url: 'https://peer.example/a.png' })
    await db
      .updateTable('actors')
      .set({ display_name: name, bio_html: bio })
      .where('id', '=', actor.id)
      .execute()
    return actor
  }
  const eve = await someone('Eve')
  let seen = service.requests.length
  return {
    home,
    service,
    runner,
    receiver,
    app,
    someone,
    subscribe: async (more = {}, by = app) =>
      by.post<WebPushSubscription>(PATH, {
        subscription: { endpoint: 'https://push.example/device', keys: receiver.keys, standard: true },
        data: { alerts: EVERYTHING },
        ...more,
      }),
    tell: async (...drafts) => {
      const usual = { actorId: home.ana.id, fromActorId: eve.id, postId: null }
      const whole = drafts.map((draft) => Object.assign({}, usual, draft))
      const told = await inTransaction(db, async (tx) => tellNotifications(tx, whole))
      return told.filter(({ event }) => event === 'notification').map(({ id }) => id)
    },
    received: () => {
      const fresh = service.requests.slice(seen)
      seen = service.requests.length
      return fresh.map((request) => receiver.read(request))
    },
    states: async () => {
      const rows = await db.selectFrom('push_deliveries').select('state').orderBy('id').execute()
      return rows.map(({ state }) => state)
    },
  }
}
