/**
 * Brings the schema up to date: each file of `migrations/` once, in order, in a transaction of its own, under an
 * advisory lock. A schema that is newer than the program is left untouched.
 */
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { HomebirdError } from '../core/errors.ts'
import { clientConfig, connectionNameOf, noticeLoss } from './connection.ts'
import { ADVISORY_LOCK } from '../core/advisory-locks.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  readonly statements: string
  readonly hash: string
}

export interface MigrationResult {
  readonly from: number
  readonly to: number
  readonly applied: readonly string[]
}

/** A child ends by itself within 5 s of losing its supervisor. */
const LEFTOVERS_MS = 8_000
const LEFTOVERS_LOOK_MS = 250
const AT_WORK_NAMES = ['server', 'worker'].map(connectionNameOf)
const AT_WORK = `
  select coalesce(host(client_addr), 'this machine') as place, count(*) as sessions
    from pg_stat_activity
   where datname = current_database() and application_name = any($1) and pid <> pg_backend_pid()
   group by 1 order by 1`

/** Any two programs on one database take this lock before they look. */
const LOCK_KEY = ADVISORY_LOCK.schema
const FILE_NAME = /^(\d{4})-[a-z0-9-]+\.sql$/

export const MIGRATIONS_DIR = join(import.meta.dirname, 'migrations')

/** @throws HomebirdError MIGRATION_FAILED for a file whose name or order is wrong */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name, index) => {
      const version = Number(FILE_NAME.exec(name)?.[1])
      if (version !== index + 1) {
        throw new HomebirdError(
          'MIGRATION_FAILED',
          `migration ${name} should be number ${index + 1} and named NNNN-words.sql`,
        )
      }
      const statements = await readFile(join(folder, name), 'utf8')
      return { version, name, statements, hash: createHash('sha256').update(statements).digest('hex') }
    }),
  )
}

/**
 * @param leftoversMs  so long what a killed supervisor left behind may take to end
 * @param upTo  the last migration that is applied: rows of an earlier schema are to come in
 * @throws HomebirdError SCHEMA_NEWER when the database knows a later migration; nothing is changed
 * @throws HomebirdError MIGRATION_FAILED with the file's name and PostgreSQL's words; that file left no trace
 * @throws HomebirdError DATABASE_UNREACHABLE
 */
export async function migrate(
  connection: DatabaseConnection,
  folder = MIGRATIONS_DIR,
  upTo = Infinity,
  leftoversMs = LEFTOVERS_MS,
): Promise<MigrationResult> {
  const migrations = (await readMigrations(folder)).filter(({ version }) => version <= upTo)
  const client = new pg.Client(
    clientConfig(connection, {
      applicationName: 'homebird migrate',
      statementTimeoutMs: 0,
      lockTimeoutMs: 0,
    }),
  )
  try {
    await client.connect()
  } catch (cause) {
    throw new HomebirdError('DATABASE_UNREACHABLE', `the database on ${connection.host} does not answer`, {
      cause,
    })
  }
  try {
    await noticeLoss(client, connection)
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY])
    return await apply(client, migrations, leftoversMs)
  } finally {
    await client.end()
  }
}

async function apply(
  client: pg.Client,
  migrations: readonly Migration[],
  leftoversMs: number,
): Promise<MigrationResult> {
  const present = await readSchemaVersion(client)
  const newest = migrations.length
  if (present > newest) {
    throw new HomebirdError(
      'SCHEMA_NEWER',
      `the database has schema ${present}, and this Homebird knows up to ${newest}; it was left untouched. Start the newer Homebird, or restore a backup made by this one`,
    )
  }
  if (present > 0 && present < newest) await requireNobodyAtWork(client, { present, newest, leftoversMs })
  const applied: string[] = []
  for (const migration of migrations.slice(present)) {
    await applyOne(client, migration)
    applied.push(migration.name)
  }
  return { from: present, to: newest, applied }
}

/**
 * Machines that share a database work on one schema: none changes it under the others. What a supervisor that was killed has
 * left behind ends by itself within that time.
 * @throws HomebirdError MIGRATION_FAILED naming from where they work
 */
async function requireNobodyAtWork(
  client: pg.Client,
  { present, newest, leftoversMs }: Readonly<Record<'present' | 'newest' | 'leftoversMs', number>>,
): Promise<void> {
  const untilMs = performance.now() + leftoversMs
  for (;;) {
    const { rows } = await client.query<{ place: string; sessions: string }>(AT_WORK, [[...AT_WORK_NAMES]])
    if (rows.length === 0) return
    if (performance.now() > untilMs) {
      const who = rows.map(({ place, sessions }) => `${place} (${sessions} connections)`).join(', ')
      throw new HomebirdError(
        'MIGRATION_FAILED',
        `the database has schema ${present} and is to be brought to ${newest}, but servers or workers still use it from ${who}; ` +
          'stop Homebird on every machine, start the newer one on one of them, then on the others',
      )
    }
    await delay(LEFTOVERS_LOOK_MS)
  }
}

async function readSchemaVersion(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ found: boolean }>(
    `select to_regclass('schema_migrations') is not null as found`,
  )
  if (rows[0]?.found !== true) return 0
  const versions = await client.query<{ version: number }>(
    'select coalesce(max(version), 0)::int as version from schema_migrations',
  )
  return versions.rows[0]?.version ?? 0
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  try {
    await client.query('begin')
    await client.query(`create table if not exists schema_migrations (
      version integer primary key, name text not null, hash text not null, applied_at timestamptz not null default now())`)
    await client.query(migration.statements)
    await client.query('insert into schema_migrations (version, name, hash) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.hash,
    ])
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback').catch(() => undefined) // the connection may be gone, which rolls back too
    throw new HomebirdError(
      'MIGRATION_FAILED',
      `migration ${migration.name} failed and was taken back whole`,
      { cause },
    )
  }
}
