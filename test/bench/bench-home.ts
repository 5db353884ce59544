/** A real home under measurement: started from nothing by its command line, seeded through SQL, driven over the wire. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { adminClient } from '../support/poured-posts.ts'
import { ProcessHome } from '../support/process-home.ts'
import { until } from '../support/until.ts'
import { givenAwayProgram } from './program.ts'
import { type Part, type Usage, processTree, usageOf } from './processes.ts'

export const BENCH_DOMAIN = 'home.bench.example'
export const BENCH_HANDLE = 'bea'

export interface BenchHome extends AsyncDisposable {
  readonly home: ProcessHome
  readonly owner: HomeClient
  /** A superuser's connection, for seeding and counting; its own statements are not counted. */
  readonly sql: pg.Client
  usage(): Promise<Record<Part, Usage>>
  /** Statements that server and worker have sent since the start. */
  statements(): Promise<number>
  /** Stops it and keeps its folder, for whoever copies it or starts it again. */
  stop(): Promise<void>
}

const ENV = { HOMEBIRD_INBOX_RATE: '0', HOMEBIRD_API_RATE: '0', HOMEBIRD_LOG_LEVEL: 'warn' }

/** A home from nothing. */
export async function openBenchHome(env: Readonly<Record<string, string>> = {}): Promise<BenchHome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hb-bench-'))
  const home = new ProcessHome(
    {
      domain: BENCH_DOMAIN,
      handle: BENCH_HANDLE,
      dataDir,
      env: { ...ENV, ...env },
      cli: await givenAwayProgram(),
    },
    dataDir,
  )
  await home.start()
  await home.stop()
  await countStatements(dataDir)
  return openStopped(home)
}

/** A home that was set up by `openBenchHome`, in a folder that is removed at the end. */
export async function reopenBenchHome(
  dataDir: string,
  env: Readonly<Record<string, string>>,
): Promise<BenchHome> {
  const cli = await givenAwayProgram()
  const options = { domain: BENCH_DOMAIN, handle: null, dataDir, env: { ...ENV, ...env }, cli }
  return openStopped(new ProcessHome(options, dataDir))
}

async function openStopped(home: ProcessHome): Promise<BenchHome> {
  const { dataDir } = home
  await home.start()
  // A busy machine may keep a new home too busy for the first question.
  const owner = await until('the owner is signed in', async () => signedInClient(home))
  const sql = await adminClient(dataDir)
  await sql.query('create extension if not exists pg_stat_statements')
  let isOpen = true
  const stop = async (): Promise<void> => {
    if (isOpen) await sql.end()
    isOpen = false
    await home.stop()
  }
  return {
    home,
    owner,
    sql,
    stop,
    usage: async () => usageOf(await processTree(home.pid), home.pid),
    async statements() {
      const { rows } = await sql.query<{ calls: string }>(
        `select coalesce(sum(calls), 0) as calls from pg_stat_statements join pg_roles on pg_roles.oid = userid where rolname <> current_user`,
      )
      return Number(rows[0]?.calls ?? 0)
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** The owner of a cluster may write settings of their own; here it is the one that counts. */
async function countStatements(dataDir: string): Promise<void> {
  const file = join(dataDir, 'postgres', '18', 'local.conf')
  await mkdir(join(file, '..'), { recursive: true })
  await writeFile(file, "shared_preload_libraries = 'pg_stat_statements'\n", { mode: 0o644 })
}

/** Milliseconds of CPU between two readings, all parts together and the database alone. */
export function cpuBetween(
  before: Record<Part, Usage>,
  after: Record<Part, Usage>,
): { app: number; database: number } {
  const spent = (part: Part): number => after[part].cpuMs - before[part].cpuMs
  return {
    app: spent('server') + spent('worker') + spent('keeper') + spent('supervisor') + spent('other'),
    database: spent('database'),
  }
}

/** Of one second, with the home left alone. */
const IDLE_CPU_MS = 60
const SETTLES_WITHIN_SECONDS = 90

/** What was poured in keeps worker and autovacuum busy for a while: that is no part of what is measured next. */
export async function settled(bench: BenchHome): Promise<void> {
  let quiet = 0
  for (let seconds = 0; quiet < 3 && seconds < SETTLES_WITHIN_SECONDS; seconds += 1) {
    const usage = await bench.usage()
    await delay(1_000)
    const { app, database } = cpuBetween(usage, await bench.usage())
    quiet = app + database < IDLE_CPU_MS ? quiet + 1 : 0
  }
}
