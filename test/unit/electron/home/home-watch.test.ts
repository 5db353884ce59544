import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { EventLines } from '../../../../electron/home/event-lines.ts'
import { type HomeWatch, openHomeWatch } from '../../../../electron/home/home-watch.ts'
import type { HomeState } from '../../../../server/contracts/appliance-status.ts'
import { QUIET } from '../../../support/shell-watch.ts'
import { until } from '../../../support/until.ts'

interface Scene {
  readonly watch: HomeWatch
  /** Feeds as they were asked for, the newest last. */
  readonly feeds: { readonly place: string | undefined; readonly answer: ServerResponse }[]
  readonly changes: string[]
  readonly supervisor: { state: HomeState; status: number }
  /** The home is away from now on. */
  readonly leave: () => Promise<void>
}

async function openScene(t: TestContext): Promise<Scene> {
  const feeds: Scene['feeds'] = []
  const changes: string[] = []
  const supervisor: Scene['supervisor'] = { state: 'Running', status: 200 }
  const server = createServer((asked, answer) => {
    if (asked.method === 'GET') {
      answer.writeHead(supervisor.status, { 'content-type': 'text/event-stream' })
      answer.write(':)\n')
      if (supervisor.status !== 200) answer.end()
      else feeds.push({ place: asked.headers['last-event-id'] as string | undefined, answer })
      return
    }
    void readBody(asked).then((body) => {
      changes.push(`${asked.method} ${asked.url} ${asked.headers['x-homebird']} ${body}`)
      answer.writeHead(supervisor.status).end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const watch = openHomeWatch({
    supervisor: () => supervisor.state,
    wait: async () => undefined,
    ask: async ({ method, path, headers = {}, body = null, signal }) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const sent = request({
          port,
          path,
          method,
          headers,
          agent: false,
          ...(signal === undefined ? {} : { signal }),
        })
        sent.once('response', resolve).once('error', reject)
        sent.end(body ?? undefined)
      }),
  })
  const leave = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => {
      server.close(resolve)
    })
  }
  t.after(async () => {
    watch.close()
    await leave()
  })
  return { watch, feeds, changes, supervisor, leave }
}

async function readBody(asked: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of asked) body += String(chunk)
  return body
}

const say = (answer: ServerResponse, event: string, data: unknown, id?: string): void => {
  answer.write(`event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`)
}

test('the home is known by its feed, and by its supervisor while that says nothing', async (t) => {
  const { watch, feeds, supervisor } = await openScene(t)
  assert.equal(watch.view.condition, 'starting')
  const feed = await until('the feed is asked for', () => feeds[0])
  assert.equal(feed.place, undefined)
  say(feed.answer, 'home', { ...QUIET, unread: 3 }, '70')
  await until('the home is known', () => watch.view.condition === 'reachable')
  assert.equal(watch.view.summary?.unread, 3)
  supervisor.state = 'Needs attention'
  const told: string[] = []
  watch.onView(({ condition }) => told.push(condition))
  watch.look()
  watch.look()
  assert.deepEqual(told, ['reachable', 'needs_attention'], 'told at once and after each change, once')
})

test('an interrupted feed goes on where it was, and notices are told as they come', async (t) => {
  const { watch, feeds } = await openScene(t)
  const told: string[] = []
  watch.onNotice(({ id }) => told.push(id))
  watch.onMissed((count) => told.push(`missed ${count}`))
  const first = await until('the feed is asked for', () => feeds[0])
  say(first.answer, 'home', QUIET, '70')
  say(first.answer, 'notice', { id: '71', kind: 'follow', name: 'Ben', body: '', path: '/people/1' }, '71')
  await until('the first is told', () => told.length === 1)
  first.answer.destroy()
  const second = await until('it is asked for again', () => feeds[1])
  assert.equal(second.place, '71')
  say(second.answer, 'home', QUIET, '71')
  say(second.answer, 'missed', { count: 40 }, '111')
  await until('what was missed is told', () => told.length === 2)
  assert.deepEqual(told, ['71', 'missed 40'])
  second.answer.end()
  assert.equal((await until('and again', () => feeds[2])).place, '111')
})

test('a home that is away is asked for again and again, and what it said counts no more', async (t) => {
  const { watch, feeds, supervisor, leave } = await openScene(t)
  const feed = await until('the feed is asked for', () => feeds[0])
  say(feed.answer, 'home', { ...QUIET, unread: 3 }, '70')
  await until('the home is known', () => watch.view.summary !== null)
  supervisor.state = 'Stopped'
  await leave()
  await until('nothing is known', () => watch.view.summary === null)
  assert.equal(watch.view.condition, 'stopped')
})

test('signed out, the home still runs; broken lines of a feed do no harm', async (t) => {
  const { watch, feeds, supervisor } = await openScene(t)
  const feed = await until('the feed is asked for', () => feeds[0])
  supervisor.status = 401
  feed.answer.end('event: home\ndata: {"reach":\n\n')
  await until('the home is known to run', () => watch.view.condition === 'unproved')
  assert.equal(watch.view.summary, null)
  supervisor.status = 200
  say((await until('signed in again', () => feeds[1])).answer, 'home', QUIET, '1')
  await until('all is known again', () => watch.view.condition === 'reachable')
})

test('a pause is asked of the home, and a refusal is told', async (t) => {
  const { watch, changes, supervisor } = await openScene(t)
  await watch.pause(new Date('2026-03-04T05:06:07Z'))
  await watch.pause(null)
  await watch.resume()
  assert.deepEqual(changes, [
    'POST /api/homebird/v1/pause 1 {"until":"2026-03-04T05:06:07.000Z"}',
    'POST /api/homebird/v1/pause 1 {"until":null}',
    'DELETE /api/homebird/v1/pause 1 ',
  ])
  supervisor.status = 503
  await assert.rejects(watch.resume(), /the home answered 503 to DELETE/)
})

test('events are read from bytes as they come, cut anywhere', () => {
  const bytes = Buffer.from(
    ':)\nevent: notice\nid: 7\ndata: "ü🦊"\n\n:thump\n\nevent: home\ndata: 1\ndata: 2\n\nevent: x\nda',
  )
  const whole = new EventLines().take(bytes)
  assert.deepEqual(whole, [
    { event: 'notice', id: '7', data: '"ü🦊"' },
    { event: 'home', id: null, data: '1\n2' },
  ])
  const lines = new EventLines()
  const cut = Array.from(bytes, (_, at) => lines.take(bytes.subarray(at, at + 1))).flat()
  assert.deepEqual(cut, whole)
  assert.throws(() => new EventLines().take(Buffer.alloc(1_100_000, 'x')), /more than 1048576 characters/)
})
