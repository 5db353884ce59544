/** What the owner alone may see and do about others, through the private listener. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PUBLIC_EDGE, recordMeasurement, recordPurgeProof } from '../../../server/domain/edges/edge.ts'
import { openSetUpHome } from '../../support/owner-home.ts'
import { RemoteSeeds } from '../../support/remote-seeds.ts'
import { until as eventually } from '../../support/until.ts'

const API = '/api/homebird/v1'

const home = await openSetUpHome()
const others = new RemoteSeeds(home.db)
const ana = await home.db
  .selectFrom('actors')
  .selectAll()
  .where('username', '=', 'ana')
  .executeTakeFirstOrThrow()

/** The answer of a good request, as JSON. */
async function call(method: string, path: string, body?: object) {
  const answer = await home.asPage(`${API}${path}`, { method, ...(body === undefined ? {} : { body }) })
  assert.equal(answer.status, 200, `${method} ${path}: ${answer.text()}`)
  return JSON.parse(answer.text()) as unknown
}

test('nobody but the owner reaches any of it, and nothing of it is on the public listener', async () => {
  const routes = [
    ['GET', '/domain-blocks'],
    ['POST', '/domain-blocks'],
    ['POST', '/domain-blocks/preview'],
    ['DELETE', '/domain-blocks/bad.example'],
    ['POST', '/domain-blocks/bad.example/purge'],
    ['POST', '/domain-allows'],
    ['DELETE', '/domain-allows/bad.example'],
    ['GET', '/block-lists'],
    ['POST', '/block-lists'],
    ['POST', '/block-lists/preview'],
    ['POST', '/block-lists/1/refresh'],
    ['DELETE', '/block-lists/1'],
    ['GET', '/peers'],
    ['POST', '/peers/bad.example/retry'],
    ['GET', '/reports'],
    ['POST', '/reports/1/resolve'],
    ['GET', '/switches'],
    ['PUT', '/switches/authorized-fetch'],
    ['PUT', '/switches/work-share'],
    ['GET', '/switches/crawlers'],
    ['PATCH', '/switches/crawlers'],
    ['POST', '/pause'],
    ['DELETE', '/pause'],
  ] as const
  const bodies: Readonly<Record<string, object>> = {
    '/domain-blocks': { domain: 'bad.example' },
    '/domain-blocks/preview': { domain: 'bad.example' },
    '/domain-allows': { domain: 'bad.example' },
    '/block-lists': { url: 'https://lists.example/' },
    '/block-lists/preview': { url: 'https://lists.example/' },
    '/switches/authorized-fetch': { authorizedFetch: true },
    '/switches/work-share': { workShare: 0.5 },
  }
  for (const [method, path] of routes) {
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: bodies[path] ?? {} }
    const stranger = await home.asPage(`${API}${path}`, { method, ...body, headers: { cookie: '' } })
    assert.equal(stranger.status, 401, `${method} ${path}`)
    const fromElsewhere = await home.ask(`${API}${path}`, {
      method,
      ...body,
      headers: { cookie: home.cookie },
    })
    assert.equal(
      fromElsewhere.status,
      method === 'GET' ? 200 : 403,
      `${method} ${path} without the mark of the window`,
    )
  }
  assert.deepEqual(await home.db.selectFrom('domain_blocks').select('domain').execute(), [])
})

test('a block is looked at before it is said, says what it ended, and is taken back', async () => {
  const eve = await others.actor('eve', { host: 'deep.bad.example' })
  await others.follow(ana, eve)
  await others.follow(eve, ana)
  await others.post(eve)
  // What is said of other names changes nothing.
  await call('POST', '/domain-allows', { domain: 'elsewhere.example' })
  const loss = await call('POST', '/domain-blocks/preview', { domain: 'bad.example' })
  await call('DELETE', '/domain-allows/elsewhere.example')
  assert.deepEqual(loss, {
    people: 1,
    follows: 1,
    followers: 1,
    posts: 1,
    threads: 0,
    followed: ['@eve@deep.bad.example'],
  })
  const said = { domain: 'https://Bad.example/', comment: ' rude ' }
  assert.deepEqual(await call('POST', '/domain-blocks', said), { follows: 1, followers: 1 })
  const words = (await call('GET', '/domain-blocks')) as { blocks: Record<string, unknown>[] }
  assert.deepEqual(
    words.blocks.map(({ domain, comment, isOwn, lists }) => [domain, comment, isOwn, lists]),
    [['bad.example', 'rude', true, []]],
  )
  await call('POST', '/domain-allows', { domain: 'good.bad.example' })
  assert.deepEqual(await call('POST', '/domain-blocks/bad.example/purge'), { servers: 1 })
  await call('DELETE', '/domain-allows/good.bad.example')
  await call('DELETE', '/domain-blocks/bad.example')
  assert.deepEqual(await call('GET', '/domain-blocks'), { blocks: [], allows: [], held: [] })
  const own = await home.asPage(`${API}/domain-blocks`, { method: 'POST', body: { domain: 'home.example' } })
  assert.equal(own.status, 422)
})

test('a list that cannot be read is told before it is subscribed to; a subscription is listed and ended', async () => {
  const preview = await home.asPage(`${API}/block-lists/preview`, {
    method: 'POST',
    body: { url: 'https://127.0.0.1/list.csv' },
  })
  assert.equal(preview.status, 422)
  assert.match(preview.text(), /cannot be read/)
  for (const url of ['http://lists.example/', 'ftp://x', 'words']) {
    assert.equal(
      (await home.asPage(`${API}/block-lists`, { method: 'POST', body: { url } })).status,
      422,
      url,
    )
  }
  const { id } = (await call('POST', '/block-lists', { url: 'https://lists.example/a.csv', title: 'A' })) as {
    id: string
  }
  const again = (await call('POST', '/block-lists', { url: 'https://lists.example/a.csv', title: 'B' })) as {
    id: string
  }
  assert.equal(again.id, id)
  const { lists } = (await call('GET', '/block-lists')) as {
    lists: { title: string; problem: string | null }[]
  }
  assert.deepEqual(
    lists.map(({ title, problem }) => [title, problem]),
    [['B', null]],
  )
  await call('POST', `/block-lists/${id}/refresh`, { mayShrink: true })
  await call('DELETE', `/block-lists/${id}`)
  assert.equal((await home.asPage(`${API}/block-lists/${id}`, { method: 'DELETE' })).status, 404)
})

test('other servers are listed with what troubles them, and tried when I say so', async () => {
  await home.db.deleteFrom('peers').execute()
  const later = new Date(Date.now() + 3_600_000)
  await home.db
    .insertInto('peers')
    .values([
      { host: 'fine.example', software: 'mastodon', software_version: '4.5.0', last_success_at: new Date() },
      { host: 'ill.example', failures: 9, failing_since: new Date(), last_error: 'silent', retry_at: later },
    ])
    .execute()
  const listed = async (query = '') =>
    ((await call('GET', `/peers${query}`)) as { peers: Record<string, unknown>[] }).peers
  assert.deepEqual(
    (await listed()).map((peer) => [peer['host'], peer['software'], peer['breaker'], peer['failures']]),
    [
      ['ill.example', null, 'open', 9],
      ['fine.example', 'mastodon', 'closed', 0],
    ],
  )
  const [ill] = await listed('?troubled=true')
  assert.equal(ill?.['nextTryAt'], later.toISOString())
  assert.deepEqual(await call('POST', '/peers/ill.example/retry'), { deliveries: 0 })
  assert.deepEqual(
    (await listed('?troubled=true')).map((peer) => peer['breaker']),
    ['closed'],
  )
  assert.equal((await home.asPage(`${API}/peers/never.example/retry`, { method: 'POST' })).status, 404)
})

test('complaints are read, closed and opened again', async () => {
  const moderator = await others.actor('moderator')
  await home.db
    .insertInto('reports')
    .values({
      uri: 'https://peer.example/flags/1',
      reporter_id: moderator.id,
      reporter_host: moderator.host,
      target_id: ana.id,
      is_ours: false,
      comment: 'rude',
      state: 'received',
    })
    .execute()
  const listed = async (query = '') =>
    ((await call('GET', `/reports${query}`)) as { reports: Record<string, unknown>[] }).reports
  const [report] = await listed()
  assert.deepEqual(
    [report?.['comment'], report?.['reporter'], report?.['target'], report?.['resolvedAt']],
    ['rude', '@moderator@peer.example', '@ana@home.example', null],
  )
  await call('POST', `/reports/${String(report?.['id'])}/resolve`)
  assert.deepEqual(await listed(), [])
  assert.equal((await listed('?resolved=true')).length, 1)
  await call('POST', `/reports/${String(report?.['id'])}/reopen`)
  assert.equal((await listed()).length, 1)
  assert.deepEqual(await listed('?ours=true'), [])
  assert.equal((await home.asPage(`${API}/reports/1/resolve`, { method: 'POST' })).status, 404)
})

test('switches are told as they are: the setting of the start, the owner’s word, a pause with its end', async () => {
  const off = { authorizedFetch: false, authorizedFetchChosen: null, pause: null, workShare: 1 }
  assert.deepEqual(await call('GET', '/switches'), off)
  const on = await call('PUT', '/switches/authorized-fetch', { authorizedFetch: true })
  assert.deepEqual(on, { ...off, authorizedFetch: true, authorizedFetchChosen: true })
  assert.deepEqual(await call('PUT', '/switches/authorized-fetch', { authorizedFetch: null }), off)
  assert.deepEqual(await call('PUT', '/switches/work-share', { workShare: 0.5 }), { ...off, workShare: 0.5 })
  assert.deepEqual(await call('PUT', '/switches/work-share', { workShare: 1 }), off)
  const until = new Date(home.clock.nowMs + 3_600_000).toISOString()
  const paused = (await call('POST', '/pause', { until })) as { pause: { until: string; since: string } }
  assert.equal(paused.pause.until, until)
  const endless = (await call('POST', '/pause', {})) as { pause: { until: string | null; since: string } }
  assert.deepEqual(endless.pause, { since: paused.pause.since, until: null })
  assert.deepEqual(await call('DELETE', '/pause'), off)
  for (const wrong of ['yesterday', new Date(home.clock.nowMs - 1).toISOString()]) {
    assert.equal((await home.asPage(`${API}/pause`, { method: 'POST', body: { until: wrong } })).status, 422)
  }
  for (const workShare of [0, 1.1, 'much']) {
    const answer = await home.asPage(`${API}/switches/work-share`, { method: 'PUT', body: { workShare } })
    assert.equal(answer.status, 422)
  }
})

test('what strangers find on pages, and machines are asked not to read, is the owner’s choice, one by one', async () => {
  const kept = { deniesAiCrawlers: true, extraDeniedAgents: [] }
  assert.deepEqual(await call('GET', '/switches/crawlers'), kept)
  const agents = { extraDeniedAgents: ['BadBot', 'Other-Bot/2.0'] }
  assert.deepEqual(await call('PATCH', '/switches/crawlers', agents), { ...kept, ...agents })
  assert.deepEqual(await call('PATCH', '/switches/crawlers', { deniesAiCrawlers: false }), {
    deniesAiCrawlers: false,
    ...agents,
  })
  for (const wrong of ['Bot\nAllow: /', '*', '#x']) {
    const body = { extraDeniedAgents: [wrong] }
    const answer = await home.asPage(`${API}/switches/crawlers`, { method: 'PATCH', body })
    assert.equal(answer.status, 422, wrong)
  }
  const pagesOf = async (pages: object) =>
    (await call('PATCH', `/identities/${ana.id}`, { pages })) as { pages: object }
  const first = { showsFollows: false, showsCounts: true, offersSearch: false, hasFeeds: true }
  assert.deepEqual((await pagesOf({})).pages, first)
  assert.deepEqual((await pagesOf({ showsFollows: true, hasFeeds: false })).pages, {
    ...first,
    showsFollows: true,
    hasFeeds: false,
  })
  const { identities } = (await call('GET', '/identities')) as { identities: { pages: object }[] }
  assert.deepEqual(identities[0]?.pages, { ...first, showsFollows: true, hasFeeds: false })
})

test('the owner sees what is known of the edge, what is relied on, and what must be mended', async () => {
  const unknown = {
    caches: null,
    honoursVary: null,
    honoursNoStore: null,
    honoursQuery: null,
    passesAccept: null,
    passesWebSocket: null,
    maxBody: null,
  }
  const nothing = { query: false, vary: false, purge: false }
  const strict = {
    measured: unknown,
    measuredAt: null,
    purgeProvenAt: null,
    isStrict: true,
    relied: nothing,
    keepsPages: false,
    purge: null,
    alarm: null,
  }
  assert.deepEqual(await call('GET', '/edge'), strict)
  assert.deepEqual(await call('PUT', '/edge/pages', { keepsPages: true }), { ...strict, keepsPages: true })
  const now = new Date(home.clock.nowMs)
  const good = {
    ...unknown,
    caches: true,
    honoursVary: true,
    honoursQuery: true,
    passesAccept: true,
    maxBody: 9,
  }
  await recordMeasurement(home.db, PUBLIC_EDGE, good, now)
  const known = {
    ...strict,
    measured: good,
    measuredAt: now.toISOString(),
    isStrict: false,
    keepsPages: true,
  }
  assert.deepEqual(await call('GET', '/edge'), {
    ...known,
    relied: { query: true, vary: true, purge: false },
  })
  await recordPurgeProof(home.db, PUBLIC_EDGE, now)
  await call('PUT', '/edge/pages', { keepsPages: false })
  const proven = { ...known, keepsPages: false, purgeProvenAt: now.toISOString() }
  assert.deepEqual(await call('GET', '/edge'), {
    ...proven,
    relied: { query: true, vary: false, purge: true },
  })
  const bad = { ...good, honoursNoStore: false }
  await recordMeasurement(home.db, PUBLIC_EDGE, bad, now)
  const alarm = 'Your CDN keeps private answers. Turn off its own lifetimes.'
  assert.deepEqual(await call('GET', '/edge'), {
    ...proven,
    measured: bad,
    isStrict: true,
    relied: nothing,
    alarm,
  })
  await eventually('the state of the home says so', async () => {
    const { alarm: said } = (await call('GET', '/home')) as { alarm: string | null }
    return said === alarm
  })
  await recordMeasurement(home.db, PUBLIC_EDGE, good, now)
  assert.equal(
    (await home.asPage(`${API}/edge/pages`, { method: 'PUT', body: { keepsPages: 'often' } })).status,
    422,
  )
})
