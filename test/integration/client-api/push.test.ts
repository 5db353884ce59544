/** Web push as apps use it: what they ask for, and what reaches them through a push service that knows nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { WebPushSubscription } from '../../../server/contracts/push.ts'
import { loadVapidKeys } from '../../../server/domain/push/vapid-keys.ts'
import { type Drafts, EVERYTHING, PATH, openWorld } from '../../support/push-world.ts'

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
      'subscription[keys][p256dh]': Buffer.from(receiver.keys.p256dh, 'base64url').toString('base64'),
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
  const atOnce = Array.from({ length: 6 }, async () => world.subscribe({ data: { alerts: { poll: true } } }))
  assert.equal(new Set((await Promise.all(atOnce)).map(({ id }) => id)).size, 6)
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
    new Set(
      world.received().map(({ message }) => [message['title'], message['body'], message['preferred_locale']]),
    ),
    new Set([
      ['Mallory folgt dir', 'cats & dogs', 'de'],
      ['Mallory hat dich erwähnt', 'spoiler', 'de'],
    ]),
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
