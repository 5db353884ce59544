/** A home of two gigabytes backed up, proven, restored and handed over: how fast, and with how much memory. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createNodeLauncher } from '../../server/appliance/index.ts'
import { type AskKeeper, withKeeper } from '../../server/appliance/keeping/with-keeper.ts'
import type { KeeperOutcome, KeeperState } from '../../server/contracts/keeping.ts'
import { contentKey } from '../../server/storage/media-store.ts'
import type { BenchHome } from './bench-home.ts'
import { PASSPHRASE, handOverElsewhere, restoreElsewhere } from './keeping-moves.ts'
import type { BenchResult, Figure } from './report.ts'
import { seedLibrary } from './search-seed.ts'

/** With `HOMEBIRD_BENCH_SHARE=0.1` a tenth of it, on a machine that has not the room. */
const SHARE = Number(process.env['HOMEBIRD_BENCH_SHARE'] ?? '1')
const POSTS = 300_000 * SHARE
const MEDIA = 700 * SHARE
const MEDIUM_BYTES = 2 * 1_048_576
const LOOK_EVERY_MS = 250
const IDLE_LOOKS = 40
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
      await ask({ kind: 'keeping', ask: 'lock', by: 'passphrase', words: PASSPHRASE })
      const idle = await idleOf(bench)
      const results: BenchResult[] = []
      for (const isWhole of [true, false]) {
        const { ended, most } = await backUp(bench, ask, { place, isWhole })
        const words = isWhole ? 'one file' : 'media beside it'
        results.push({
          workload: `backup of ${mebibytes.toFixed(0)} MB, ${words}`,
          figures: {
            ...figuresOf(ended, mebibytes),
            'memory above idle': {
              value: most.all - idle.all,
              unit: 'MB',
              goal: { atMost: MOST_MB_ABOVE_IDLE },
            },
            'of the keeper': { value: most.keeper, unit: 'MB' },
            'CPU of the keeper for a megabyte': { value: most.cpuMs / mebibytes, unit: 'ms CPU' },
          },
        })
      }
      const whole = (await readdir(place)).find((name) => name.endsWith('-whole.backup')) ?? ''
      const moved = { mebibytes, idle: idle.all }
      results.push(await restoreElsewhere(join(place, whole), moved))
      results.push(await handOverElsewhere(bench, moved))
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
): Promise<{ readonly ended: readonly KeeperOutcome[]; readonly most: Taken }> {
  const started = (await ask({
    kind: 'keeping',
    ask: 'start',
    order: { task: 'backup', ...order },
  })) as KeeperState
  for (let most: Taken = NOTHING; ;) {
    await delay(LOOK_EVERY_MS)
    most = mostOf(most, await takenOf(bench))
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

interface Taken {
  /** Mebibytes of all processes of the home, its database and its keeper. */
  readonly all: number
  readonly keeper: number
  /** Of the keeper: it is gone with its job, so that the last look counts. */
  readonly cpuMs: number
}

const NOTHING: Taken = { all: 0, keeper: 0, cpuMs: 0 }

async function takenOf(bench: BenchHome): Promise<Taken> {
  const usage = await bench.usage()
  const all = Object.values(usage).reduce((sum, { pssBytes }) => sum + pssBytes, 0) / MEBIBYTE
  return { all, keeper: usage.keeper.pssBytes / MEBIBYTE, cpuMs: usage.keeper.cpuMs }
}

/** The least of some looks: after the seeding the database tidies up for a while. */
async function idleOf(bench: BenchHome): Promise<Taken> {
  let least = await takenOf(bench)
  for (let look = 0; look < IDLE_LOOKS; look += 1) {
    await delay(LOOK_EVERY_MS)
    const now = await takenOf(bench)
    if (now.all < least.all) least = now
  }
  return least
}

const mostOf = (one: Taken, other: Taken): Taken => ({
  all: Math.max(one.all, other.all),
  keeper: Math.max(one.keeper, other.keeper),
  cpuMs: Math.max(one.cpuMs, other.cpuMs),
})
