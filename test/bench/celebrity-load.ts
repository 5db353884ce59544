/**
 * One post of somebody whom very many follow, on very many servers of which a third are dead: first while each of these is still
 * tried, then as the home has learned of them. What is measured is what those who live have of it.
 */
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { type BenchHome, cpuBetween, openBenchHome } from './bench-home.ts'
import { type BenchResult, quantile } from './report.ts'
import type { Bench } from './scale.ts'
import { type World, openWorld, seedActors } from './world.ts'

const FOLLOWERS_PER_INBOX = 5
const DEAD_EVERY = 3
/** Of one signature with RSA-2048: nobody delivers sooner on one core. */
const SIGN_MS = 0.28
const MEMORY_EVERY_MS = 500
const LEARNED_AFTER_MS = 22_000
const MB = 1_048_576

export async function celebrityLoad({ scale }: Bench): Promise<BenchResult[]> {
  const hosts = Math.ceil(scale.followers[1] / FOLLOWERS_PER_INBOX)
  const world = await openWorld(hosts, DEAD_EVERY)
  // More addresses than one variable of a process may hold.
  const file = join(tmpdir(), `hb-bench-${process.pid}.env`)
  const { HOMEBIRD_HOST_ADDRESSES: addresses, ...env } = world.env
  await writeFile(file, `HOMEBIRD_HOST_ADDRESSES=${addresses}\n`, { mode: 0o600 })
  const bench = await openBenchHome({ ...env, HOMEBIRD_CONFIG_FILE: file })
  try {
    await world.meet(bench.home.publicPort)
    await seedActors(bench.sql, world.hosts, FOLLOWERS_PER_INBOX, 'follower', true)
    const words = `${scale.followers[1].toLocaleString('en')} followers, ${hosts.toLocaleString('en')} inboxes, a third dead`
    await failedBefore(bench.sql, world.dead)
    const first = await postOnce(bench, world, `celebrity (${words}, still tried)`)
    await learnOfDead(bench, world.dead)
    return [first, await postOnce(bench, world, `celebrity (${words}, known)`)]
  } finally {
    await bench[Symbol.asyncDispose]()
    await world[Symbol.asyncDispose]()
    await rm(file, { force: true })
  }
}

/** They fell silent one by one: a great many at once would be taken for a fault of the own line. */
async function failedBefore(sql: pg.Client, dead: readonly string[]): Promise<void> {
  await sql.query(
    `insert into peers (host, failures, failing_since, last_failure_at, last_error)
     select host, 1, now(), now(), 'silent' from unnest($1::text[]) as host
         on conflict (host) do update set failures = 1`,
    [dead],
  )
}

/** What a home knows after three deliveries that failed, without the minutes that lie between them. */
async function learnOfDead({ sql }: BenchHome, dead: readonly string[]): Promise<void> {
  await sql.query(
    `insert into peers (host, failures, failing_since, last_failure_at, last_error, retry_at)
     select host, 3, now(), now(), 'silent', now() + interval '1 hour' from unnest($1::text[]) as host
         on conflict (host) do update set failures = 3, retry_at = excluded.retry_at`,
    [dead],
  )
  await sql.query(
    `update fan_outs set state_next_attempt_at = now() + interval '1 hour'
      where state = 'new' and state_lock_token is null and host = any($1)`,
    [dead],
  )
  // The worker reads it again by then.
  await delay(LEARNED_AFTER_MS)
}

interface Memory {
  readonly before: number
  readonly most: number
}

/** Of the worker, looked at while the work is done. */
async function whileWatched(bench: BenchHome, work: () => Promise<void>): Promise<Memory> {
  const memory = async (): Promise<number> => (await bench.usage()).worker.pssBytes
  const before = await memory()
  let most = before
  const working = work().then(() => 'over' as const)
  for (let seen: unknown; seen !== 'over';) {
    most = Math.max(most, await memory())
    seen = await Promise.race([working, delay(MEMORY_EVERY_MS)])
  }
  return { before, most }
}

/** One post, from before its author sends it until everybody who lives has it. */
async function postOnce(bench: BenchHome, world: World, workload: string): Promise<BenchResult> {
  const healthy = world.hosts.length - world.dead.length
  const [usage, begin] = [await bench.usage(), world.begin()]
  const { before, most } = await whileWatched(bench, async () => {
    await bench.owner.writes(`a post to very many, ${workload}`)
    await world.arrived(healthy)
  })
  const spent = cpuBetween(usage, await bench.usage())
  const times = world.arrivals.map(({ atMs }) => atMs - begin)
  const last = times.reduce((latest, time) => Math.max(latest, time), 0)
  const each = (spent.app + spent.database) / healthy
  return {
    workload,
    figures: {
      'served of those who live': {
        value: new Set(world.arrivals.map(({ host }) => host)).size,
        unit: '',
        goal: { atLeast: healthy },
      },
      'came twice': { value: times.length - healthy, unit: '', goal: { atMost: 0 } },
      'refused by the others': { value: world.refused.length, unit: '', goal: { atMost: 0 } },
      p50: { value: quantile(times, 0.5), unit: 'ms' },
      last: { value: last, unit: 'ms' },
      rate: { value: (healthy * 1_000) / last, unit: '/s' },
      'signing alone, one core': { value: healthy * SIGN_MS, unit: 'ms' },
      'CPU each': { value: each, unit: 'ms CPU' },
      'worker before': { value: before / MB, unit: 'MB' },
      'worker at most': { value: most / MB, unit: 'MB' },
    },
  }
}
