/**
 * How many rows per second the engine moves, and what a row costs: statements, CPU. Handlers do nothing, so this is
 * the price of the engine alone. Run alone it makes its own database: `node test/bench/stator-throughput.ts [rows]`.
 */
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import type { DatabaseConnection } from '../../server/contracts/child-message.ts'
import { systemClock } from '../../server/core/clock.ts'
import { createLogger } from '../../server/core/log.ts'
import { type Listener, openListener } from '../../server/db/listen.ts'
import { migrate } from '../../server/db/migrator.ts'
import { type Database, type OpenDatabase, openDatabase } from '../../server/db/pool.ts'
import { wakeWorker } from '../../server/db/transaction.ts'
import { type Graph, type GraphWork, defineGraph } from '../../server/stator/graph.ts'
import { type Runner, createRunner } from '../../server/stator/runner.ts'
import { openTestCluster } from '../support/test-cluster.ts'

export interface StatorFigure {
  readonly workload: string
  readonly rows: number
  readonly rowsPerSecond: number
  readonly statementsPerRow: number
  /** Of this process; the database's own is not in it. */
  readonly cpuMsPerRow: number
}

export interface WakeFigure {
  readonly workload: string
  readonly rows: number
  /** From before the announcing statement to the call of the handler. */
  readonly p50Ms: number
  readonly p99Ms: number
}

const states = { received: { next: ['processed'], retryEverySeconds: 60 }, processed: { next: [] } } as const
const plain = defineGraph('inbox_messages', states, { claimSize: 100 })
const shared = defineGraph('inbox_messages', states, { claimSize: 100, hostColumn: 'host', hostShare: 0.25 })
const perHost = defineGraph('inbox_messages', states, {
  claimSize: 64,
  hostColumn: 'host',
  concurrencyFactor: 4,
})

const asBatch = {
  batch: async (rows: readonly { id: string }[]) =>
    new Map(rows.map((row) => [row.id, 'processed'] as const)),
}
const rowByRow = { each: async () => 'processed' as const }

const log = createLogger('bench', 'silent')

function runnerFor(db: Database, graphs: readonly GraphWork[], listener: Listener | null): Runner {
  const limits = { concurrency: 20, concurrencyPerModel: 4, concurrencyPerHost: 4 }
  return createRunner({ ...limits, db, listener, graphs, clock: systemClock, log })
}

async function addRows(db: Database, rows: number, hosts: number): Promise<void> {
  await sql`
    insert into inbox_messages (signer_uri, activity_id, activity_type, host)
    select 'https://peer.example/actor', gen_random_uuid()::text, 'Create', 'h' || n % ${hosts} || '.example'
      from generate_series(1, ${rows}) as n`.execute(db)
}

async function measureRun(
  open: OpenDatabase,
  workload: string,
  work: GraphWork,
  rows: number,
  hosts: number,
): Promise<StatorFigure> {
  await sql`truncate inbox_messages`.execute(open.db)
  await addRows(open.db, rows, hosts)
  await sql`vacuum analyze inbox_messages`.execute(open.db)
  const runner = runnerFor(open.db, [work], null)
  const [statements, startedAt, cpu] = [open.statementCount(), performance.now(), process.cpuUsage()]
  await runner.runUntilIdle()
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpu)
  await runner.stop()
  return {
    workload,
    rows,
    rowsPerSecond: rows / seconds,
    statementsPerRow: (open.statementCount() - statements) / rows,
    cpuMsPerRow: (user + system) / 1000 / rows,
  }
}

/** Moves `rows` rows through each form of handling. The database is migrated and otherwise unused. */
export async function measureStator(connection: DatabaseConnection, rows: number): Promise<StatorFigure[]> {
  const open = openDatabase(connection, { connections: 10, applicationName: 'homebird bench', log })
  const workloads: Array<[string, Graph, typeof asBatch | typeof rowByRow, hosts: number]> = [
    ['batch', plain, asBatch, 1],
    ['batch, 50 hosts sharing', shared, asBatch, 50],
    ['batch, one host of a shared graph', shared, asBatch, 1],
    ['row by row', plain, rowByRow, 1],
    ['row by row, 200 bounded hosts', perHost, rowByRow, 200],
  ]
  const figures: StatorFigure[] = []
  for (const [workload, graph, received, hosts] of workloads) {
    figures.push(await measureRun(open, workload, { graph, handlers: { received } }, rows, hosts))
  }
  await open.close()
  return figures
}

/** How soon an announced row is in its handler while the worker is idle. @param rows  one after the other */
export async function measureWake(connection: DatabaseConnection, rows: number): Promise<WakeFigure> {
  const open = openDatabase(connection, { connections: 10, applicationName: 'homebird bench', log })
  const { db } = open
  const listener = openListener(connection, 'homebird bench', log)
  await listener.ready
  await sql`truncate inbox_messages`.execute(db)
  const events = new EventTarget()
  const received = {
    each: async () => {
      events.dispatchEvent(new Event('handled'))
      return 'processed' as const
    },
  }
  const runner = runnerFor(db, [{ graph: plain, handlers: { received } }], listener)
  runner.start()
  await delay(500)
  const times: number[] = []
  for (let row = 0; row < rows; row += 1) {
    const handled = once(events, 'handled')
    await addRows(db, 1, 1)
    const at = performance.now()
    await wakeWorker(db, 'inbox_messages')
    await handled
    times.push(performance.now() - at)
    await delay(30)
  }
  await runner.stop()
  await listener.close()
  await open.close()
  const sorted = times.sort((a, b) => a - b)
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { workload: 'announced row to its handler', rows, p50Ms: at(0.5), p99Ms: at(0.99) }
}

if (import.meta.main) {
  const rows = Number(process.argv[2] ?? 20_000)
  const cluster = await openTestCluster()
  await migrate(cluster.connection)
  console.table(await measureStator(cluster.connection, rows))
  console.table([await measureWake(cluster.connection, 100)])
  await cluster.close()
}
