/** A home of two gigabytes backed up into one file and restored into a scratch database: how fast, and with how much memory. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createNodeLauncher } from '../../server/appliance/index.ts'
import { type AskKeeper, withKeeper } from '../../server/appliance/keeping/with-keeper.ts'
import type { KeeperOutcome, KeeperState } from '../../server/contracts/keeping.ts'
import { contentKey } from '../../server/storage/media-store.ts'
import type { BenchHome } from './bench-home.ts'
import type { BenchResult, Figure } from './report.ts'
import { seedLibrary } from './search-seed.ts'

/** With `HOMEBIRD_BENCH_SHARE=0.1` a tenth of it, on a machine that has not the room. */
const SHARE = Number(process.env['HOMEBIRD_BENCH_SHARE'] ?? '1')
const POSTS = 300_000 * SHARE
const MEDIA = 700 * SHARE
const MEDIUM_BYTES = 2 * 1_048_576
const LOOK_EVERY_MS = 250
const MEBIBYTE = 1_048_576
const LEAST_MB_A_SECOND = 40
const MOST_MB_ABOVE_IDLE = 200

export async function keepingLoad(bench: BenchHome): Promise<BenchResult[]> {
  const place = await mkdtemp(join(tmpdir(), 'hb-bench-place-'))
  try {
    await seedLibrary(bench.sql, POSTS)
    await seedMedia(bench)
    const { rows } = await bench.sql.query<{ bytes: string }>(
      `select sum(pg_table_size(oid)) as bytes from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
    )
    const mebibytes = Number(rows[0]?.bytes ?? 0) / MEBIBYTE + (MEDIA * MEDIUM_BYTES) / MEBIBYTE
    const env = { HOMEBIRD_DATA_DIR: bench.home.dataDir, XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] }
    return await withKeeper({ env }, createNodeLauncher({ env: {} }), async (ask) => {
      const idle = await memoryOf(bench)
      const results: BenchResult[] = []
      for (const isWhole of [true, false]) {
        const { ended, most } = await backUp(bench, ask, { place, isWhole })
        const words = isWhole ? 'one file' : 'media beside it'
        results.push({
          workload: `backup of ${mebibytes.toFixed(0)} MB, ${words}`,
          figures: {
            ...figuresOf(ended, mebibytes),
            'memory above idle': { value: most - idle, unit: 'MB', goal: { atMost: MOST_MB_ABOVE_IDLE } },
          },
        })
      }
      return results
    })
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}

async function seedMedia({ sql, home }: BenchHome): Promise<void> {
  for (let number = 0; number < MEDIA; number += 1) {
    const content = randomBytes(MEDIUM_BYTES)
    const key = contentKey(createHash('sha256').update(content).digest('hex'), 'webp')
    const path = join(home.dataDir, 'media', key)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
    await sql.query('insert into media_files (key, size) values ($1, $2)', [key, content.length])
  }
}

async function backUp(
  bench: BenchHome,
  ask: AskKeeper,
  order: { readonly place: string; readonly isWhole: boolean },
): Promise<{ readonly ended: readonly KeeperOutcome[]; readonly most: number }> {
  const started = (await ask({
    kind: 'keeping',
    ask: 'start',
    order: { task: 'backup', ...order },
  })) as KeeperState
  for (let most = 0; ;) {
    await delay(LOOK_EVERY_MS)
    most = Math.max(most, await memoryOf(bench))
    const { running, ended } = (await ask({ kind: 'keeping', ask: 'state' })) as KeeperState
    if (running !== null) continue
    return { ended: ended.slice(0, ended.length - started.ended.length), most }
  }
}

/** @throws where one of them failed: its speed says nothing then */
function figuresOf(ended: readonly KeeperOutcome[], mebibytes: number): Record<string, Figure> {
  const figures: Record<string, Figure> = {}
  for (const { task, result, message, startedAt, endedAt } of ended.toReversed()) {
    if (result !== 'done' || message !== null) throw new Error(`${task} ${result}: ${message ?? ''}`)
    const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1_000
    const goal = task === 'backup' ? { goal: { atLeast: LEAST_MB_A_SECOND } } : {}
    figures[task === 'backup' ? 'made' : 'proven'] = { value: mebibytes / seconds, unit: 'MB/s', ...goal }
  }
  return figures
}

/** Of all processes of the home, its database and its keeper. */
async function memoryOf(bench: BenchHome): Promise<number> {
  const parts = Object.values(await bench.usage())
  return parts.reduce((sum, { pssBytes }) => sum + pssBytes, 0) / MEBIBYTE
}
