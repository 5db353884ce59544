/** A migrated database for one test file, copied from a template that is made once for each set of migrations. */
import { createHash } from 'node:crypto'
import { after } from 'node:test'
import pg from 'pg'
import type { DatabaseConnection } from '../../server/contracts/child-message.ts'
import { createLogger } from '../../server/core/log.ts'
import { withClient } from '../../server/db/connection.ts'
import { MIGRATIONS_DIR, migrate, readMigrations } from '../../server/db/migrator.ts'
import { type Database, openDatabase, type PoolCounts } from '../../server/db/pool.ts'
import { type TestCluster, openTestCluster, uniqueName } from './test-cluster.ts'

export interface TestDatabase {
  readonly connection: DatabaseConnection
  readonly db: Database
  /** Statements sent through `db` so far. */
  statementCount(): number
  counts(): PoolCounts
}

let ownCluster: Promise<TestCluster> | null = null

// Registered here, outside of any test, so that it runs after the last test of the file and not after the first.
const closers: Array<() => Promise<unknown>> = []
after(async () => {
  const failures: unknown[] = []
  for (const close of closers.splice(0).toReversed())
    await close().catch((error: unknown) => failures.push(error))
  if (failures.length > 0) throw failures[0]
})

/** Closes after the last test, and before the cluster does: for whoever holds connections to it. */
export function closeBeforeCluster(close: () => Promise<unknown>): void {
  closers.push(close)
}

/** The cluster of the run, or one of this process, stopped after its last test. */
export async function testCluster(): Promise<DatabaseConnection> {
  const shared = process.env['HOMEBIRD_TEST_DATABASE']
  if (shared !== undefined) return JSON.parse(shared) as DatabaseConnection
  if (ownCluster === null) {
    ownCluster = openTestCluster()
    closers.push(async () => (await ownCluster)?.close())
  }
  return (await ownCluster).connection
}

/** Any two test files may ask for the template at once; the first makes it. */
async function template(cluster: DatabaseConnection): Promise<string> {
  const migrations = await readMigrations(MIGRATIONS_DIR)
  const hash = createHash('sha256')
  for (const migration of migrations) hash.update(migration.hash)
  const name = `template_${hash.digest('hex').slice(0, 16)}`
  await withClient(
    cluster,
    async (client) => {
      await client.query('select pg_advisory_lock(42)')
      const found = await client.query(
        'select 1 from pg_database where datname = $1 and datallowconn = false',
        [name],
      )
      if (found.rowCount !== 0) return
      await client.query(`drop database if exists ${pg.escapeIdentifier(name)}`)
      await client.query(`create database ${pg.escapeIdentifier(name)}`)
      await migrate({ ...cluster, database: name })
      await client.query(`alter database ${pg.escapeIdentifier(name)} with allow_connections false`)
    },
    { statementTimeoutMs: 0, lockTimeoutMs: 0 },
  )
  return name
}

/** Makes a database without opening it: for tests that start processes on it. Dropped after the file. */
export async function createTestDatabase(): Promise<DatabaseConnection> {
  const cluster = await testCluster()
  const source = await template(cluster)
  const name = uniqueName('test')
  await withClient(cluster, async (client) =>
    client.query(`create database ${name} template ${pg.escapeIdentifier(source)} strategy wal_log`),
  )
  closers.push(async () =>
    withClient(cluster, async (client) => client.query(`drop database if exists ${name} with (force)`)),
  )
  return { ...cluster, database: name }
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const connection = await createTestDatabase()
  const open = openDatabase(connection, {
    connections: 10,
    applicationName: 'homebird test',
    log: createLogger('test', 'silent'),
  })
  closers.push(async () => open.close())
  return { connection, db: open.db, statementCount: () => open.statementCount(), counts: () => open.counts() }
}
