/** Figures for Prometheus: to whom they are shown, what is in them, and what is not. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { sql } from 'kysely'
import type { ApplianceFacts } from '../../../server/contracts/appliance-status.ts'
import type { BackupsOverview, PlaceFacts } from '../../../server/contracts/backups.ts'
import type { TunnelStatus } from '../../../server/contracts/tunnel.ts'
import { createLogger } from '../../../server/core/log.ts'
import { DeliveryCounts } from '../../../server/domain/fan-outs/delivery-counts.ts'
import { openFigures } from '../../../server/http/metrics/figures.ts'
import { ProcessFigures, mergedText } from '../../../server/http/metrics/process-figures.ts'
import { offCache } from '../../../server/storage/caches/off-cache.ts'
import { askListener } from '../../support/http-client.ts'
import { NO_BACKUPS, openLogFolder } from '../../support/log-folder.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from '../../support/owner-home.ts'
import { until } from '../../support/until.ts'

const API = '/api/homebird/v1'
const TOKEN = 'a-token-for-prometheus'
const SHOWN = { headers: { authorization: `Bearer ${TOKEN}` } }

let home: OwnerHome
before(async () => {
  const logs = await openLogFolder()
  const part = { pid: 7, uptimeSeconds: 90, restarts: 2, cpuShare: 0.25, helpers: 0, note: null } as const
  home = await openOwnerHome({
    supervision: logs.supervision({
      parts: [
        { ...part, name: 'server-0', state: 'Running', memoryBytes: 90_000_000 },
        { ...part, name: 'worker-0', state: 'Retrying', memoryBytes: null },
      ],
    }),
    env: { HOMEBIRD_METRICS: 'true', HOMEBIRD_METRICS_TOKEN: TOKEN },
  })
})

/** Values by name and labels, as they stand. */
async function figures(): Promise<Map<string, number>> {
  const answer = await home.ask('/metrics', SHOWN)
  assert.equal(answer.status, 200, answer.text())
  return valuesIn(answer.text())
}

function valuesIn(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

test('they are shown for the token and to the owner, and to nobody else', async () => {
  for (const authorization of ['', 'Bearer wrong-token-for-it', `Basic ${TOKEN}`]) {
    assert.equal((await home.ask('/metrics', { headers: { authorization } })).status, 401, authorization)
  }
  const shown = await home.ask('/metrics', SHOWN)
  assert.equal(shown.status, 200)
  assert.match(String(shown.headers['content-type']), /^text\/plain; version=0\.0\.4/)
  assert.match(String(shown.headers['cache-control']), /no-store/)
  await home.asPage(`${API}/session/key`, { method: 'POST', body: { key: START_KEY } })
  const setUp = {
    username: 'ana',
    displayName: 'Ana',
    password: 'correct horse battery',
    domain: 'home.example',
    serviceDomain: null,
  }
  assert.equal((await home.asPage(`${API}/setup`, { method: 'POST', body: setUp })).status, 200)
  assert.equal((await home.asPage('/metrics')).status, 200)
})

test('parts, graphs, database, pool and requests have figures; who is asked for has none', async () => {
  await sql`
    insert into hashtags (name, display_name, state, state_next_attempt_at)
    select 'tag' || n, 'Tag', 'outdated', now() - interval '1 minute' from generate_series(1, 3) as n`.execute(
    home.db,
  )
  await sql`
    insert into stator_counts (graph, grain, starts_at, queued, handled, failed)
    values ('hashtags', 'month', '2026-01-01', 0, 40, 2), ('hashtags', 'month', '2026-02-01', 0, 2, 1),
           ('hashtags', 'hour', '2026-02-01', 0, 2, 1)`.execute(home.db)
  assert.equal((await home.ask('/somebody/private')).status, 404)
  const first = await figures()
  const value = (name: string): number | undefined => first.get(name)
  assert.equal(value('homebird_up'), 1)
  assert.equal(value('homebird_part_up{part="worker-0"}'), 0)
  assert.equal(value('homebird_part_memory_bytes{part="server-0"}'), 90_000_000)
  assert.equal(value('homebird_part_memory_bytes{part="worker-0"}'), undefined, 'what is not known is absent')
  assert.equal(value('homebird_part_restarts{part="server-0"}'), 2)
  assert.equal(value('homebird_stator_waiting{graph="hashtags"}'), 3)
  assert.ok((value('homebird_stator_oldest_seconds{graph="hashtags"}') ?? 0) >= 60)
  assert.equal(value('homebird_stator_handled_total{graph="hashtags"}'), 42)
  assert.equal(value('homebird_stator_failed_total{graph="hashtags"}'), 3)
  assert.ok((value('homebird_pool_statements_total{part="server-0"}') ?? 0) > 0)
  assert.ok((value('homebird_database_bytes') ?? 0) > 1_000_000)
  assert.ok([...first.keys()].some((name) => name.startsWith('homebird_cache_hits_total{cache="media"')))
  assert.ok((value('process_resident_memory_bytes{part="server-0"}') ?? 0) > 0)
  const requests = [...first].filter(([name]) =>
    name.startsWith('homebird_http_request_duration_seconds_count'),
  )
  const unknown = requests.find(([name]) => name.includes('route="none"'))
  assert.ok(unknown !== undefined && unknown[0].includes('status="4xx"'))
  assert.ok(![...first.keys()].some((name) => name.includes('somebody')), 'patterns of routes, never paths')
})

test('a counter goes on where it was, whoever asks at the same time; what is gone leaves', async () => {
  const name = 'homebird_stator_handled_total{graph="hashtags"}'
  await sql`delete from hashtags`.execute(home.db)
  const readings = await Promise.all([figures(), figures(), figures()])
  assert.deepEqual(
    readings.map((reading) => reading.get(name)),
    [42, 42, 42],
  )
  assert.equal(readings[0]?.get('homebird_stator_waiting{graph="hashtags"}'), undefined)
})

const NO_TUNNEL: TunnelStatus = {
  kind: 'none',
  state: 'off',
  since: new Date(0).toISOString(),
  proof: null,
  reason: null,
  nextTryAt: null,
  attempts: 0,
  findings: [],
  notice: null,
  facts: {},
}

const NEW_PLACE: PlaceFacts = {
  id: 'own',
  kind: 'folder',
  label: 'folder',
  isOwn: true,
  isOtherDisk: false,
  lastMadeAt: null,
  lastCheckedAt: null,
  failures: 0,
  failure: null,
  nextAt: null,
  waitsFor: null,
}

/** Of a supervisor and of caches that do as they are told. */
async function openToldFigures(facts: Partial<ApplianceFacts> = {}) {
  const supervision = (await openLogFolder()).supervision({
    disk: { freeBytes: 7, room: 'enough', hasReserve: false },
    ...facts,
  })
  const told = {
    facts: () => supervision.facts(),
    figures: () => supervision.figures(),
    stats: () => offCache.stats(),
    /** Null: it does not say. */
    backups: NO_BACKUPS as BackupsOverview | null,
  }
  const cache = { ...offCache, stats: () => told.stats() }
  const log = createLogger('test', 'silent')
  const figuresOf = openFigures({
    db: home.db,
    caches: { default: cache, media: cache, avatars: cache },
    log,
    supervision: {
      ...supervision,
      facts: () => told.facts(),
      figures: () => told.figures(),
      keep: async () => told.backups ?? Promise.reject(new Error('busy')),
    },
  })
  const text = async (): Promise<string> => figuresOf.text()
  return { told, text, read: async () => valuesIn(await text()) }
}

test('each other process of the machine tells of itself, and one that cannot be read keeps nothing else back', async () => {
  const { told, read } = await openToldFigures()
  const deliveries = new DeliveryCounts()
  deliveries.add('delivered')
  deliveries.add('delivered')
  deliveries.add('unreachable')
  const worker = new ProcessFigures({
    part: 'worker-0',
    poolCounts: () => ({ statements: 5, connections: 3, idle: 2, waiting: 1 }),
    deliveries,
  })
  const server = new ProcessFigures({ part: 'server-1' })
  const asked = { listener: 'public', method: 'GET', route: '/ap/:id', status: 200, seconds: 0.002 } as const
  server.answered(asked)
  server.answered(asked)
  // As they come over the channels.
  const siblings = JSON.parse(JSON.stringify([await worker.read(), await server.read(), null, 'odd']))
  told.figures = async () => siblings
  const all = await read()
  assert.equal(all.get('homebird_pool_statements_total{part="worker-0"}'), 5)
  assert.equal(all.get('homebird_pool_waiting{part="worker-0"}'), 1)
  const ended = (result: string): number | undefined =>
    all.get(`homebird_deliveries_total{result="${result}",part="worker-0"}`)
  assert.deepEqual([ended('delivered'), ended('unreachable'), ended('refused')], [2, 1, 0])
  const labels = 'listener="public",method="GET",route="/ap/:id",status="2xx",part="server-1"'
  assert.equal(all.get(`homebird_http_request_duration_seconds_count{${labels}}`), 2)
  assert.equal(all.get(`homebird_http_request_duration_seconds_bucket{le="0.0025",${labels}}`), 2)
  for (const part of ['server-0', 'server-1', 'worker-0'])
    assert.ok((all.get(`process_start_time_seconds{part="${part}"}`) ?? 0) > 1_000_000, part)
  told.figures = async () => Promise.reject(new Error('busy'))
  const own = await read()
  assert.ok((own.get('process_start_time_seconds{part="server-0"}') ?? 0) > 0)
  assert.equal(own.has('homebird_pool_waiting{part="worker-0"}'), false)
})

test('what a supervisor that is busy does not tell is absent, and not 0', async () => {
  const { told, read } = await openToldFigures()
  const known = await read()
  assert.deepEqual([known.get('homebird_up'), known.get('homebird_disk_free_bytes')], [1, 7])
  told.facts = () => Promise.reject(new Error('busy'))
  const unknown = await read()
  for (const name of ['homebird_up', 'homebird_disk_free_bytes', 'homebird_supervisor_memory_bytes'])
    assert.equal(unknown.has(name), false, name)
  assert.ok((unknown.get('homebird_database_bytes') ?? 0) > 0)
})

test('the way in and the places of backups have figures, without their names', async () => {
  const at = (seconds: number): string => new Date(Date.now() - seconds * 1_000).toISOString()
  const proof = { source: 'loop', at: at(30), ms: 12 } as const
  const tunnel = { ...NO_TUNNEL, kind: 'ssh', state: 'verified', proof, attempts: 2 } as const
  const { told, read } = await openToldFigures({ tunnel })
  const place = {
    ...NEW_PLACE,
    label: 'sftp ana@nas.example/secret-folder',
    lastMadeAt: at(7_200),
    lastCheckedAt: at(3_600),
  }
  told.backups = {
    ...NO_BACKUPS,
    places: [
      { ...place, kind: 'sftp' },
      { ...NEW_PLACE, failures: 3 },
    ],
  }
  const values = await read()
  assert.equal(values.get('homebird_tunnel_up{kind="ssh"}'), 1)
  assert.equal(values.get('homebird_tunnel_state{kind="ssh",state="verified"}'), 1)
  assert.equal(values.get('homebird_tunnel_attempts{kind="ssh"}'), 2)
  const near = (name: string, seconds: number): void => {
    const value = values.get(name) ?? -1
    assert.ok(value >= seconds && value < seconds + 600, `${name} ${value}`)
  }
  near('homebird_tunnel_proof_age_seconds{kind="ssh"}', 30)
  near('homebird_backup_age_seconds{place="1",kind="sftp"}', 7_200)
  near('homebird_backup_proof_age_seconds{place="1",kind="sftp"}', 3_600)
  assert.equal(
    values.has('homebird_backup_age_seconds{place="2",kind="folder"}'),
    false,
    'none was ever made',
  )
  assert.equal(values.get('homebird_backup_failures{place="2",kind="folder"}'), 3)
  assert.equal(values.get('homebird_backup_running'), 0)
  assert.ok([...values.keys()].every((name) => !/nas|secret-folder/.test(name)))
  told.backups = null
  const unknown = await read()
  assert.equal(unknown.has('homebird_backup_running'), false)
  assert.ok((unknown.get('homebird_database_bytes') ?? 0) > 0)
})

test('what is answered is the text format of Prometheus', async () => {
  const { read, text } = await openToldFigures()
  await read()
  const lines = (await text()).split('\n')
  assert.equal(lines.at(-1), '', 'the last line has an end')
  const types = lines.flatMap((line) => /^# TYPE (\S+) /.exec(line)?.[1] ?? [])
  assert.equal(new Set(types).size, types.length, 'each is told once')
  const helped = new Set(lines.flatMap((line) => /^# HELP (\S+) \S/.exec(line)?.[1] ?? []))
  assert.deepEqual(
    types.filter((name) => !helped.has(name)),
    [],
  )
  const values = lines.filter((line) => line !== '' && !line.startsWith('#'))
  const odd = values.filter((line) => !SAMPLE.test(line))
  assert.deepEqual(odd, [])
  const names = values.map((line) => line.slice(0, line.lastIndexOf(' ')))
  assert.equal(new Set(names).size, names.length, 'no value is told twice')
  const ours = types.filter((name) => name.startsWith('homebird_'))
  const counters = lines.flatMap((line) => /^# TYPE (homebird_\S+) counter$/.exec(line)?.[1] ?? [])
  assert.deepEqual(
    ours.filter((name) => name.endsWith('_total')),
    counters,
  )
})

test('a mean of no values is written as the format has it', async () => {
  const lag = { name: 'lag', help: 'lag', type: 'gauge', values: [{ value: Number.NaN, labels: {} }] }
  const lines = (await mergedText([[lag]])).split('\n')
  assert.ok(lines.includes('lag NaN'))
})

/** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
const SAMPLE =
  /^[a-zA-Z_:][\w:]*(?:\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*"(?:,[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\n"])*")*\})? (?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/

test('a reading that fails leaves nothing behind that is added to the next one', async () => {
  const { told, read } = await openToldFigures()
  const { facts, stats } = told
  const held = Promise.withResolvers<void>()
  told.facts = async (): Promise<ApplianceFacts | null> => {
    await held.promise
    return facts()
  }
  told.stats = () => Promise.reject(new Error('the cache is broken'))
  const failing = read()
  await turn()
  told.stats = stats
  const joined = read()
  held.resolve()
  const [first, second] = await Promise.allSettled([failing, joined])
  assert.equal(first.status, 'rejected')
  const last = await read()
  const seen = [second.status === 'fulfilled' ? second.value : last, last]
  for (const values of seen) assert.equal(values.get('homebird_disk_free_bytes'), 7)
})

test('of wrong tokens ten are looked at, and then not even the right one', async () => {
  const guarded = await openOwnerHome({ env: { HOMEBIRD_METRICS: 'true', HOMEBIRD_METRICS_TOKEN: TOKEN } })
  const statusWith = async (token: string): Promise<number> =>
    (await guarded.ask('/metrics', { headers: { authorization: `Bearer ${token}` } })).status
  for (let round = 1; round <= 20; round += 1) assert.equal(await statusWith(TOKEN), 200, 'it costs no try')
  let looked = 0
  // One comes back every half a minute.
  await until('the wrong ones are used up', async () => {
    const status = await statusWith(`wrong-token-number-${looked}`)
    if (status === 401) looked += 1
    else assert.equal(status, 429)
    return status === 429
  })
  assert.ok(looked >= 10, `${looked} were looked at`)
  const refused = await guarded.ask('/metrics', SHOWN)
  assert.equal(refused.status, 429)
  assert.ok(Number(refused.headers['retry-after']) > 0)
})

test('they are nowhere in public, and nowhere at all unless they are wanted', async () => {
  const inPublic = await askListener(home.publicPort, 'home.example', '/metrics', SHOWN)
  assert.equal(inPublic.status, 404)
  const quiet = await openOwnerHome({ env: { HOMEBIRD_METRICS_TOKEN: TOKEN } })
  assert.equal((await quiet.ask('/metrics', SHOWN)).status, 404)
})
