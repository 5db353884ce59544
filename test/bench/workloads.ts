/** The workloads, each from a home made for it. Figures to reach are those of the design, for 2 cores. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ProcessHome } from '../support/process-home.ts'
import { noBrowser } from '../support/browser.ts'
import { until } from '../support/until.ts'
import { buildWindow } from '../support/window-home.ts'
import { API_SIZES, type Measures, measureApi, ratios } from './api-load.ts'
import { BENCH_DOMAIN, BENCH_HANDLE, type BenchHome, cpuBetween, openBenchHome } from './bench-home.ts'
import { cacheEviction, cacheSpeed } from './cache-load.ts'
import { requestBytes, runLoad } from './http-load.ts'
import { importLoad } from './import-load.ts'
import { keepingLoad } from './keeping-load.ts'
import { mediaLoad } from './media-load.ts'
import { processTree, usageOf } from './processes.ts'
import { pruneLoad } from './prune-load.ts'
import { type BenchResult, latencies } from './report.ts'
import { scanners } from './scanners.ts'
import { searchLoad } from './search-load.ts'
import { desktopStart, startLoad } from './start-load.ts'
import { tunnelLoad } from './tunnel-load.ts'
import { windowLoad } from './window-load.ts'
import { type World, createRequest, openWorld, seedActors } from './world.ts'

export type Workload = () => Promise<BenchResult[]>

async function withHome<T>(
  env: Readonly<Record<string, string>>,
  measure: (bench: BenchHome) => Promise<T>,
): Promise<T> {
  const bench = await openBenchHome(env)
  try {
    return await measure(bench)
  } finally {
    await bench[Symbol.asyncDispose]()
  }
}

async function withWorldAndHome<T>(
  hosts: number,
  measure: (world: World, bench: BenchHome) => Promise<T>,
): Promise<T> {
  const world = await openWorld(hosts)
  try {
    return await withHome(world.env, async (bench) => measure(world, bench))
  } finally {
    await world[Symbol.asyncDispose]()
  }
}

const INBOX_REQUESTS = 2_000
const READS = 20_000
const CONNECTIONS = 16
const SETTLE_MS = 10_000
const MEBIBYTE = 1_048_576

/** Proportional memory of an idle home, part by part. */
async function memory(): Promise<BenchResult[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hb-bench-'))
  let home = new ProcessHome({ domain: BENCH_DOMAIN, handle: BENCH_HANDLE, dataDir }, dataDir)
  try {
    await home.start()
    await home.stop()
    home = new ProcessHome({ domain: BENCH_DOMAIN, handle: null, dataDir }, dataDir)
    await home.start()
    await delay(SETTLE_MS)
    const before = await usageOf(await processTree(home.pid), home.pid)
    await delay(SETTLE_MS)
    const after = await usageOf(await processTree(home.pid), home.pid)
    const spent = cpuBetween(before, after)
    const parts = Object.entries(after).map(([part, { pssBytes }]) => [part, pssBytes / MEBIBYTE] as const)
    const all = parts.reduce((sum, [, value]) => sum + value, 0)
    return [
      {
        workload: 'memory',
        figures: {
          all: { value: all, unit: 'MB', goal: { atMost: 200 } },
          ...Object.fromEntries(parts.map(([part, value]) => [part, { value, unit: 'MB' as const }])),
          'CPU per idle minute': {
            value: ((spent.app + spent.database) * 60_000) / SETTLE_MS,
            unit: 'ms CPU',
          },
        },
      },
    ]
  } finally {
    await home.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

/** Signed Creates of followed people: accepted, then visible in the home timeline. */
async function inbox(): Promise<BenchResult[]> {
  return withWorldAndHome(8, inboxOf)
}

async function inboxOf(world: World, bench: BenchHome): Promise<BenchResult[]> {
  const senders = await seedActors(bench.sql, world.hosts, 4, 'followed', true)
  const requests = Array.from({ length: INBOX_REQUESTS }, (_, index) => {
    const sender = senders[index % senders.length]
    if (sender === undefined) throw new Error('no sender was seeded')
    return createRequest(sender, index)
  })
  const [usage, statements] = [await bench.usage(), await bench.statements()]
  const begin = performance.now()
  const load = await runLoad(bench.home.publicPort, requests, CONNECTIONS)
  const usageAccepted = await bench.usage()
  await until(
    'all are in the timeline',
    async () => {
      const { rows } = await bench.sql.query<{ count: string }>('select count(*) from timeline_entries')
      return Number(rows[0]?.count) >= INBOX_REQUESTS
    },
    120_000,
  )
  const visibleMs = performance.now() - begin
  const spent = cpuBetween(usage, await bench.usage())
  const server = usageAccepted.server.cpuMs - usage.server.cpuMs
  const accepted = load.statuses.get(202) ?? 0
  return [
    {
      workload: `inbox (${INBOX_REQUESTS} Creates, ${CONNECTIONS} connections)`,
      figures: {
        accepted: { value: accepted, unit: '', goal: { atLeast: INBOX_REQUESTS } },
        rate: { value: load.rate, unit: '/s', goal: { atLeast: 2_000 } },
        ...withGoal(latencies(load.latenciesMs), 40),
        'server CPU each': { value: server / INBOX_REQUESTS, unit: 'ms CPU', goal: { atMost: 0.4 } },
        'all visible after': { value: visibleMs, unit: 'ms', goal: { atMost: 8_000 } },
        'app CPU each': { value: spent.app / INBOX_REQUESTS, unit: 'ms CPU' },
        'database CPU each': { value: spent.database / INBOX_REQUESTS, unit: 'ms CPU' },
        'all CPU each': {
          value: (spent.app + spent.database) / INBOX_REQUESTS,
          unit: 'ms CPU',
          goal: { atMost: 8 },
        },
        statements: {
          value: ((await bench.statements()) - statements) / INBOX_REQUESTS,
          unit: 'statements',
          goal: { atMost: 1 },
        },
      },
    },
  ]
}

function withGoal(figures: ReturnType<typeof latencies>, p99: number): BenchResult['figures'] {
  return { p50: figures.p50, p99: { ...figures.p99, goal: { atMost: p99 } } }
}

interface FanOutShape {
  readonly name: string
  readonly hosts: number
  readonly perHost: number
  readonly shared: boolean
  readonly deliveries: number
  readonly firstMs: number
  readonly lastMs: number
}

/** One post to many inboxes, from the answer to its author to the last arrival. */
async function fanOutOf(shape: FanOutShape, world: World, bench: BenchHome): Promise<BenchResult> {
  await world.meet(bench.home.publicPort)
  await seedActors(bench.sql, world.hosts, shape.perHost, 'follower', shape.shared)
  // The first post opens the connections, as those of a home that runs are open.
  await bench.owner.writes('a first post')
  await world.arrived(shape.deliveries)
  world.arrivals.length = 0
  const [usage, statements] = [await bench.usage(), await bench.statements()]
  const begin = performance.now()
  await bench.owner.writes('the post that is measured')
  await world.arrived(shape.deliveries)
  await delay(500) // what is still being written down belongs to the price
  const spent = cpuBetween(usage, await bench.usage())
  const times = world.arrivals.map(({ atMs }) => atMs - begin)
  return {
    workload: `fan-out (${shape.name})`,
    figures: {
      first: { value: Math.min(...times), unit: 'ms', goal: { atMost: shape.firstMs } },
      last: { value: Math.max(...times), unit: 'ms', goal: { atMost: shape.lastMs } },
      rate: { value: (shape.deliveries * 1_000) / Math.max(...times), unit: '/s' },
      'refused by the sink': { value: world.refused.length, unit: '', goal: { atMost: 0 } },
      'CPU each': {
        value: (spent.app + spent.database) / shape.deliveries,
        unit: 'ms CPU',
        goal: { atMost: 2 },
      },
      statements: {
        value: ((await bench.statements()) - statements) / shape.deliveries,
        unit: 'statements',
        goal: { atMost: 0.2 },
      },
    },
  }
}

const SHAPES: readonly FanOutShape[] = [
  { name: '200 inboxes', hosts: 200, perHost: 1, shared: false, deliveries: 200, firstMs: 50, lastMs: 250 },
  {
    name: '1,000 on 50 shared',
    hosts: 50,
    perHost: 20,
    shared: true,
    deliveries: 50,
    firstMs: 50,
    lastMs: 150,
  },
]

async function fanOut(): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const shape of SHAPES) {
    results.push(await withWorldAndHome(shape.hosts, async (world, bench) => fanOutOf(shape, world, bench)))
  }
  return results
}

/** What other servers read all the time. */
async function reads(): Promise<BenchResult[]> {
  return withHome({}, readsOf)
}

async function readsOf(bench: BenchHome): Promise<BenchResult[]> {
  const post = await bench.owner.writes('a post that is read often')
  const webFinger = `/.well-known/webfinger?resource=acct:${BENCH_HANDLE}@${BENCH_DOMAIN}`
  const answer = (await bench.home.ask(webFinger)).json()
  const self = [...(answer['links'] ?? [])].find((link) => String(link['rel']) === 'self')
  const paths = {
    actor: new URL(String(self?.['href'])).pathname,
    WebFinger: webFinger,
    post: new URL(String(post['uri'])).pathname,
    NodeInfo: '/nodeinfo/2.1',
  }
  const results: BenchResult[] = []
  for (const [name, path] of Object.entries(paths)) {
    const request = requestBytes('GET', path, { host: BENCH_DOMAIN, accept: 'application/activity+json' })
    const usage = await bench.usage()
    const load = await runLoad(
      bench.home.publicPort,
      Array.from({ length: READS }, () => request),
      CONNECTIONS,
    )
    const spent = cpuBetween(usage, await bench.usage())
    results.push({
      workload: `read ${name}`,
      figures: {
        good: { value: load.statuses.get(200) ?? 0, unit: '', goal: { atLeast: READS } },
        rate: { value: load.rate, unit: '/s', goal: { atLeast: 8_000 } },
        ...latencies(load.latenciesMs),
        'CPU each': { value: (spent.app + spent.database) / READS, unit: 'ms CPU' },
      },
    })
  }
  return results
}

/** Apps, servers and readers on a small library and on a large one, and how much slower the large one is. */
async function api(): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  const measures: Measures[] = []
  for (const posts of API_SIZES) {
    const found = await withHome({}, async (bench) => measureApi(bench, posts))
    results.push(...found.results)
    measures.push(found.measures)
  }
  const [small, large] = measures
  return small === undefined || large === undefined ? results : [...results, ...ratios(small, large)]
}

/** The window in a browser. It is built before the home starts, which serves what it finds then. */
async function windowBudgets(): Promise<BenchResult[]> {
  if (noBrowser !== false) {
    console.error(`bench: window: ${noBrowser}`)
    return []
  }
  await buildWindow()
  return withWorldAndHome(4, windowLoad)
}

export const WORKLOADS: Readonly<Record<string, Workload>> = {
  start: startLoad,
  desktop: desktopStart,
  memory,
  inbox,
  'fan-out': fanOut,
  reads,
  scanners,
  search: async () => withHome({}, searchLoad),
  prune: async () => withHome({}, pruneLoad),
  imports: importLoad,
  keeping: async () => withHome({}, keepingLoad),
  api,
  media: mediaLoad,
  window: windowBudgets,
  tunnel: tunnelLoad,
  'cache-speed': cacheSpeed,
  'cache-eviction': cacheEviction,
}

/** Names for several at once. */
export const GROUPS: Readonly<Record<string, readonly string[]>> = {
  federation: ['inbox', 'fan-out', 'reads', 'scanners'],
  start: ['start', 'desktop'],
  caches: ['cache-speed', 'cache-eviction'],
}
