/**
 * Everything that a home does all day on a small library and on a large one, and for a small crowd of followers and
 * for a large one: the same work, and how many times as much it costs.
 */
import { measureApi } from './api-load.ts'
import { openBenchHome, settled } from './bench-home.ts'
import { type FanOutShape, TO_200, fanOutOf, inboxOf } from './federation-load.ts'
import { idleOf } from './idle-load.ts'
import { type BenchResult, quantile, ratios, sizeWords } from './report.ts'
import type { Bench } from './scale.ts'
import type { Seeded } from './seeded-home.ts'
import type { BenchHome } from './bench-home.ts'
import { type World, openWorld } from './world.ts'

const STARTS = 3
/** Of which the design sets a goal: what one client waits, and what a unit costs whatever else the machine does. */
const JUDGED = new Set(['p50 alone', 'CPU each', 'statements', 'next'])
const FOLLOWERS_PER_INBOX = 40

export async function growthLoad({ scale, seeds }: Bench): Promise<BenchResult[]> {
  const small = await onLibrary({ scale, seeds }, scale.posts[0])
  const large = await onLibrary({ scale, seeds }, scale.posts[1])
  const grown = large.flatMap((one, index) => {
    const other = small[index]
    const name = one.workload.replace(` ${sizeWords(scale.posts[1])}`, '')
    return other === undefined ? [] : [ratios(name, [other, one], JUDGED)]
  })
  return [...small, ...large, ...grown, ...(await followersGrowth({ scale, seeds }))]
}

/** All measures in the same order whatever the size. */
async function onLibrary({ scale, seeds }: Bench, posts: number): Promise<BenchResult[]> {
  const world = await openWorld(TO_200.hosts)
  try {
    const { bench, seeded } = await seeds.home(posts, world.env)
    try {
      return await measureAll(bench, seeded, { world, posts, share: scale.share })
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
  { world, posts, share }: { readonly world: World; readonly posts: number; readonly share: number },
): Promise<BenchResult[]> {
  const words = sizeWords(posts)
  const results = await measureApi(bench, seeded, posts, share)
  console.error(`bench: inbox, fan-out, ${posts} posts …`)
  await settled(bench)
  results.push(await inboxOf(bench, world, share, `inbox ${words}`))
  await settled(bench)
  results.push(await fanOutOf(bench, world, TO_200, `fan-out ${words}`))
  console.error(`bench: start, memory, ${posts} posts …`)
  const starts: number[] = []
  for (let count = 0; count < STARTS; count += 1) {
    await bench.stop()
    const begin = performance.now()
    await bench.home.start()
    await bench.home.ask('/nodeinfo/2.0')
    starts.push(performance.now() - begin)
  }
  const next = { value: quantile(starts, 0.5), unit: 'ms', goal: { atMost: 1_200 } } as const
  results.push({ workload: `start ${words}`, figures: { next } })
  results.push(await idleOf(bench.home, `memory ${words}`))
  return results
}

/** What one delivery costs when there are many more of them. */
async function followersGrowth({ scale }: Bench): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const followers of scale.followers) {
    const hosts = Math.ceil(followers / FOLLOWERS_PER_INBOX)
    const shape: FanOutShape = {
      name: `${followers.toLocaleString('en')} followers on ${hosts.toLocaleString('en')} shared`,
      hosts,
      perHost: FOLLOWERS_PER_INBOX,
      shared: true,
    }
    console.error(`bench: fan-out, ${shape.name} …`)
    const world = await openWorld(hosts)
    const bench = await openBenchHome(world.env)
    try {
      results.push(await fanOutOf(bench, world, shape))
    } finally {
      await bench[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    }
  }
  const [small, large] = results
  if (small === undefined || large === undefined) return results
  const { first: _first, last: _last, ...each } = large.figures
  return [...results, ratios('fan-out, followers', [small, { ...large, figures: each }], JUDGED)]
}
