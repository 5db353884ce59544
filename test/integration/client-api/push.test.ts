/** Web push as apps use it: what they ask for, and what reaches them through a push service that knows nothing. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import type { WebPushSubscription } from '../../../server/contracts/push.ts'
import type { NotificationType } from '../../../server/contracts/notification.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import type { NotificationDraft } from '../../../server/domain/notifications/create-notifications.ts'
import { tellNotifications } from '../../../server/domain/notifications/tell-notifications.ts'
import { revokeTokenById } from '../../../server/domain/oauth/tokens.ts'
import { pushDeliveryGraph } from '../../../server/domain/push/push-delivery-graph.ts'
import { loadVapidKeys } from '../../../server/domain/push/vapid-keys.ts'
import { createRunner } from '../../../server/stator/runner.ts'
import type { Runner } from '../../../server/stator/runner-types.ts'
import { pushHandlers } from '../../../server/workers/push-handlers.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import { type FakePeer, type Script, openFakePeer } from '../../support/fake-peer.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'
import { PushReceiver, type ReceivedPush } from '../../support/push-receiver.ts'

const PATH = '/api/v1/push/subscription'
const EVERYTHING = {
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

type Drafts = ReadonlyArray<Partial<NotificationDraft> & { readonly kind: NotificationType }>

interface World {
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
async function openWorld(t: TestContext): Promise<World> {
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
      const whole = drafts.map((draft) => ({ ...usual, ...draft }))
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

/** Makes what waits due. */
async function hasten({ home }: World): Promise<void> {
  await sql`update push_subscriptions set retry_at = null`.execute(home.db)
  await sql`update push_deliveries set state_next_attempt_at = now() where state = 'new'`.execute(home.db)
}

test('an app subscribes, asks, changes and ends; another token knows nothing of it', async (t) => {
  const world = await openWorld(t)
  const { home, app, receiver } = world
  assert.equal((await app.ask(PATH)).status, 404)
  assert.equal((await app.ask(PATH, { method: 'PUT', body: {} })).status, 404)
  const made = await world.subscribe({ data: { alerts: { mention: true, 'admin.sign_up': true } } })
  const { publicKey } = await loadVapidKeys(home.db, { vapidPrivateKey: null })
  assert.equal(typeof made.id, 'number')
  assert.deepEqual(
    { ...made, id: 0 },
    {
      id: 0,
      endpoint: 'https://push.example/device',
      standard: true,
      alerts: {
        follow: false,
        favourite: false,
        reblog: false,
        mention: true,
        poll: false,
        'admin.sign_up': true,
      },
      policy: 'all',
      server_key: publicKey,
    },
  )
  assert.deepEqual(await app.get(PATH), made)
  const form = 'data[alerts][poll]=1&data[alerts][mention]=false&policy=followed'
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const changed = (await app.ask(PATH, { method: 'PUT', headers, body: form })).json()
  assert.deepEqual(
    [changed['policy'], changed['alerts']?.['poll'], changed['alerts']?.['mention']],
    ['followed', true, false],
  )
  const kept = await app.call<WebPushSubscription>('PUT', PATH, { data: { policy: 'none' } })
  assert.deepEqual([kept.policy, kept.alerts.poll, kept.id], ['none', true, made.id])
  const other = await home.app(['push'])
  assert.equal((await other.ask(PATH)).status, 404)
  const again = await app.ask(PATH, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      'subscription[endpoint]': 'https://push.example/other',
      'subscription[keys][p256dh]': `${Buffer.from(receiver.keys.p256dh, 'base64url').toString('base64')}`,
      'subscription[keys][auth]': `${receiver.keys.auth}==`,
      'data[alerts][favourite]': 'on',
      'data[policy]': 'follower',
    }).toString(),
  })
  const second = again.json()
  assert.equal(again.status, 200)
  assert.deepEqual(
    [second['standard'], second['policy'], second['alerts']?.['favourite']],
    [false, 'follower', true],
  )
  assert.notEqual(second['id'], made.id)
  assert.equal((await home.db.selectFrom('push_subscriptions').select('id').execute()).length, 1)
  assert.deepEqual(await app.call('DELETE', PATH), {})
  assert.deepEqual(await app.call('DELETE', PATH), {})
  assert.equal((await app.ask(PATH)).status, 404)
})

test('what nobody could be reached by is refused, and who may not ask', async (t) => {
  const { home, app, receiver } = await openWorld(t)
  const ask = async (subscription: object, by = app): Promise<number> =>
    (await by.ask(PATH, { method: 'POST', body: { subscription } })).status
  const good = { endpoint: 'https://push.example/device', keys: receiver.keys }
  for (const endpoint of [
    'http://push.example/device',
    'https://user@push.example/device',
    'https://push.example:22/',
    `https://push.example/${'x'.repeat(2_100)}`,
    'https://home.example/inbox',
    'push',
    '',
  ])
    assert.equal(await ask({ ...good, endpoint }), 422, endpoint)
  assert.equal(await ask({ ...good, keys: { ...receiver.keys, p256dh: receiver.keys.auth } }), 422)
  assert.equal(await ask({ ...good, keys: { ...receiver.keys, auth: 'AA' } }), 422)
  assert.equal(await ask({ ...good, keys: {} }), 422)
  assert.equal(await ask({}), 422)
  const odd = { subscription: good, data: { policy: 'friends' } }
  assert.equal((await app.ask(PATH, { method: 'POST', body: odd })).status, 422)
  assert.equal(await ask(good, await home.app(['read', 'write'])), 403)
  assert.equal(await ask(good, home.stranger()), 401)
  assert.deepEqual(await home.db.selectFrom('push_subscriptions').select('id').execute(), [])
})

test('instance, apps and subscriptions name one key, and the token stands nowhere in clear', async (t) => {
  const world = await openWorld(t)
  const { home, app } = world
  const { server_key: key } = await world.subscribe()
  const instance = (await home.ask('/api/v2/instance')).json()
  assert.equal(instance['configuration']?.['vapid']?.['public_key'], key)
  const registered = await home.stranger().post<{ vapid_key: string }>('/api/v1/apps', {
    client_name: 'x',
    redirect_uris: 'urn:ietf:wg:oauth:2.0:oob',
  })
  assert.equal(registered.vapid_key, key)
  assert.equal((await app.get<{ vapid_key: string }>('/api/v1/apps/verify_credentials')).vapid_key, key)
  assert.equal(Buffer.from(key, 'base64url').length, 65)
  const { rows } = await sql<{ text: string }>`
    select row_to_json(push_subscriptions)::text || encode(sealed_token, 'escape') as text
      from push_subscriptions`.execute(home.db)
  assert.ok(rows[0] !== undefined && !rows[0].text.includes(app.token ?? ''))
})

test('a mention reaches the app in both dialects, sealed for it alone and signed by the home', async (t) => {
  const world = await openWorld(t)
  const { home, app, service, receiver } = world
  const eve = await world.someone('Eva')
  const post = await home.others.post(eve, {
    html: '<p>hello <b>Ana</b></p><p>you</p>',
    mentions: [home.ana],
  })
  for (const standard of [true, false]) {
    const { server_key: serverKey } = await world.subscribe({
      subscription: { endpoint: 'https://push.example/device', keys: receiver.keys, standard },
    })
    const [id] = await world.tell({ kind: 'mention', fromActorId: eve.id, postId: post.id })
    await world.runner.runUntilIdle()
    const [push, ...more] = world.received()
    assert.deepEqual(more, [])
    const { icon, notification_id: _rounded, ...message } = push?.message ?? {}
    assert.deepEqual(message, {
      access_token: app.token,
      preferred_locale: 'en',
      notification_type: 'mention',
      title: 'Eva mentioned you',
      body: 'hello Ana\n\nyou',
    })
    assert.ok(push?.text.includes(`"notification_id":${id}`))
    assert.ok(String(icon).startsWith('https://home.example/proxy/avatar/'))
    assert.deepEqual([push?.claims.aud, push?.claims.sub], ['https://push.example', 'https://home.example/'])
    assert.ok((push?.claims.exp ?? 0) * 1_000 < Date.now() + 86_400_000)
    assert.equal(push?.serverKey, serverKey)
    const sent = service.requests.at(-1)
    assert.deepEqual(
      [sent?.method, sent?.headers['ttl'], sent?.headers['urgency'], sent?.headers['content-encoding']],
      ['POST', '172800', 'normal', standard ? 'aes128gcm' : 'aesgcm'],
    )
    await home.db.deleteFrom('notifications').execute()
  }
})

test('alerts and policy choose what is pushed, for each kind', async (t) => {
  const world = await openWorld(t)
  const { home } = world
  const [fan, friend] = [await world.someone('Fan'), await world.someone('Friend')]
  await home.others.follow(fan, home.ana)
  await home.others.follow(home.ana, friend)
  const own = await home.others.post(home.ana)
  const kinds = (
    ['mention', 'status', 'reblog', 'favourite', 'update', 'quote', 'quoted_update'] as const
  ).map((kind) => ({ kind, postId: own.id }))
  const all = [
    ...kinds,
    { kind: 'poll', postId: own.id, fromActorId: home.ana.id },
    { kind: 'follow' },
    { kind: 'follow_request' },
    { kind: 'admin.report' },
  ] as const
  const pushedOf = async (...drafts: Drafts): Promise<string[]> => {
    await world.tell(...drafts)
    await world.runner.runUntilIdle()
    await home.db.deleteFrom('notifications').execute()
    return world.received().map(({ message }) => String(message['notification_type']))
  }
  await world.subscribe()
  const everything = [...kinds.map(({ kind }) => kind), 'poll', 'follow', 'follow_request']
  // Complaints are no business of apps.
  assert.deepEqual((await pushedOf(...all)).toSorted(), everything.toSorted())
  for (const kind of ['mention', 'favourite', 'poll'] as const) {
    await world.subscribe({ data: { alerts: { [kind]: true } } })
    assert.deepEqual(await pushedOf(...all), [kind])
  }
  const byEach = [
    { kind: 'follow' },
    { kind: 'favourite', postId: own.id, fromActorId: fan.id },
    { kind: 'reblog', postId: own.id, fromActorId: friend.id },
  ] as const
  const underPolicy = async (policy: string): Promise<string[]> => {
    await world.subscribe({ data: { alerts: EVERYTHING, policy } })
    return (await pushedOf(...byEach)).toSorted()
  }
  assert.deepEqual(await underPolicy('all'), ['favourite', 'follow', 'reblog'])
  assert.deepEqual(await underPolicy('follower'), ['favourite'])
  assert.deepEqual(await underPolicy('followed'), ['reblog'])
  assert.deepEqual(await underPolicy('none'), [])
})

test('a reaction is a favourite to apps that do not name it', async (t) => {
  const world = await openWorld(t)
  const own = await world.home.others.post(world.home.ana)
  const react = async (alerts: object): Promise<unknown[]> => {
    await world.subscribe({ data: { alerts } })
    await world.tell({ kind: 'emoji_reaction', postId: own.id })
    await world.runner.runUntilIdle()
    await world.home.db.deleteFrom('notifications').execute()
    return world.received().map(({ message }) => [message['notification_type'], message['title']])
  }
  assert.deepEqual(await react({ favourite: true }), [['favourite', 'Eve reacted to your post']])
  assert.deepEqual(await react({ emoji_reaction: true }), [['emoji_reaction', 'Eve reacted to your post']])
  assert.deepEqual(await react({ 'pleroma:emoji_reaction': false, favourite: true }), [])
  assert.deepEqual(await react({ mention: true }), [])
})

test('a warning hides the text, a follower is told with the bio, and what is seen no more is not sent', async (t) => {
  const world = await openWorld(t)
  const { home } = world
  const eve = await world.someone('Mallory', '<p>cats &amp; dogs</p>')
  await home.db.updateTable('actors').set({ default_language: 'de' }).where('id', '=', home.ana.id).execute()
  await world.subscribe()
  const hidden = await home.others.post(eve, {
    html: '<p>the end</p>',
    summary: 'spoiler',
    mentions: [home.ana],
  })
  await world.tell(
    { kind: 'mention', fromActorId: eve.id, postId: hidden.id },
    { kind: 'follow', fromActorId: eve.id },
  )
  await world.runner.runUntilIdle()
  assert.deepEqual(
    world
      .received()
      .map(({ message }) => [message['title'], message['body'], message['preferred_locale']])
      .toSorted(),
    [
      ['Mallory folgt dir', 'cats & dogs', 'de'],
      ['Mallory hat dich erwähnt', 'spoiler', 'de'],
    ],
  )
  const [dismissed] = await world.tell({ kind: 'reblog', postId: hidden.id, fromActorId: eve.id })
  await home.db
    .updateTable('notifications')
    .set({ dismissed_at: new Date() })
    .where('id', '=', dismissed ?? '')
    .execute()
  const late = await home.others.post(eve, { mentions: [home.ana] })
  await world.tell({ kind: 'mention', postId: late.id, fromActorId: eve.id })
  await home.db.updateTable('posts').set({ visibility: 'followers' }).where('id', '=', late.id).execute()
  await home.db.deleteFrom('mentions').where('post_id', '=', late.id).execute()
  await world.runner.runUntilIdle()
  assert.deepEqual(world.received(), [])
  assert.deepEqual((await world.states()).slice(-2), ['skipped', 'skipped'])
})

test('who is muted or blocked pushes nothing', async (t) => {
  const world = await openWorld(t)
  const { home } = world
  const app = await home.app(['write:mutes', 'write:blocks'])
  await world.subscribe()
  const [muted, blocked] = [await world.someone('Muted'), await world.someone('Blocked')]
  await app.post(`/api/v1/accounts/${muted.id}/mute`)
  await app.post(`/api/v1/accounts/${blocked.id}/block`)
  await world.tell({ kind: 'follow', fromActorId: muted.id }, { kind: 'follow', fromActorId: blocked.id })
  assert.deepEqual(await world.states(), [])
})

test('a receiver that is gone is forgotten with all that waits for it', async (t) => {
  for (const status of [404, 410]) {
    const world = await openWorld(t)
    world.service.answers('/device', () => ({ status }))
    await world.subscribe()
    await world.tell({ kind: 'follow' })
    await world.runner.runUntilIdle()
    assert.equal((await world.app.ask(PATH)).status, 404)
    assert.deepEqual(await world.states(), [])
  }
})

test('a service in trouble is tried later and later, and as late as it asks; then all comes through once', async (t) => {
  const world = await openWorld(t)
  const { home, service } = world
  const waits = async (): Promise<number> => {
    const { rows } = await sql<{ seconds: number }>`
      select extract(epoch from state_next_attempt_at - now())::float8 as seconds from push_deliveries
       where state = 'new'`.execute(home.db)
    return rows[0]?.seconds ?? Number.NaN
  }
  const answers = async (script: Script, from: number, to: number): Promise<void> => {
    service.answers('/device', script)
    await hasten(world)
    await world.runner.runUntilIdle()
    const seconds = await waits()
    assert.ok(seconds > from && seconds < to, `${seconds} s are not between ${from} and ${to}`)
  }
  await world.subscribe()
  await world.tell({ kind: 'follow' })
  await answers(() => ({ status: 503 }), 10, 19)
  await answers(() => ({ status: 500 }), 25, 37)
  await answers(() => 'reset', 50, 73)
  await answers(() => ({ status: 429, headers: { 'retry-after': '900' } }), 890, 1_090)
  const asked = service.requests.length
  // Another one for the same receiver does not even try.
  await world.tell({ kind: 'follow_request' })
  await world.runner.runUntilIdle()
  assert.equal(service.requests.length, asked)
  service.answers('/device', () => ({ status: 201 }))
  await hasten(world)
  await world.runner.runUntilIdle()
  assert.equal(service.requests.length, asked + 2)
  assert.deepEqual(await world.states(), ['sent', 'sent'])
  const row = await home.db.selectFrom('push_subscriptions').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual([row.failures, row.retry_at, row.refused_since], [0, null, null])
})

test('what is refused is not repeated, and who refuses for a week is let go', async (t) => {
  const world = await openWorld(t)
  const { home, service } = world
  service.answers('/device', () => ({ status: 403 }))
  await world.subscribe()
  await world.tell({ kind: 'follow' })
  await world.runner.runUntilIdle()
  assert.deepEqual(await world.states(), ['failed'])
  assert.equal((await world.app.ask(PATH)).status, 200)
  await sql`update push_subscriptions set refused_since = now() - interval '8 days'`.execute(home.db)
  await world.tell({ kind: 'follow_request' })
  await world.runner.runUntilIdle()
  assert.equal((await world.app.ask(PATH)).status, 404)
  assert.equal(world.received().length, 2)
})

test('a redirect is not followed, and no push goes to a private address', async (t) => {
  const world = await openWorld(t)
  const { service, receiver } = world
  service.answers('/device', () => ({ status: 307, headers: { location: 'https://push.example/elsewhere' } }))
  await world.subscribe()
  await world.tell({ kind: 'follow' })
  await world.runner.runUntilIdle()
  assert.deepEqual(await world.states(), ['failed'])
  assert.equal(world.received().length, 1)
  await world.subscribe({ subscription: { endpoint: 'https://127.0.0.1:8443/device', keys: receiver.keys } })
  await world.tell({ kind: 'follow_request' })
  await world.runner.runUntilIdle()
  const row = await world.home.db
    .selectFrom('push_deliveries')
    .select(['state', 'state_error'])
    .executeTakeFirstOrThrow()
  assert.deepEqual(row, { state: 'failed', state_error: 'not sent: address' })
})

test('a token that is taken back ends its pushes at once, those on their way too', async (t) => {
  const world = await openWorld(t)
  const { home } = world
  await world.subscribe()
  const other = await home.app(['push'])
  await world.subscribe({}, other)
  await world.tell({ kind: 'follow' })
  const rows: Row<'push_subscriptions'>[] = await home.db
    .selectFrom('push_subscriptions')
    .selectAll()
    .orderBy('id')
    .execute()
  await inTransaction(home.db, async (tx) => revokeTokenById(tx, rows[0]?.token_id ?? '', new Date()))
  await world.runner.runUntilIdle()
  assert.deepEqual(
    world.received().map(({ message }) => message['access_token']),
    [other.token],
  )
  assert.equal((await home.db.selectFrom('push_subscriptions').select('id').execute()).length, 1)
  // Also where the whole app is removed.
  await home.db.deleteFrom('oauth_apps').execute()
  assert.deepEqual(await world.states(), [])
})

test('of what waits for one receiver the oldest is dropped', async (t) => {
  const world = await openWorld(t)
  await world.subscribe()
  const posts = await Promise.all(
    Array.from({ length: 120 }, async () => world.home.others.post(world.home.ana)),
  )
  const told: string[] = []
  for (const part of [posts.slice(0, 110), posts.slice(110)])
    told.push(...(await world.tell(...part.map(({ id }) => ({ kind: 'favourite', postId: id }) as const))))
  const rows = await world.home.db
    .selectFrom('push_deliveries')
    .select('notification_id')
    .orderBy('id')
    .execute()
  // The hundred newest of those that waited before, and what has just come.
  assert.deepEqual(
    rows.map((row) => row.notification_id),
    told.slice(10),
  )
})

test('pushes that are due together cost a fixed number of statements', async (t) => {
  const world = await openWorld(t)
  const { home } = world
  await world.subscribe()
  const posts = await Promise.all(Array.from({ length: 20 }, async () => home.others.post(home.ana)))
  await world.tell(...posts.map(({ id }) => ({ kind: 'favourite', postId: id }) as const))
  const before = home.statementCount()
  await world.runner.runUntilIdle()
  const cost = home.statementCount() - before
  assert.equal(world.received().length, 20)
  assert.ok(cost < 60, `${cost} statements`)
})
