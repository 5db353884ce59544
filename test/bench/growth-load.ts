/**
 * Everything that a home does all day on a small library and on a large one, and for a small crowd of followers and
 * for a large one: the same work, and how many times as much it costs.
 */
import { measureApi } from './api-load.ts'
import { openBenchHome, settled } from './bench-home.ts'
import { type FanOutShape, TO_200, fanOutOf, inboxOf } from './federation-load.ts'
import { idleOf } from './idle-load.ts'
import { type BenchResult, orFailure, quantile, ratios, sizeWords } from './report.ts'
import type { Bench } from './scale.ts'
import type { Seeded } from './seeded-home.ts'
import type { BenchHome } from './bench-home.ts'
import { type World, openWorld } from './world.ts'

const STARTS = 3
/** Of which the design sets a goal: what one client waits, and what a unit costs whatever else the machine does. */
const JUDGED = new Set(['p50 alone', 'CPU each', 'statements', 'warm (an existing home)'])
const FOLLOWERS_PER_INBOX = 40

export async function growthLoad(run: Bench): Promise<BenchResult[]> {
  const { scale } = run
  const measured: Array<readonly BenchResult[]> = []
  for (const posts of scale.posts) {
    const name = `growth ${sizeWords(posts)}`
    measured.push(run.hasTime() ? await orFailure(name, async () => onLibrary(run, posts)) : [])
  }
  const followers = await orFailure('growth, followers', async () => followersGrowth(run))
  const [small = [], large = []] = measured
  return [...small, ...large, ...grown(small, large, scale.posts), ...followers]
}

/** What both libraries were measured on. */
function grown(
  small: readonly BenchResult[],
  large: readonly BenchResult[],
  [few, many]: readonly [number, number],
): BenchResult[] {
  const base = new Map(small.map((one) => [nameWithout(one, few), one]))
  return large.flatMap((one) => {
    const name = nameWithout(one, many)
    const other = base.get(name)
    return other === undefined || one.failure !== undefined ? [] : [ratios(name, [other, one], JUDGED)]
  })
}

const nameWithout = ({ workload }: BenchResult, posts: number): string =>
  workload.replace(` ${sizeWords(posts)}`, '')

async function onLibrary(run: Bench, posts: number): Promise<BenchResult[]> {
  const world = await openWorld(TO_200.hosts)
  try {
    const { bench, seeded } = await run.seeds.home(posts, world.env)
    try {
      return await measureAll(bench, seeded, { world, posts, run })
    } finally {
      await bench[Symbol.asyncDispose]()
    }
  } finally {
    await world[Symbol.asyncDispose]()
  }
}

async function measureAll(
  bench: BenchHome,
  seeded: Seeded,
  { world, posts, run }: { readonly world: World; readonly posts: number; readonly run: Bench },
): Promise<BenchResult[]> {
  const { share } = run.scale
  const words = sizeWords(posts)
  const pieces: Readonly<Record<string, () => Promise<readonly BenchResult[]>>> = {
    reads: async () => measureApi(bench, seeded, posts, share),
    inbox: async () => [await inboxOf(bench, world, share, `inbox ${words}`)],
    'fan-out': async () => [await fanOutOf(bench, world, TO_200, `fan-out ${words}`)],
    start: async () => [await startsOf(bench, words)],
    memory: async () => [await idleOf(bench.home, `memory ${words}`)],
  }
  const results: BenchResult[] = []
  for (const [name, measure] of Object.entries(pieces)) {
    if (!run.hasTime()) break
    console.error(`bench: ${name}, ${posts} posts …`)
    await settled(bench)
    results.push(...(await orFailure(`${name} ${words}`, measure)))
  }
  return results
}

async function startsOf(bench: BenchHome, words: string): Promise<BenchResult> {
  const starts: number[] = []
  for (let count = 0; count < STARTS; count += 1) {
    await bench.stop()
    const begin = performance.now()
    await bench.home.start()
    await bench.home.ask('/nodeinfo/2.0')
    starts.push(performance.now() - begin)
  }
  const warm = { value: quantile(starts, 0.5), unit: 'ms', goal: { atMost: 1_200 } } as const
  return { workload: `start ${words}`, figures: { 'warm (an existing home)': warm } }
}

/** What one delivery costs when there are many more of them. */
async function followersGrowth({ scale, hasTime }: Bench): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const followers of scale.followers) {
    if (!hasTime()) return results
    const hosts = Math.ceil(followers / FOLLOWERS_PER_INBOX)
    const shape: FanOutShape = {
      name: `${followers.toLocaleString('en')} followers on ${hosts.toLocaleString('en')} shared`,
      hosts,
      perHost: FOLLOWERS_PER_INBOX,
      shared: true,
    }
    console.error(`bench: fan-out, ${shape.name} …`)
    results.push(...(await orFailure(`fan-out (${shape.name})`, async () => [await fanOutAlone(shape)])))
  }
  const [small, large] = results
  if (small === undefined || large === undefined) return results
  const { first: _first, last: _last, ...each } = large.figures
  return [...results, ratios('fan-out, followers', [small, { ...large, figures: each }], JUDGED)]
}

/** From a home that has nothing else to do. */
async function fanOutAlone(shape: FanOutShape): Promise<BenchResult> {
  const world = await openWorld(shape.hosts)
  try {
    const bench = await openBenchHome(world.env)
    try {
      return await fanOutOf(bench, world, shape)
    } finally {
      await bench[Symbol.asyncDispose]()
    }
  } finally {
    await world[Symbol.asyncDispose]()
  }
}
