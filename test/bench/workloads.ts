/** The workloads, each from a home made for it. Figures to reach are those of the design, for 2 cores. */
import { noBrowser } from '../support/browser.ts'
import { buildWindow } from '../support/window-home.ts'
import { type BenchHome, openBenchHome } from './bench-home.ts'
import { cacheEviction, cacheSpeed } from './cache-load.ts'
import { celebrityLoad } from './celebrity-load.ts'
import { TO_200, TO_200_SERVERS, TO_50_SHARED, fanOutOf, inboxOf, readsOf } from './federation-load.ts'
import { growthLoad } from './growth-load.ts'
import { memoryLoad } from './idle-load.ts'
import { importLoad } from './import-load.ts'
import { keepingLoad } from './keeping-load.ts'
import { machineSpeed } from './machine.ts'
import { mediaLoad } from './media-load.ts'
import { pruneLoad } from './prune-load.ts'
import type { BenchResult } from './report.ts'
import type { Bench } from './scale.ts'
import { scanners } from './scanners.ts'
import { searchLoad } from './search-load.ts'
import { desktopStart, startLoad } from './start-load.ts'
import { tunnelLoad } from './tunnel-load.ts'
import { windowLoad } from './window-load.ts'
import { type World, openWorld } from './world.ts'

type Workload = (bench: Bench) => Promise<BenchResult[]>

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

async function inbox({ scale }: Bench): Promise<BenchResult[]> {
  return withWorldAndHome(8, async (world, home) => [await inboxOf(home, world, scale.share)])
}

async function fanOut(): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const shape of [TO_200, TO_200_SERVERS, TO_50_SHARED]) {
    results.push(await withWorldAndHome(shape.hosts, async (world, home) => fanOutOf(home, world, shape)))
  }
  return results
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

async function search({ scale, seeds, hasTime }: Bench): Promise<BenchResult[]> {
  const { bench, seeded } = await seeds.home(scale.posts[1])
  try {
    return await searchLoad(bench, seeded.library, { scale, hasTime })
  } finally {
    await bench[Symbol.asyncDispose]()
  }
}

/** In this order, for a run may have less time than all of them need: what the design sets goals for comes first. */
const WORKLOADS: Readonly<Record<string, Workload>> = {
  machine: machineSpeed,
  start: startLoad,
  memory: memoryLoad,
  inbox,
  'fan-out': fanOut,
  reads: async ({ scale }) => withHome({}, async (home) => readsOf(home, scale.share)),
  growth: growthLoad,
  search,
  celebrity: celebrityLoad,
  window: windowBudgets,
  desktop: desktopStart,
  prune: async () => withHome({}, pruneLoad),
  scanners,
  tunnel: tunnelLoad,
  'cache-speed': cacheSpeed,
  'cache-eviction': cacheEviction,
  media: mediaLoad,
  imports: importLoad,
  keeping: async () => withHome({}, keepingLoad),
}

/** Names for several at once. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  federation: ['inbox', 'fan-out', 'reads', 'scanners'],
  start: ['start', 'desktop'],
  caches: ['cache-speed', 'cache-eviction'],
}

export const workloadNames = (): string[] => [...Object.keys(WORKLOADS), ...Object.keys(GROUPS)]

/** @returns in the order given, for none all of them; an error where one of them is not known */
export function namedWorkloads(names: readonly string[]): Array<readonly [string, Workload]> | Error {
  const wanted = names.length === 0 ? Object.keys(WORKLOADS) : names.flatMap((name) => GROUPS[name] ?? [name])
  const found: Array<readonly [string, Workload]> = []
  for (const name of wanted) {
    const workload = WORKLOADS[name]
    if (workload === undefined) {
      return new Error(`"${name}" is not a workload; known are ${workloadNames().join(', ')}`)
    }
    found.push([name, workload])
  }
  return found
}
