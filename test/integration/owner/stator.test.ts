/** What the owner is told of Stator through the private listener, and rows that the owner has tried again. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import type { CacheReport } from '../../../server/contracts/caches.ts'
import type {
  EngineFacts,
  GraphDetail,
  GraphFacts,
  QuarantinePage,
} from '../../../server/contracts/engine.ts'
import { askListener } from '../../support/http-client.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from '../../support/owner-home.ts'

const API = '/api/homebird/v1/stator'
const ROW = '/hashtags/quarantine'

let home: OwnerHome
let hashtagId: string
before(async () => {
  home = await openOwnerHome()
  await home.asPage('/api/homebird/v1/session/key', { method: 'POST', body: { key: START_KEY } })
  const form = {
    username: 'ana',
    displayName: 'Ana',
    password: 'correct horse battery',
    domain: 'home.example',
    serviceDomain: null,
  }
  assert.equal((await home.asPage('/api/homebird/v1/setup', { method: 'POST', body: form })).status, 200)
  const { rows } = await sql<{ id: string }>`
    insert into hashtags (name, display_name, state, state_next_attempt_at, state_errors, state_error)
    values ('broken', 'broken', 'outdated', null, 12, 'it would not count'),
           ('due', 'due', 'outdated', now() - interval '90 seconds', 0, null),
           ('later', 'later', 'outdated', now() + interval '1 hour', 0, null)
    returning id`.execute(home.db)
  hashtagId = rows[0]?.id ?? ''
  await sql`
    insert into stator_counts (graph, grain, starts_at, queued, handled, failed) values
      ('hashtags', 'minute', date_trunc('minute', now(), 'UTC'), 4, 0, 0),
      ('hashtags', 'hour', date_trunc('hour', now(), 'UTC'), 0, 7, 1),
      ('hashtags', 'day', date_trunc('day', now(), 'UTC'), 0, 20, 2),
      ('hashtags', 'month', date_trunc('month', now(), 'UTC'), 0, 300, 3)`.execute(home.db)
})

async function hashtags(): Promise<GraphFacts> {
  const answer = await home.asPage(API)
  assert.equal(answer.status, 200, answer.text())
  const { graphs } = answer.json() as unknown as EngineFacts
  assert.ok(graphs.some(({ graph }) => graph === 'fan_outs'))
  const found = graphs.find(({ graph }) => graph === 'hashtags')
  assert.ok(found)
  return found
}

test('each graph tells what waits, since when, what was done in each window, and what is tried no more', async () => {
  const facts = await hashtags()
  assert.deepEqual([facts.waiting, facts.quarantined], [1, 1])
  assert.ok((facts.oldestSeconds ?? 0) >= 90)
  assert.deepEqual(
    [facts.queuedByMinute.length, facts.queuedByMinute.reduce((sum, one) => sum + one)],
    [120, 4],
  )
  for (const [series, points, handled, failed] of [
    [facts.handledByHour, 50, 7, 1],
    [facts.handledByDay, 62, 20, 2],
    [facts.handledByMonth, 120, 300, 3],
  ] as const) {
    assert.equal(series.length, points)
    assert.equal(
      series.reduce((sum, one) => sum + one.handled, 0),
      handled,
    )
    assert.equal(series.findLast((one) => one.failed > 0)?.failed, failed)
    assert.ok(series.every(({ startsAt }) => startsAt.endsWith('00:00.000Z')))
  }
})

test('what is tried no more is listed with the reason, and tried again on my word, once', async () => {
  const list = async () => (await home.asPage(`${API}${ROW}`)).json() as unknown as QuarantinePage
  const [row] = (await list()).rows
  assert.ok(row)
  const { since, ...rest } = row
  assert.ok(Date.parse(since) > 0)
  assert.deepEqual(rest, {
    key: hashtagId,
    about: 'broken',
    state: 'outdated',
    errors: 12,
    deaths: 0,
    error: 'it would not count',
  })
  const retry = async (path: string) => (await home.asPage(`${API}${path}/retry`, { method: 'POST' })).status
  assert.equal(await retry(`${ROW}/${hashtagId}`), 200)
  assert.deepEqual(await list(), { rows: [] })
  assert.deepEqual([(await hashtags()).waiting, (await hashtags()).quarantined], [2, 0])
  for (const path of [
    `${ROW}/${hashtagId}`,
    `${ROW}/x`,
    '/owners/quarantine/1',
    '/peers/quarantine/none.example',
  ]) {
    assert.equal(await retry(path), 404, path)
  }
  assert.equal((await home.asPage(`${API}/pg_class/quarantine`)).status, 404)
})

test('a graph tells its states and what failed last; such a row is tried at once on my word', async () => {
  await sql`
    update hashtags set state_attempts = 3, state_error = 'the page was not there'
     where name = 'later'`.execute(home.db)
  const read = async () => (await home.asPage(`${API}/hashtags`)).json() as unknown as GraphDetail
  const { states, failing } = await read()
  const outdated = states.find(({ name }) => name === 'outdated')
  assert.deepEqual([outdated?.kind, outdated?.rows], ['automatic', 3])
  assert.ok(states.every(({ kind, next }) => (kind === 'final') === (next.length === 0)))
  assert.deepEqual(
    failing.map(({ about, attempts, error }) => [about, attempts, error]),
    [['later', 3, 'the page was not there']],
  )
  const retry = `${API}/hashtags/failing/${failing[0]?.key}/retry`
  const waiting = (await hashtags()).waiting
  assert.equal((await home.asPage(retry, { method: 'POST' })).status, 200)
  assert.equal((await hashtags()).waiting, waiting + 1)
  assert.equal((await home.asPage(retry, { method: 'POST' })).status, 404, 'it is due already')
  assert.equal((await home.asPage(`${API}/pg_class`)).status, 404)
})

test('nobody but the owner sees or does any of it, and nothing of it is on the public listener', async () => {
  for (const [method, path] of [
    ['GET', ''],
    ['GET', ROW],
    ['POST', `${ROW}/${hashtagId}/retry`],
  ] as const) {
    const stranger = await home.asPage(`${API}${path}`, { method, headers: { cookie: '' } })
    assert.equal(stranger.status, 401, `${method} ${path}`)
    const outside = await askListener(home.publicPort, 'home.example', `${API}${path}`, { method })
    assert.equal(outside.status, 404, `${method} ${path}`)
  }
  const other = await home.ask(`${API}${ROW}/${hashtagId}/retry`, {
    method: 'POST',
    headers: { cookie: home.cookie },
  })
  assert.equal(other.status, 403, 'without the mark of the window')
})

test('the owner sees what each cache holds and saves, and empties one', async () => {
  const facts = { type: 'text/html', etag: '"1"', storedAt: 0 }
  await home.caches.default.keep('page_html_/', facts, Buffer.from('hello'))
  const read = async () => {
    const answer = await home.asPage('/api/homebird/v1/caches')
    assert.equal(answer.status, 200, answer.text())
    return (answer.json() as unknown as CacheReport).caches
  }
  const held = await read()
  assert.deepEqual(
    held.map(({ name, scheme, isUp, items }) => [name, scheme, isUp, items]),
    [
      ['default', 'locmem', true, 1],
      ['media', 'locmem', true, 0],
      ['avatars', 'locmem', true, 0],
    ],
  )
  const cleared = await home.asPage('/api/homebird/v1/caches/default/clear', { method: 'POST', body: {} })
  assert.deepEqual([cleared.status, cleared.json()], [200, { name: 'default', items: 1 }])
  assert.equal((await read())[0]?.items, 0)
  const unknown = await home.asPage('/api/homebird/v1/caches/pages/clear', { method: 'POST', body: {} })
  assert.ok(unknown.status >= 400 && unknown.status < 500)
  const { cookie } = home
  home.cookie = ''
  assert.equal((await home.asPage('/api/homebird/v1/caches')).status, 401)
  home.cookie = cookie
})

test('the owner sees how many files there are, and has what nothing shows taken away', async () => {
  const answer = await home.asPage('/api/homebird/v1/media')
  const nothing = { files: 0, bytes: 0 }
  const { place, ...report } = answer.json()
  assert.match(String(place), /^folder \//)
  assert.deepEqual(report, { isUp: true, problem: null, all: nothing, unnamed: nothing, waiting: nothing })
  const swept = await home.asPage('/api/homebird/v1/media/sweep', { method: 'POST', body: {} })
  assert.deepEqual(
    [swept.status, swept.json()],
    [200, { noted: 0, uploads: 0, removed: nothing, leftovers: 0 }],
  )
  const { cookie } = home
  home.cookie = ''
  assert.equal((await home.asPage('/api/homebird/v1/media')).status, 401)
  home.cookie = cookie
})

test('the owner has what could not be had of others asked for again, of one server or of all', async () => {
  const row = {
    failures: 3,
    reason: 'status',
    status: 500,
    retry_at: new Date(Date.now() + 3_600_000),
    failed_at: new Date(),
  }
  const fails = async (): Promise<void> => {
    await home.db
      .insertInto('failed_media')
      .values([
        { ...row, key: 'proxy_1', host: 'one.example' },
        { ...row, key: 'proxy_2', host: 'two.example' },
      ])
      .execute()
  }
  const asks = async (body: object) => home.asPage('/api/homebird/v1/media/refetch', { method: 'POST', body })
  await fails()
  await home.db
    .insertInto('emojis')
    .values({
      shortcode: 'blob',
      host: 'two.example',
      url: 'https://two.example/blob.png',
      image_host: 'two.example',
      state: 'unusable',
    })
    .execute()
  const answers = [await asks({ host: 'One.Example' }), await asks({}), await asks({})]
  assert.deepEqual(
    answers.map((answer) => answer.json()),
    [
      { files: 1, emojis: 0 },
      { files: 1, emojis: 1 },
      { files: 0, emojis: 0 },
    ],
  )
  assert.equal((await asks({ host: 'no server' })).status, 422)
  const { cookie } = home
  home.cookie = ''
  assert.ok([401, 403].includes((await asks({})).status))
  home.cookie = cookie
})
