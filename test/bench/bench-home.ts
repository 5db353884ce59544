/** A real home under measurement: started from nothing by its command line, seeded through SQL, driven over the wire. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { type HomeClient, signedInClient } from '../support/home-client.ts'
import { adminClient } from '../support/poured-posts.ts'
import { ProcessHome } from '../support/process-home.ts'
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
}

export async function openBenchHome(env: Readonly<Record<string, string>> = {}): Promise<BenchHome> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hb-bench-'))
  const options = {
    domain: BENCH_DOMAIN,
    handle: BENCH_HANDLE,
    dataDir,
    env: { HOMEBIRD_INBOX_RATE: '0', HOMEBIRD_API_RATE: '0', HOMEBIRD_LOG_LEVEL: 'warn', ...env },
  }
  const home = new ProcessHome(options, dataDir)
  await home.start()
  await home.stop()
  await countStatements(dataDir)
  await home.start()
  const owner = await signedInClient(home)
  const sql = await adminClient(dataDir)
  await sql.query('create extension if not exists pg_stat_statements')
  return {
    home,
    owner,
    sql,
    usage: async () => usageOf(await processTree(home.pid), home.pid),
    async statements() {
      const { rows } = await sql.query<{
        calls: string
      }>(
        `select coalesce(sum(calls), 0) as calls from pg_stat_statements join pg_roles on pg_roles.oid = userid where rolname <> current_user`,
      )
      return Number(rows[0]?.calls ?? 0)
    },
    async [Symbol.asyncDispose]() {
      await sql.end()
      await home.close()
      await rm(dataDir, {
        recursive: true,
        force: true,
      })
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
