import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { test } from 'node:test'
import { sql } from 'kysely'
import { WebSocket } from 'ws'
import type { Notification } from '../../../server/contracts/notification.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { StreamMessage } from '../../../server/contracts/stream-event.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { createNotifications } from '../../../server/domain/notifications/create-notifications.ts'
import { publishToStreams } from '../../../server/domain/timelines/stream-notices.ts'
import { revokeToken } from '../../../server/domain/oauth/tokens.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import { EventReader } from '../../support/event-reader.ts'

async function listen(
  t: { after(work: () => void): void },
  app: ApiClient,
  path: string,
): Promise<EventReader> {
  const reader = new EventReader(await app.open(path))
  t.after(() => reader.close())
  return reader
}

/** Messages of a web socket, in order. */
class SocketReader {
  readonly socket: WebSocket
  readonly #messages: StreamMessage[] = []
  readonly #waiting: Array<(message: StreamMessage) => void> = []

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as StreamMessage
      const reader = this.#waiting.shift()
      if (reader === undefined) this.#messages.push(message)
      else reader(message)
    })
  }

  async next(): Promise<StreamMessage> {
    const message = this.#messages.shift()
    if (message !== undefined) return message
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }
}

async function connect(
  t: { after(work: () => void): void },
  home: ApiHome,
  query: string,
  protocols: string[] = [],
  headers: Record<string, string> = {},
): Promise<SocketReader> {
  const socket = new WebSocket(`ws://127.0.0.1:${home.publicPort}/api/v1/streaming${query}`, protocols, {
    headers: { host: home.host, ...headers },
  })
  t.after(() => socket.terminate())
  const reader = new SocketReader(socket)
  await once(socket, 'open')
  return reader
}

test('what is written arrives whole, is edited and goes away, in that order', async (t) => {
  const home = await openApiHome()
  const app = await home.app()
  const stream = await listen(t, app, '/api/v1/streaming/user')
  assert.equal(stream.headers['content-type'], 'text/event-stream; charset=utf-8')
  assert.equal(stream.headers['cache-control'], 'private, no-store')
  assert.equal(stream.headers['x-accel-buffering'], 'no')
  assert.equal(stream.headers['access-control-allow-origin'], '*')
  const written = await app.post<Status>('/api/v1/statuses', { status: 'live' })
  const first = await stream.next()
  assert.equal(first.event, 'update')
  assert.deepEqual(JSON.parse(first.data), written)
  await app.call('PUT', `/api/v1/statuses/${written.id}`, { status: 'live, and better' })
  const second = await stream.next()
  assert.equal(second.event, 'status.update')
  assert.match((JSON.parse(second.data) as Status).content, /better/)
  await app.call('DELETE', `/api/v1/statuses/${written.id}`)
  const third = await stream.next()
  assert.deepEqual([third.event, third.data], ['delete', written.id])
})

test('notifications come to those who may read them', async (t) => {
  const home = await openApiHome()
  const everything = await listen(t, await home.app(['read']), '/api/v1/streaming/user')
  const onlyPosts = await listen(t, await home.app(['read:statuses']), '/api/v1/streaming/user')
  const onlyThem = await listen(
    t,
    await home.app(['read:notifications']),
    '/api/v1/streaming/user/notification',
  )
  const ben = await home.others.actor('ben')
  const post = await home.others.post(ben, { mentions: [home.ana] })
  await inTransaction(home.db, async (tx) => {
    const draft = { actorId: home.ana.id, kind: 'mention', fromActorId: ben.id, postId: post.id } as const
    const [made] = await createNotifications(tx, [draft])
    assert.ok(made)
    await publishToStreams(tx, [
      { actorId: home.ana.id, event: 'notification', id: made.id },
      { actorId: home.ana.id, event: 'update', id: post.id },
    ])
  })
  for (const stream of [everything, onlyThem]) {
    const { event, data } = await stream.next()
    assert.equal(event, 'notification')
    const notification = JSON.parse(data) as Notification
    assert.deepEqual([notification.type, notification.account.username], ['mention', 'ben'])
    assert.equal(notification.status?.id, post.id)
  }
  assert.equal((await everything.next()).event, 'update')
  assert.equal((await onlyPosts.next()).event, 'update', 'the notification went past it')
})

test('a stream shows nothing that its reader may not see', async (t) => {
  const home = await openApiHome()
  const stream = await listen(t, await home.app(), '/api/v1/streaming/user')
  const ben = await home.others.actor('ben')
  const hidden = await home.others.post(ben, { visibility: 'followers' })
  const open = await home.others.post(ben)
  await publishToStreams(home.db, [
    { actorId: home.ana.id, event: 'update', id: hidden.id },
    { actorId: home.ana.id, event: 'update', id: open.id },
  ])
  const { data } = await stream.next()
  assert.equal((JSON.parse(data) as Status).id, open.id)
})

test('an entity is loaded once for all streams of an identity', async (t) => {
  const home = await openApiHome()
  const app = await home.app()
  const streams = await Promise.all(
    Array.from({ length: 12 }, async () => listen(t, app, '/api/v1/streaming/user')),
  )
  const ben = await home.others.actor('ben')
  const post = await home.others.post(ben)
  const before = home.statementCount()
  await publishToStreams(home.db, [{ actorId: home.ana.id, event: 'update', id: post.id }])
  const events = await Promise.all(streams.map(async (stream) => stream.next()))
  assert.equal(new Set(events.map((event) => event.data)).size, 1)
  // One to tell; one to find the row and five for what hangs on it; one check of the tokens may fall in between.
  assert.ok(home.statementCount() - before <= 8, `${home.statementCount() - before} statements`)
})

test('a revoked token ends its streams within five seconds', async (t) => {
  const home = await openApiHome()
  const [app, other] = [await home.app(), await home.app()]
  const stream = await listen(t, app, '/api/v1/streaming/user')
  const socket = await connect(t, home, `?access_token=${app.token}&stream=user`)
  const kept = await listen(t, other, '/api/v1/streaming/user')
  const closed = once(socket.socket, 'close')
  const row = await home.db
    .selectFrom('oauth_tokens')
    .select('app_id')
    .orderBy('id')
    .executeTakeFirstOrThrow()
  await inTransaction(home.db, async (tx) => revokeToken(tx, row.app_id, app.token ?? '', new Date()))
  await Promise.all([stream.ended, closed])
  await other.post('/api/v1/statuses', { status: 'still here' })
  assert.equal((await kept.next()).event, 'update')
})

test('streams want a token with the right scope, and their parameters', async () => {
  const home = await openApiHome()
  const app = await home.app(['read:notifications'])
  assert.equal((await home.ask('/api/v1/streaming/user')).status, 401)
  assert.equal((await home.ask('/api/v1/streaming/user?access_token=nothing-of-the-kind')).status, 401)
  assert.equal((await app.ask('/api/v1/streaming/user')).status, 403)
  const reader = await home.app(['read'])
  assert.equal((await reader.ask('/api/v1/streaming/hashtag')).status, 400)
  const health = await home.ask('/api/v1/streaming/health')
  assert.deepEqual([health.status, health.text()], [200, 'OK'])
})

test('one socket carries several streams, opened and closed by messages', async (t) => {
  const home = await openApiHome()
  const app = await home.app()
  const reader = await connect(t, home, '', [app.token ?? ''])
  const order = (order_: object): void => reader.socket.send(JSON.stringify(order_))
  order({ type: 'subscribe', stream: 'everything' })
  assert.match(JSON.stringify(await reader.next()), /Unknown stream/)
  order({ type: 'subscribe', stream: 'hashtag' })
  assert.match(JSON.stringify(await reader.next()), /Missing/)
  order({ type: 'subscribe', stream: 'user' })
  order({ type: 'subscribe', stream: 'hashtag', tag: 'Tea' })
  reader.socket.send('not json')
  assert.match(JSON.stringify(await reader.next()), /not understood/)
  const written = await app.post<Status>('/api/v1/statuses', { status: 'a cup of #tea' })
  const labels = [(await reader.next()).stream, (await reader.next()).stream]
  assert.deepEqual(labels, [['user'], ['hashtag', 'Tea']])
  order({ type: 'unsubscribe', stream: 'user' })
  order({ type: 'subscribe', stream: 'nothing' })
  await reader.next() // the answer to the last order: the one before it is done
  await app.post('/api/v1/statuses', { status: 'no drink' })
  await app.call('DELETE', `/api/v1/statuses/${written.id}`)
  const gone = await reader.next()
  assert.deepEqual([gone.stream, gone.event, gone.payload], [['hashtag', 'Tea'], 'delete', written.id])
})

test('a socket without a good token, or with the cookie of another page, is refused', async (t) => {
  const home = await openApiHome()
  const refused = async (port: number, headers: Record<string, string>): Promise<number> => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/streaming?stream=user`, { headers })
    t.after(() => socket.terminate())
    socket.on('error', () => {})
    const [, answer] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }]
    return answer.statusCode
  }
  assert.equal(await refused(home.publicPort, { host: home.host }), 401)
  const origin = `http://127.0.0.1:${home.privatePort}`
  const signIn = await home.askPrivate('/api/homebird/v1/session', {
    method: 'POST',
    headers: { origin, 'x-homebird': '1' },
    body: { password: 'correct horse battery' },
  })
  const cookie = String(signIn.headers['set-cookie']).split(';')[0] ?? ''
  assert.equal(await refused(home.privatePort, { cookie, origin: 'https://evil.example' }), 403)
  const socket = new WebSocket(`ws://127.0.0.1:${home.privatePort}/api/v1/streaming?stream=user`, {
    headers: { cookie, origin },
  })
  t.after(() => socket.terminate())
  await once(socket, 'open')
})

test('an offer to upgrade anything else is answered as the request it is', async () => {
  const home = await openApiHome()
  for (const upgrade of ['websocket', 'h2c']) {
    const headers = { connection: 'Upgrade', upgrade, 'sec-websocket-version': '13' }
    assert.equal((await home.ask('/api/v1/instance', { headers })).status, 200)
  }
})

/** Asks for a stream and leaves before the token was looked up. */
async function leaveEarly(home: ApiHome, readers: number): Promise<void> {
  const { token } = await home.app()
  await inTransaction(home.db, async (tx) => {
    await sql`lock table oauth_tokens in access exclusive mode`.execute(tx)
    const lines = [
      'GET /api/v1/streaming/user HTTP/1.1',
      `Host: ${home.host}`,
      `Authorization: Bearer ${token}`,
    ]
    const sockets = await Promise.all(
      Array.from({ length: readers }, async () => {
        const socket = createConnection(home.publicPort, '127.0.0.1')
        await once(socket, 'connect')
        socket.write(`${lines.join('\r\n')}\r\n\r\n`)
        return socket
      }),
    )
    // By the time of these answers the requests have come in, and their ends were seen.
    assert.equal((await home.ask('/livez')).status, 200)
    for (const socket of sockets) socket.resetAndDestroy()
    assert.equal((await home.ask('/livez')).status, 200)
  })
}

test('readers who leave while their token is looked up take none of the 300 places', async (t) => {
  const home = await openApiHome()
  for (let round = 0; round < 7; round += 1) await leaveEarly(home, 50)
  const stream = await listen(t, await home.app(), '/api/v1/streaming/user')
  assert.equal(stream.headers['content-type'], 'text/event-stream; charset=utf-8')
})
