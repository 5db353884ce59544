/** What goes into which stream, and what becomes of readers who are slow, away or not allowed any more. One home for all. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TestContext, before, describe, test } from 'node:test'
import { WebSocket } from 'ws'
import type { Conversation } from '../../../server/contracts/conversation.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { StreamMessage } from '../../../server/contracts/stream-event.ts'
import { createLogger } from '../../../server/core/log.ts'
import { openListener } from '../../../server/db/listen.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { muteActor } from '../../../server/domain/blocks/block-actor.ts'
import { setOwnerPassword } from '../../../server/domain/owner/password.ts'
import { removePosts } from '../../../server/domain/posts/remove-posts.ts'
import { inOpenStreams, publishToStreams } from '../../../server/domain/timelines/stream-notices.ts'
import { buildPublicApp } from '../../../server/http/app.ts'
import { ApiClient, type ApiHome, PASSWORD, openApiHome } from '../../support/api-home.ts'
import { EventReader, type ReadEvent } from '../../support/event-reader.ts'
import { tell } from '../../support/tell.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

type Seed = Parameters<ApiHome['others']['post']>[1]

let home: ApiHome
let app: ApiClient
let ben: Row<'actors'>

before(async () => {
  home = await openApiHome({ domain: null })
  app = await home.app()
  ben = await home.others.actor('ben')
})

async function listen(
  t: TestContext,
  path: string,
  { client = app, since }: { readonly client?: ApiClient; readonly since?: string } = {},
): Promise<EventReader> {
  const headers = since === undefined ? {} : { 'last-event-id': since }
  const reader = new EventReader(await client.open(`/api/v1/streaming/${path}`, headers))
  t.after(() => reader.close())
  return reader
}

/** As the inbox tells of what it has stored. */
async function arrives(seed: Seed = {}, author = ben): Promise<string> {
  const post = await home.others.post(author, seed)
  await publishToStreams(home.db, inOpenStreams('update', [post.id]))
  return post.id
}

const idOf = ({ data }: ReadEvent): string => (JSON.parse(data) as Status).id

/** What each reader has read when the mark comes, a post that all of them show. */
async function readUntil(readers: readonly EventReader[], mark: string): Promise<string[][]> {
  return Promise.all(
    readers.map(async (reader) => {
      const ids: string[] = []
      for (;;) {
        const id = idOf(await reader.next())
        if (id === mark) return ids
        ids.push(id)
      }
    }),
  )
}

describe('public posts and hashtags', () => {
  test('go into the streams that name what they are, by the rules of the timelines', async (t) => {
    const paths = `public public/local public/remote public?only_media=true public/remote?only_media=true
      hashtag?tag=Tea hashtag/local?tag=%23tea`.split(/\s+/)
    const readers = await Promise.all(paths.map(async (path) => listen(t, path)))
    const image = { images: ['https://peer.example/a.png'] }
    const plain = await arrives()
    const pictured = await arrives({ ...image, hashtags: ['tea'] })
    const muted = await home.others.actor('muted')
    await inTransaction(home.db, async (tx) =>
      muteActor(tx, home.home, home.ana, muted, { hidesNotifications: false, expiresAt: null }, new Date()),
    )
    await arrives({ ...image, hashtags: ['tea'] }, muted)
    for (const visibility of ['unlisted', 'followers', 'direct'] as const) {
      await arrives({ ...image, hashtags: ['tea'], visibility, mentions: [home.ana] })
    }
    await arrives({ boostOf: await home.others.post(ben) })
    const mine = await app.post<Status>('/api/v1/statuses', { status: 'my #tea' })
    // What all of them show: a picture of tea by somebody here. Its own kind of remoteness is told by what is missing.
    const shown = (
      await Promise.all(readers.slice(0, 3).map(async (reader) => [idOf(await reader.next())]))
    ).flat()
    assert.deepEqual(shown, [plain, mine.id, plain])
    const [all, local, remote, media, remoteMedia, hashtag, localHashtag] = readers
    assert.ok(all && local && remote && media && remoteMedia && hashtag && localHashtag)
    const last = await arrives({ ...image, hashtags: ['tea'] })
    const rest = await readUntil([all, remote, media, remoteMedia, hashtag], last)
    assert.deepEqual(rest, [[pictured, mine.id], [pictured], [pictured], [pictured], [pictured, mine.id]])
    assert.equal(idOf(await localHashtag.next()), mine.id)
    await app.call('PUT', `/api/v1/statuses/${mine.id}`, { status: 'my green #tea' })
    await app.call('DELETE', `/api/v1/statuses/${mine.id}`)
    for (const reader of [all, local, hashtag, localHashtag]) {
      const edited = await reader.next()
      assert.deepEqual([edited.event, idOf(edited)], ['status.update', mine.id])
      const gone = await reader.next()
      assert.deepEqual([gone.event, gone.data], ['delete', mine.id])
    }
    await inTransaction(home.db, async (tx) => removePosts(tx, [last]))
    for (const reader of readers) {
      let event = await reader.next()
      while (event.data !== last) event = await reader.next()
      assert.equal(event.event, 'delete')
    }
  })

  test('cost nothing while nobody reads them, and one loading for all who do', async (t) => {
    await listen(t, 'user')
    const ids = [(await home.others.post(ben)).id, (await home.others.post(ben)).id]
    const quiet = home.statementCount()
    await publishToStreams(home.db, inOpenStreams('update', ids))
    const stream = await listen(t, 'user/notification')
    await tell(home, { actorId: home.ana.id, kind: 'mention', fromActorId: ben.id, postId: ids[0] ?? '' })
    await stream.next()
    const used = home.statementCount() - quiet
    const readers = await Promise.all(Array.from({ length: 5 }, async () => listen(t, 'public')))
    const busy = home.statementCount()
    await publishToStreams(home.db, inOpenStreams('update', ids))
    await Promise.all(readers.map(async (reader) => reader.next()))
    assert.ok(home.statementCount() - busy <= 8, `${home.statementCount() - busy} statements, ${used} before`)
  })
})

test('the stream of a list has what its timeline has, for its owner alone', async (t) => {
  const [cleo, dora] = [await home.others.actor('cleo'), await home.others.actor('dora')]
  for (const actor of [cleo, dora]) await home.others.follow(home.ana, actor)
  const list = await app.post<{ id: string }>('/api/v1/lists', { title: 'cats', replies_policy: 'none' })
  await app.post(`/api/v1/lists/${list.id}/accounts`, { account_ids: [cleo.id] })
  const stream = await listen(t, `list?list=${list.id}`)
  const first = await arrives({ visibility: 'followers' }, cleo)
  await arrives({}, dora)
  await arrives({ inReplyTo: await home.others.post(dora) }, cleo)
  const boost = await arrives({ boostOf: await home.others.post(ben) }, cleo)
  const read = [idOf(await stream.next()), idOf(await stream.next())]
  assert.deepEqual(read, [first, boost])
  const timeline = await app.get<Status[]>(`/api/v1/timelines/list/${list.id}`)
  assert.deepEqual(timeline.map(({ id }) => id).toReversed(), read)
  await inTransaction(home.db, async (tx) => removePosts(tx, [first]))
  const gone = await stream.next()
  assert.deepEqual([gone.event, gone.data], ['delete', first])
  assert.equal((await app.ask(`/api/v1/streaming/list?list=${Number(list.id) + 1}`)).status, 404)
  assert.equal((await app.ask('/api/v1/streaming/list?list=nothing')).status, 404)
})

test('conversations go into the stream of direct messages, and nothing else does', async (t) => {
  const [direct, user] = [await listen(t, 'direct'), await listen(t, 'user')]
  await app.post('/api/v1/statuses', { status: 'for all' })
  const letter = await home.others.post(ben, { visibility: 'direct', mentions: [home.ana] })
  await tell(home, { actorId: home.ana.id, kind: 'mention', fromActorId: ben.id, postId: letter.id })
  const event = await direct.next()
  assert.equal(event.event, 'conversation')
  assert.equal((JSON.parse(event.data) as Conversation).last_status?.id, letter.id)
  assert.deepEqual([(await user.next()).event, (await user.next()).event], ['update', 'notification'])
})

test('streamed statuses are marked by filters, and a change of these is told without a payload', async (t) => {
  const socket = new WebSocket(`ws://${home.host}/api/v1/streaming?stream=user&access_token=${app.token}`)
  t.after(() => socket.terminate())
  await once(socket, 'open')
  const stream = await listen(t, 'public')
  const withoutFilters = await listen(t, 'user', { client: await home.app(['read:statuses']) })
  const told = once(socket, 'message') as Promise<[Buffer]>
  const body = { title: 'soup', context: ['public'], keywords_attributes: [{ keyword: 'soup' }] }
  const filter = await app.post<{ id: string }>('/api/v2/filters', body)
  const [message] = await told
  assert.deepEqual(JSON.parse(message.toString()), { stream: ['user'], event: 'filters_changed' })
  await arrives({ html: '<p>soup</p>' })
  const status = JSON.parse((await stream.next()).data) as Status
  assert.deepEqual(
    status.filtered?.map((result) => result.filter.title),
    ['soup'],
  )
  await app.post('/api/v1/statuses', { status: 'no filters for this one' })
  assert.equal((await withoutFilters.next()).event, 'update', 'its scopes have no filters')
  await app.call('DELETE', `/api/v2/filters/${filter.id}`)
})

test('who comes back is told what came since, in order, as far as it may still be seen', async (t) => {
  const before_ = await listen(t, 'user')
  const write = async (status: string): Promise<string> =>
    (await app.post<Status>('/api/v1/statuses', { status })).id
  await write('one')
  let known = await before_.next()
  while (known.event !== 'update') known = await before_.next()
  const since = known.id
  assert.match(since, /^\d+\.\d+$/)
  before_.close()
  const [two, three] = [await write('two'), await write('three')]
  await app.call('DELETE', `/api/v1/statuses/${two}`)
  const after = await listen(t, 'user', { since })
  const four = await write('four')
  const events = [await after.next(), await after.next(), await after.next()]
  assert.deepEqual(
    events.map(({ event, data }) => [event, event === 'delete' ? data : (JSON.parse(data) as Status).id]),
    [
      ['update', three],
      ['delete', two],
      ['update', four],
    ],
  )
  // Posts that were told of together, and a reader who had only the first of them.
  const ids = await Promise.all([1, 2, 3].map(async () => (await home.others.post(ben)).id))
  const stream = await listen(t, 'public')
  await publishToStreams(home.db, inOpenStreams('update', ids))
  const first = await stream.next()
  const rest = await listen(t, 'public', { since: first.id })
  assert.deepEqual([first, await rest.next(), await rest.next()].map(idOf), ids)
  for (const place of ['1.0', 'nonsense', '9'.repeat(40), '']) {
    const unknown = await listen(t, 'user', { since: place })
    const fresh = await write('fresh')
    assert.equal(idOf(await unknown.next()), fresh)
  }
})

test('another process of the home tells the same, and its readers may come back to either', async (t) => {
  const listener = openListener(home.connection, 'second', createLogger('test', 'silent'))
  closeBeforeCluster(async () => listener.close())
  await listener.ready
  const second = await buildPublicApp({ ...home.context, listener })
  closeBeforeCluster(async () => second.close())
  await second.listen({ host: '127.0.0.1', port: 0 })
  const { port } = second.server.address() as AddressInfo
  const elsewhere = new ApiClient(port, `127.0.0.1:${port}`, app.token)
  const stream = await listen(t, 'user', { client: elsewhere })
  const written = await app.post<Status>('/api/v1/statuses', { status: 'through the first' })
  const event = await stream.next()
  assert.equal(idOf(event), written.id)
  const missed = await elsewhere.post<Status>('/api/v1/statuses', { status: 'through the second' })
  const back = await listen(t, 'user', { since: event.id })
  assert.equal(idOf(await back.next()), missed.id)
})

test('a reader who does not read is let go, with bounded memory, and the others are not held up', async (t) => {
  const slow = new WebSocket(`ws://${home.host}/api/v1/streaming?stream=public&access_token=${app.token}`)
  t.after(() => slow.terminate())
  await once(slow, 'open')
  const quick = await listen(t, 'public')
  const silent = await app.open('/api/v1/streaming/public')
  silent.request.on('error', () => {})
  silent.answer.on('error', () => {})
  slow.pause()
  const html = `<p>${'word '.repeat(80_000)}</p>`
  const rounds = 50
  const ids: string[] = []
  for (let round = 0; round < rounds; round += 1) {
    ids.push(await arrives({ html }))
    assert.equal(idOf(await quick.next()), ids.at(-1))
  }
  let bytes = 0
  silent.answer.on('data', (data: Buffer) => {
    bytes += data.length
  })
  await new Promise((resolve) => silent.answer.once('close', resolve))
  assert.ok(bytes < html.length * rounds, 'it was cut off before the end')
  let messages = 0
  slow.on('message', () => {
    messages += 1
  })
  slow.resume()
  await once(slow, 'close')
  assert.ok(messages < rounds, `${messages} of ${rounds} messages came before it was cut off`)
})

describe('sockets', () => {
  async function connect(t: TestContext, query = '', client = app) {
    const headers = { authorization: `Bearer ${client.token}` }
    const socket = new WebSocket(`ws://${home.host}/api/v1/streaming${query}`, { headers })
    t.after(() => socket.terminate())
    const messages: Array<StreamMessage & { error?: string; status?: number }> = []
    const waiting: Array<() => void> = []
    socket.on('message', (data: Buffer) => {
      messages.push(JSON.parse(data.toString()) as StreamMessage)
      waiting.shift()?.()
    })
    await once(socket, 'open')
    const next = async () => {
      if (messages.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
      return messages.shift()
    }
    return { socket, next, order: (order: object) => socket.send(JSON.stringify(order)) }
  }

  test('say what is wrong with an order and stay open', async (t) => {
    const { next, order, socket } = await connect(t, '?stream=everything')
    assert.deepEqual(await next(), { error: 'Unknown stream type', status: 400 })
    order({ type: 'subscribe', stream: 'hashtag' })
    assert.deepEqual(await next(), { error: 'Missing tag name parameter', status: 400 })
    order({ type: 'subscribe', stream: 'list' })
    assert.deepEqual(await next(), { error: 'Missing list name parameter', status: 400 })
    order({ type: 'subscribe', stream: 'list', list: '12345' })
    assert.deepEqual(await next(), { error: 'Not authorized to stream this list', status: 401 })
    order({ type: 'subscribe', stream: ['user'] })
    assert.equal((await next())?.status, 400)
    for (let count = 1; count <= 51; count += 1)
      order({ type: 'subscribe', stream: 'hashtag', tag: `t${count}` })
    assert.deepEqual(await next(), { error: 'Too many subscriptions', status: 400 })
    assert.equal(socket.readyState, socket.OPEN)
    const narrow = await connect(t, '?stream=user', await home.app(['read:notifications']))
    assert.deepEqual(await narrow.next(), {
      error: 'Access token does not have the required scopes',
      status: 401,
    })
  })

  test('name streams as they were subscribed to, and forget them on demand', async (t) => {
    const { next, order } = await connect(t)
    order({ type: 'subscribe', stream: 'public' })
    order({ type: 'subscribe', stream: 'hashtag', tag: 'Café', list: null })
    const id = await arrives({ hashtags: ['café'] })
    const messages = [await next(), await next()]
    assert.deepEqual(
      messages.map((message) => message?.stream),
      [['public'], ['hashtag', 'Café']],
    )
    order({ type: 'unsubscribe', stream: 'hashtag', tag: 'Café' })
    order({ type: 'subscribe', stream: 'nothing' })
    await next()
    await inTransaction(home.db, async (tx) => removePosts(tx, [id]))
    assert.deepEqual(await next(), { stream: ['public'], event: 'delete', payload: id })
  })

  test('too large or too many messages end it', async (t) => {
    const large = await connect(t)
    large.socket.send('x'.repeat(5_000))
    await once(large.socket, 'close')
  })
})

test('what is no stream is answered as such', async () => {
  const unknown = await app.ask('/api/v1/streaming/everything')
  assert.deepEqual([unknown.status, unknown.json()], [400, { error: 'Unknown channel requested' }])
  assert.equal((await app.ask('/api/v1/streaming')).status, 404)
  assert.equal((await app.ask('/api/v1/streaming/user', { method: 'HEAD' })).status, 400)
  assert.equal((await app.ask('/api/v1/streaming/hashtag?tag=%23')).status, 400)
})

/** The last test: it ends every access. */
test('another password ends all streams, those of apps and those of sessions', async (t) => {
  const origin = `http://127.0.0.1:${home.privatePort}`
  const signIn = await home.askPrivate('/api/homebird/v1/session', {
    method: 'POST',
    headers: { origin, 'x-homebird': '1' },
    body: { password: PASSWORD },
  })
  const cookie = String(signIn.headers['set-cookie']).split(';')[0] ?? ''
  const socket = new WebSocket(`ws://127.0.0.1:${home.privatePort}/api/v1/streaming?stream=user`, {
    headers: { cookie, origin },
  })
  t.after(() => socket.terminate())
  await once(socket, 'open')
  const stream = await listen(t, 'user')
  const begin = performance.now()
  const closed = once(socket, 'close')
  await setOwnerPassword(home.db, 'another horse battery')
  await Promise.all([closed, stream.ended])
  assert.ok(performance.now() - begin < 5_000)
})
