/** What comes from other servers and what goes to them, signed and verified on both sides. */
import { setTimeout as delay } from 'node:timers/promises'
import { until } from '../support/until.ts'
import { BENCH_DOMAIN, BENCH_HANDLE, type BenchHome, cpuBetween, settled } from './bench-home.ts'
import { requestBytes, runLoad } from './http-load.ts'
import { type BenchResult, latencies, quantile } from './report.ts'
import { type Sender, type World, createRequest, seedActors } from './world.ts'

const INBOX_REQUESTS = 2_000
const INBOX_HOSTS = 8
const SENDERS_PER_HOST = 4
const READS = 20_000
const WARM_READS = 2_000
const CONNECTIONS = 16
const FAN_OUTS = 5
/** What is still being written down belongs to the price. */
const WRITES_DOWN_MS = 500

function creates(senders: readonly Sender[], first: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, index) => {
    const sender = senders[index % senders.length]
    if (sender === undefined) throw new Error('no sender was seeded')
    return createRequest(sender, first + index)
  })
}

/** Signed Creates of followed people: accepted, then visible in the home timeline. */
export async function inboxOf(
  bench: BenchHome,
  world: World,
  share: number,
  workload = 'inbox',
): Promise<BenchResult> {
  const senders = await seedActors(
    bench.sql,
    world.hosts.slice(0, INBOX_HOSTS),
    SENDERS_PER_HOST,
    'followed',
    true,
  )
  const count = Math.ceil(INBOX_REQUESTS * share)
  const requests = creates(senders, count, count)
  const entries = async (): Promise<number> => {
    const { rows } = await bench.sql.query<{ count: string }>('select count(*) from timeline_entries')
    return Number(rows[0]?.count)
  }
  const arrive = async (sent: readonly Buffer[]) => {
    const before = await entries()
    const [usage, statements, begin] = [await bench.usage(), await bench.statements(), performance.now()]
    const load = await runLoad(bench.home.publicPort, sent, CONNECTIONS)
    const server = (await bench.usage()).server.cpuMs - usage.server.cpuMs
    const came = async (): Promise<boolean> => (await entries()) >= before + sent.length
    await until('all are in the timeline', came, 120_000)
    const visibleMs = performance.now() - begin
    const spent = cpuBetween(usage, await bench.usage())
    return { load, server, visibleMs, spent, sent: (await bench.statements()) - statements }
  }
  // A home that runs has done this before; what the first ones cost, for which code is compiled, is the start's.
  await arrive(creates(senders, 0, count))
  await settled(bench)
  const { load, server, visibleMs, spent, sent } = await arrive(requests)
  const { p50, p99 } = latencies(load.latenciesMs)
  return {
    workload: `${workload} (${count} Creates, ${CONNECTIONS} connections)`,
    figures: {
      accepted: { value: load.statuses.get(202) ?? 0, unit: '', goal: { atLeast: count } },
      rate: { value: load.rate, unit: '/s', goal: { atLeast: 2_000 } },
      p50,
      p99: { ...p99, goal: { atMost: 40 } },
      'server CPU each': { value: server / count, unit: 'ms CPU', goal: { atMost: 0.4 } },
      'all visible after': { value: visibleMs, unit: 'ms', goal: { atMost: 8_000 } },
      'app CPU each': { value: spent.app / count, unit: 'ms CPU' },
      'database CPU each': { value: spent.database / count, unit: 'ms CPU' },
      'CPU each': { value: (spent.app + spent.database) / count, unit: 'ms CPU', goal: { atMost: 8 } },
      statements: { value: sent / count, unit: 'statements', goal: { atMost: 1 } },
    },
  }
}

export interface FanOutShape {
  readonly name: string
  readonly hosts: number
  readonly perHost: number
  readonly shared: boolean
  readonly firstMs?: number
  readonly lastMs?: number
  /** Of one delivery: what the post costs by itself, however many it goes to, is told apart. */
  readonly statements?: number
}

export const TO_200: FanOutShape = {
  name: '200 inboxes on 50 servers',
  hosts: 50,
  perHost: 4,
  shared: false,
  firstMs: 50,
  lastMs: 250,
  statements: 0.2,
}
/** More servers than connections may stand: most of them are greeted anew by every post. */
export const TO_200_SERVERS: FanOutShape = {
  ...TO_200,
  name: '200 inboxes on 200 servers',
  hosts: 200,
  perHost: 1,
}
export const TO_50_SHARED: FanOutShape = {
  name: '1,000 on 50 shared',
  hosts: 50,
  perHost: 20,
  shared: true,
  firstMs: 50,
  lastMs: 150,
}

interface Sent {
  readonly first: number
  readonly last: number
  readonly appMs: number
  readonly databaseMs: number
  readonly cpuMs: number
  readonly statements: number
}

const OWN_POSTS = 3

/** Of a post that goes to nobody. */
async function statementsOfPost(bench: BenchHome): Promise<number> {
  const before = await bench.statements()
  for (let count = 0; count < OWN_POSTS; count += 1) {
    await bench.owner.writes(`a note to oneself ${count}`, { visibility: 'direct' })
    await delay(WRITES_DOWN_MS)
  }
  return ((await bench.statements()) - before) / OWN_POSTS
}

/** One post to many inboxes, from before its author sends it to the last arrival; the median of some posts. */
export async function fanOutOf(
  bench: BenchHome,
  world: World,
  shape: FanOutShape,
  workload = 'fan-out',
): Promise<BenchResult> {
  const hosts = world.hosts.slice(0, shape.hosts)
  await world.meet(bench.home.publicPort)
  await seedActors(bench.sql, hosts, shape.perHost, 'follower', shape.shared)
  const deliveries = shape.shared ? hosts.length : hosts.length * shape.perHost
  const post = async (text: string): Promise<Sent> => {
    const [usage, statements] = [await bench.usage(), await bench.statements()]
    const begin = world.begin()
    await bench.owner.writes(text)
    await world.arrived(deliveries)
    await delay(WRITES_DOWN_MS)
    const spent = cpuBetween(usage, await bench.usage())
    const times = world.arrivals.map(({ atMs }) => atMs - begin)
    return {
      first: Math.min(...times),
      last: times.reduce((most, time) => Math.max(most, time), 0),
      appMs: spent.app / deliveries,
      databaseMs: spent.database / deliveries,
      cpuMs: (spent.app + spent.database) / deliveries,
      statements: (await bench.statements()) - statements,
    }
  }
  // As in a home that runs: the code is compiled, and what the others run has been asked.
  for (let count = 0; count < 2; count += 1) await post(`post before ${count}`)
  await settled(bench)
  const ofPost = await statementsOfPost(bench)
  const sent: Sent[] = []
  for (let count = 0; count < FAN_OUTS; count += 1) sent.push(await post(`post that is measured ${count}`))
  const median = (part: keyof Sent): number =>
    quantile(
      sent.map((one) => one[part]),
      0.5,
    )
  const atMost = (value?: number) => (value === undefined ? {} : { goal: { atMost: value } })
  return {
    workload: `${workload} (${shape.name})`,
    figures: {
      first: { value: median('first'), unit: 'ms', ...atMost(shape.firstMs) },
      last: { value: median('last'), unit: 'ms', ...atMost(shape.lastMs) },
      rate: { value: (deliveries * 1_000) / median('last'), unit: '/s' },
      'refused by the others': { value: world.refused.length, unit: '', goal: { atMost: 0 } },
      'app CPU each': { value: median('appMs'), unit: 'ms CPU' },
      'database CPU each': { value: median('databaseMs'), unit: 'ms CPU' },
      'CPU each': { value: median('cpuMs'), unit: 'ms CPU', goal: { atMost: 2 } },
      'statements of the post': { value: ofPost, unit: 'statements' },
      statements: {
        value: Math.max(0, median('statements') - ofPost) / deliveries,
        unit: 'statements',
        ...atMost(shape.statements),
      },
    },
  }
}

/** What other servers read all the time. */
export async function readsOf(bench: BenchHome, share: number): Promise<BenchResult[]> {
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
    const times = Math.ceil(READS * share)
    const requests = Array.from({ length: times }, () => request)
    await runLoad(bench.home.publicPort, requests.slice(0, WARM_READS), CONNECTIONS)
    const usage = await bench.usage()
    const load = await runLoad(bench.home.publicPort, requests, CONNECTIONS)
    const spent = cpuBetween(usage, await bench.usage())
    results.push({
      workload: `read ${name}`,
      figures: {
        good: { value: load.statuses.get(200) ?? 0, unit: '', goal: { atLeast: times } },
        rate: { value: load.rate, unit: '/s', goal: { atLeast: 8_000 } },
        ...latencies(load.latenciesMs),
        'CPU each': { value: (spent.app + spent.database) / times, unit: 'ms CPU' },
      },
    })
  }
  return results
}
