/** The home as a whole in its owner's hands: parts, backlogs, statistics, storage, servers, doctor. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { sql } from 'kysely'
import type { DoctorReport } from '../../../server/contracts/doctor.ts'
import type { History, StatusFacts, StorageFacts } from '../../../server/contracts/home-status.ts'
import type { PeerPage } from '../../../server/contracts/moderation.ts'
import { readDaysUntilFull } from '../../../server/domain/statistics/read-history.ts'
import { type MinuteSample, recordStatistics } from '../../../server/domain/statistics/record-statistics.ts'
import { askListener } from '../../support/http-client.ts'
import { openLogFolder } from '../../support/log-folder.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from '../../support/owner-home.ts'

const API = '/api/homebird/v1'
const PART = { pid: 7, uptimeSeconds: 90, restarts: 0, cpuShare: 0.25, helpers: 0, note: null } as const

let home: OwnerHome
before(async () => {
  const logs = await openLogFolder()
  const parts = [
    { ...PART, name: 'database', state: 'Running', memoryBytes: 60_000_000, helpers: 6 },
    { ...PART, name: 'server-0', state: 'Slow', memoryBytes: 90_000_000 },
    {
      ...PART,
      name: 'worker-0',
      state: 'Retrying',
      memoryBytes: null,
      note: 'ended with code 1',
      helpers: 1,
    },
  ] as const
  home = await openOwnerHome({ supervision: logs.supervision({ parts }) })
  await home.asPage(`${API}/session/key`, { method: 'POST', body: { key: START_KEY } })
  const form = {
    username: 'ana',
    displayName: 'Ana',
    password: 'correct horse battery',
    domain: 'home.example',
    serviceDomain: null,
  }
  assert.equal((await home.asPage(`${API}/setup`, { method: 'POST', body: form })).status, 200)
})

async function read<T>(path: string): Promise<T> {
  const answer = await home.asPage(`${API}${path}`)
  assert.equal(answer.status, 200, answer.text())
  return answer.json() as unknown as T
}

test('every part tells its state, memory, work and restarts; pictures are at work while a decoder runs', async () => {
  const { parts, dataDir, database } = await read<StatusFacts>('/status')
  assert.deepEqual(
    parts.map(({ name, kind, state, memoryBytes }) => [name, kind, state, memoryBytes]),
    [
      ['database', 'database', 'Running', 60_000_000],
      ['server-0', 'server', 'Slow', 90_000_000],
      ['worker-0', 'senders', 'Retrying', null],
      ['pictures', 'pictures', 'Running', null],
      ['program', 'program', 'Running', 50_000_000],
    ],
  )
  assert.deepEqual([parts[2]?.note, parts[1]?.cpuShare], ['ended with code 1', 0.25])
  assert.match(String(dataDir), /^\//)
  assert.equal(database, 'embedded PostgreSQL')
})

test('the status tells what waits, what is tried again and what was given up, by graph', async () => {
  await sql`
    insert into hashtags (name, display_name, state, state_next_attempt_at, state_attempts, state_errors)
    values ('due', 'due', 'outdated', now() - interval '90 seconds', 0, 0),
           ('again', 'again', 'outdated', now() + interval '1 hour', 2, 0),
           ('later', 'later', 'outdated', now() + interval '1 hour', 0, 0),
           ('broken', 'broken', 'outdated', null, 12, 12)`.execute(home.db)
  const { backlogs, totals } = await read<StatusFacts>('/status')
  const hashtags = backlogs.find(({ graph }) => graph === 'hashtags')
  assert.deepEqual([hashtags?.waiting, hashtags?.retrying, hashtags?.givenUp], [1, 1, 1])
  assert.ok((hashtags?.oldestSeconds ?? 0) >= 90)
  assert.ok(totals.waiting >= 1 && totals.retrying >= 1 && totals.givenUp >= 1)
})

const SAMPLE: MinuteSample = {
  memoryBytes: 200_000_000,
  cacheHits: 90,
  cacheMisses: 10,
  diskFreeBytes: 50_000_000_000,
}

test('a minute is counted once however many write it, kept for a day, and for a month by the hour', async () => {
  const now = new Date(Math.floor(Date.now() / 60_000) * 60_000)
  const peer = {
    host: 'down.example',
    failures: 2,
    failing_since: now,
    last_failure_at: new Date(now.getTime() - 30_000),
  }
  await home.db.insertInto('peers').values(peer).execute()
  const inbox = { signer_uri: 'https://far.example/ana', activity_type: 'Create', host: 'far.example' }
  const idOf = (ms: number): string => String(BigInt(now.getTime() + ms) << 16n)
  await home.db
    .insertInto('inbox_messages')
    .values([
      { ...inbox, id: idOf(-61_000), activity_id: 'https://far.example/0' },
      { ...inbox, id: idOf(-59_000), activity_id: 'https://far.example/1' },
      { ...inbox, id: idOf(-1_000), activity_id: 'https://far.example/2' },
    ])
    .execute()
  for (const sample of [SAMPLE, { ...SAMPLE, memoryBytes: 1 }]) await recordStatistics(home.db, sample, now)
  const rows = await home.db.selectFrom('home_statistics').selectAll().orderBy('grain').execute()
  assert.deepEqual(
    rows.map((row) => [row.grain, row.samples, row.received, row.failures, row.memory, row.cache_hits]),
    [
      ['hour', 1, 2, 1, '200000000', '90'],
      ['minute', 1, 2, 1, '200000000', '90'],
    ],
  )
  // A month of minutes leaves a day of them and the hours of a month.
  await sql`
    insert into home_statistics (grain, starts_at, received, sent, failures, waiting, cache_hits, cache_misses)
    select grain, now() - make_interval(hours => hour), 1, 1, 0, 0, 1, 1
      from generate_series(1, 1000) as hour cross join (values ('minute'), ('hour')) as grains (grain)`.execute(
    home.db,
  )
  await recordStatistics(home.db, SAMPLE, new Date(now.getTime() + 60_000))
  const left = await sql<{ grain: string; count: number }>`
    select grain, count(*)::integer as count from home_statistics group by grain order by grain`.execute(
    home.db,
  )
  const [hours, minutes] = left.rows
  assert.ok(hours !== undefined && hours.count <= 32 * 24 + 2, JSON.stringify(left.rows))
  assert.ok(minutes !== undefined && minutes.count <= 27, JSON.stringify(left.rows))
})

test('a span has as many points as it should, without gaps, and says where nobody counted', async () => {
  for (const [span, points, seconds] of [
    ['day', 96, 900],
    ['week', 168, 3_600],
    ['month', 120, 21_600],
  ] as const) {
    const history = await read<History>(`/status/history?span=${span}`)
    assert.deepEqual([history.points.length, history.secondsPerPoint], [points, seconds])
    const times = history.points.map(({ startsAt }) => Date.parse(startsAt) / 1_000)
    assert.ok(times.every((time, index) => index === 0 || time - (times[index - 1] ?? 0) === seconds))
    assert.ok(
      history.points.some(({ received }) => received !== null && received > 0),
      span,
    )
  }
  const day = await read<History>('/status/history?span=day')
  assert.ok(day.points.some(({ received, memoryBytes }) => received === null && memoryBytes === null))
  assert.equal((await home.asPage(`${API}/status/history?span=year`)).status, 422)
})

test('the disk is full in as many days as the last seven days tell, and nothing is said before a day has passed', async () => {
  const now = new Date()
  await sql`delete from home_statistics`.execute(home.db)
  const fills = async (from: number, to: number): Promise<void> => {
    await sql`
      insert into home_statistics (grain, starts_at, received, sent, failures, waiting, cache_hits, cache_misses, disk_free)
      select 'hour', ${now}::timestamptz - make_interval(hours => hour), 0, 0, 0, 0, 0, 0, 10000000000 + hour * 100000000::bigint
        from generate_series(${from}::int, ${to}::int) as hour`.execute(home.db)
  }
  await fills(0, 10)
  assert.equal(await readDaysUntilFull(home.db, 10_000_000_000, now), null)
  await fills(11, 100)
  // 2.4 GB a day and 10 GB left.
  assert.equal(await readDaysUntilFull(home.db, 10_000_000_000, now), 4)
})

test('what was counted by a clock that went wrong says nothing once it is set right, and goes', async () => {
  const now = new Date()
  await sql`delete from home_statistics`.execute(home.db)
  const free = { ...SAMPLE, diskFreeBytes: 50_000_000_000 }
  await recordStatistics(home.db, free, new Date(now.getTime() - 3 * 86_400_000))
  await recordStatistics(home.db, { ...free, diskFreeBytes: 1 }, new Date(now.getTime() + 5 * 86_400_000))
  assert.equal(await readDaysUntilFull(home.db, 50_000_000_000, now), null)
  await recordStatistics(home.db, free, now)
  const { rows } = await sql`select from home_statistics where starts_at > ${now}`.execute(home.db)
  assert.deepEqual(rows, [])
})

test('storage tells each kind of data, whether it lies elsewhere, and what is free', async () => {
  const { kinds, diskBytes, freeBytes } = await read<StorageFacts>('/status/storage')
  assert.deepEqual(
    kinds.map(({ kind, isElsewhere }) => [kind, isElsewhere]),
    [
      ['media', false],
      ['cached_media', false],
      ['database', false],
      ['backups', false],
      ['logs', false],
    ],
  )
  assert.ok((diskBytes ?? 0) > (freeBytes ?? 0) && (freeBytes ?? 0) > 0)
})

test('servers are searched, those in trouble stand first, and pages go on where the one before ended', async () => {
  const hosts = Array.from({ length: 60 }, (_, index) => `s${String(index).padStart(2, '0')}.example`)
  await home.db
    .insertInto('peers')
    .values(hosts.map((host) => ({ host })))
    .execute()
  const first = await read<PeerPage>('/peers')
  assert.deepEqual([first.peers[0]?.host, first.peers.length, first.counts.troubled], ['down.example', 50, 1])
  const second = await read<PeerPage>(`/peers?after=${encodeURIComponent(first.next ?? '')}`)
  assert.equal(second.next, null)
  const all = [...first.peers, ...second.peers].map(({ host }) => host)
  assert.deepEqual([all.length, new Set(all).size], [first.counts.all, first.counts.all])
  const found = await read<PeerPage>('/peers?search=S1')
  assert.deepEqual(found.peers.length, 10)
  const troubled = await read<PeerPage>('/peers?troubled=true')
  assert.deepEqual(
    troubled.peers.map(({ host }) => host),
    ['down.example'],
  )
})

test('the doctor looks at each part, mends what it can, and keeps quiet of what I ignore until it gets worse', async () => {
  const none = await read<DoctorReport>('/doctor')
  assert.deepEqual(none, { ranAt: null, findings: [] })
  const act = async (path: string, method: string, body?: object): Promise<DoctorReport> => {
    const answer = await home.asPage(`${API}/doctor${path}`, {
      method,
      ...(body === undefined ? {} : { body }),
    })
    assert.equal(answer.status, 200, answer.text())
    return answer.json() as unknown as DoctorReport
  }
  const stateOf = (report: DoctorReport, name: string) => {
    const found = report.findings.find((finding) => finding.name === name)
    return [found?.state, found?.isIgnored, found?.hasFix]
  }
  const report = await act('/run', 'POST')
  assert.ok(report.ranAt !== null)
  // The cluster of the tests does not wait for its disk.
  assert.deepEqual(stateOf(report, 'database'), ['bad', false, false])
  assert.deepEqual(stateOf(report, 'keys'), ['good', false, false])
  assert.deepEqual(stateOf(report, 'webfinger'), ['good', false, false])
  assert.deepEqual(stateOf(report, 'parts'), ['bad', false, false])
  assert.deepEqual(report.findings.find(({ name }) => name === 'parts')?.facts, {
    part: 'worker-0',
    reason: 'ended with code 1',
  })
  assert.deepEqual(stateOf(report, 'work'), ['look', false, true])
  assert.deepEqual(stateOf(report, 'edge'), [undefined, undefined, undefined], 'nothing stands in front')

  assert.deepEqual(stateOf(await act('/parts/ignored', 'PUT', { isIgnored: true }), 'parts'), [
    'bad',
    true,
    false,
  ])
  assert.deepEqual(stateOf(await act('/run', 'POST'), 'parts'), ['bad', true, false])
  assert.deepEqual(stateOf(await act('/parts/ignored', 'PUT', { isIgnored: false }), 'parts'), [
    'bad',
    false,
    false,
  ])

  await act('/work/ignored', 'PUT', { isIgnored: true })
  await home.db.updateTable('doctor_findings').set({ state: 'bad' }).where('name', '=', 'work').execute()
  assert.deepEqual(stateOf(await read<DoctorReport>('/doctor'), 'work').slice(0, 2), ['bad', false])

  assert.deepEqual(stateOf(await act('/work/fix', 'POST'), 'work'), ['good', false, false])
  // What is mended and breaks again is news.
  const pauses = async (method: string): Promise<void> => {
    assert.equal((await home.asPage(`${API}/pause`, { method, body: { until: null } })).status, 200)
  }
  await pauses('POST')
  assert.deepEqual(stateOf(await act('/run', 'POST'), 'pause'), ['look', false, true])
  assert.deepEqual(stateOf(await act('/pause/ignored', 'PUT', { isIgnored: true }), 'pause')[1], true)
  assert.deepEqual(stateOf(await act('/pause/fix', 'POST'), 'pause'), ['good', false, false])
  await pauses('POST')
  assert.deepEqual(stateOf(await act('/run', 'POST'), 'pause'), ['look', false, true])
  await pauses('DELETE')
  const missing = await home.asPage(`${API}/doctor/keys/fix`, { method: 'POST' })
  assert.equal(missing.status, 404)
})

test('nobody but the owner sees or does any of it, and nothing of it is on the public listener', async () => {
  for (const [method, path] of [
    ['GET', '/status'],
    ['GET', '/status/history?span=day'],
    ['GET', '/status/storage'],
    ['GET', '/doctor'],
    ['POST', '/doctor/run'],
    ['POST', '/doctor/work/fix'],
    ['GET', '/logs'],
    ['GET', '/logs/live'],
    ['GET', '/logs/file'],
    ['GET', '/help-bundle'],
  ] as const) {
    const stranger = await home.asPage(`${API}${path}`, { method, headers: { cookie: '' } })
    assert.equal(stranger.status, 401, `${method} ${path}`)
    const outside = await askListener(home.publicPort, 'home.example', `${API}${path}`, { method })
    assert.equal(outside.status, 404, `${method} ${path}`)
  }
})
