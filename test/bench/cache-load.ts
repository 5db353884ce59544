/** Caches by themselves: what is kept and found in a second, and ten thousand items through a folder that holds a part of them. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../server/core/config.ts'
import { systemClock } from '../../server/core/clock.ts'
import { dataDirAt } from '../../server/core/data-dir.ts'
import { createLogger } from '../../server/core/log.ts'
import type { Cache, ItemFacts } from '../../server/storage/caches/cache.ts'
import { openCaches } from '../../server/storage/caches/open-caches.ts'
import type { BenchResult } from './report.ts'

const MEBIBYTE = 1_048_576
const FACTS: ItemFacts = { type: 'image/webp', etag: '"1"', storedAt: 0 }
const ITEMS = 500
const FINDS = 5_000
const CAPPED_ITEMS = 10_000
const CAPPED_BYTES = 20_000
const CAP_MB = 100

/** In memory and in a folder, side by side. */
export async function cacheSpeed(): Promise<BenchResult[]> {
  return withCaches(async ({ default: memory, media: folder }) => [
    { workload: 'caches, in memory', figures: await speedOf(memory) },
    { workload: 'caches, in a folder', figures: await speedOf(folder) },
  ])
}

/** What is kept goes through the cap; neither disk nor memory grows with it. */
export async function cacheEviction(): Promise<BenchResult[]> {
  return withCaches(async ({ media }) => {
    const begin = performance.now()
    let half = 0
    for (let item = 0; item < CAPPED_ITEMS; item += 1) {
      await media.keep(`item_${item}`, FACTS, contentOf(item, CAPPED_BYTES))
      if (item % 10 === 0) await (await media.find(`item_${Math.floor(item / 2)}`))?.bytes()
      if (item === CAPPED_ITEMS / 2) half = process.memoryUsage.rss()
    }
    const ms = performance.now() - begin
    const { bytes, evictions } = await media.stats()
    return [
      {
        workload: `caches, ${CAPPED_ITEMS} items under ${CAP_MB} MB`,
        figures: {
          'kept per second': { value: CAPPED_ITEMS / (ms / 1_000), unit: '/s' },
          'on disk': { value: (bytes ?? 0) / MEBIBYTE, unit: 'MB', goal: { atMost: CAP_MB } },
          evicted: { value: evictions ?? 0, unit: '' },
          'memory grown in the second half': {
            value: (process.memoryUsage.rss() - half) / MEBIBYTE,
            unit: 'MB',
            goal: { atMost: 20 },
          },
        },
      },
    ]
  })
}

async function speedOf(cache: Cache): Promise<BenchResult['figures']> {
  const kept = await perSecond(
    ITEMS,
    async (item) => void (await cache.keep(`item_${item}`, FACTS, contentOf(item, 10_000))),
  )
  const found = await perSecond(FINDS, async (item) => void (await cache.find(`item_${item % ITEMS}`)))
  const read = await perSecond(
    FINDS,
    async (item) => void (await (await cache.find(`item_${item % ITEMS}`))?.bytes()),
  )
  return {
    'kept (10 kB) per second': { value: kept, unit: '/s' },
    'found per second': { value: found, unit: '/s' },
    'found and read per second': { value: read, unit: '/s' },
  }
}

async function perSecond(times: number, work: (turn: number) => Promise<void>): Promise<number> {
  const begin = performance.now()
  for (let turn = 0; turn < times; turn += 1) await work(turn)
  return times / ((performance.now() - begin) / 1_000)
}

const noise = randomBytes(64)

/** Of its own for each item. */
function contentOf(item: number, bytes: number): Buffer {
  const content = Buffer.alloc(bytes, noise)
  content.writeUInt32LE(item)
  return content
}

async function withCaches(
  measure: (caches: ReturnType<typeof openCaches>) => Promise<BenchResult[]>,
): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-bench-'))
  const caches = openCaches({
    config: loadConfig({ env: { HOMEBIRD_CACHES_MEDIA: `file://?max_size=${CAP_MB}MB` } }).config,
    dir: dataDirAt(folder),
    clock: systemClock,
    log: createLogger('bench', 'silent'),
    notice: (_level, message) => console.error(`bench: ${message}`),
    gossip: null,
  })
  try {
    return await measure(caches)
  } finally {
    await caches[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
}
