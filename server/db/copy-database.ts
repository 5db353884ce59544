/**
 * Brings the whole home from one PostgreSQL into another, empty one: the schema by its own migrations, the rows by COPY. What
 * came out is counted and hashed on the way, and compared with what then lies there.
 */
import { pipeline } from 'node:stream/promises'
import { Transform } from 'node:stream'
import { Client } from 'pg'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { HomebirdError } from '../core/errors.ts'
import { clientConfig } from './connection.ts'
import { digestRows, readRows, readyForCopying, writeRows } from './copy-rows.ts'
import { MIGRATIONS_DIR, migrate, readMigrations } from './migrator.ts'
import { DigestRows, type RowDigest } from './row-digest.ts'
import {
  type TableShape,
  bareTables,
  readSequences,
  readTableShapes,
  writeSequences,
} from './table-shapes.ts'

export interface CopyingWatch {
  readonly signal: AbortSignal
  /** `rows` and `proof` count bytes of `total`, which is about what the source takes on its disk. */
  progress(step: 'rows' | 'indexes' | 'proof', done: number, total: number | null): void
}

export interface CopiedDatabase {
  readonly schema: number
  readonly tables: readonly ({ readonly name: string } & RowDigest)[]
  /** Tables of the source that are not the home's; they stay where they are. */
  readonly leftBehind: readonly string[]
}

/**
 * @param source  read in one transaction, never written
 * @param target  without tables of its own
 * @throws HomebirdError SCHEMA_NEWER, DATABASE_UNSUITABLE where a table is not what its schema says or does not arrive whole,
 *   NOT_RUNNING when it was broken off
 */
export async function copyDatabase(
  source: DatabaseConnection,
  target: DatabaseConnection,
  watch: CopyingWatch,
): Promise<CopiedDatabase> {
  const clients = [source, target].map(
    (connection) =>
      new Client(
        clientConfig(connection, {
          applicationName: 'homebird copy',
          statementTimeoutMs: 0,
          lockTimeoutMs: 0,
        }),
      ),
  )
  const [from, to] = clients as [Client, Client]
  try {
    for (const client of clients) {
      client.on('error', () => undefined) // the query that runs, or the next, fails with it
      await client.connect()
      await readyForCopying(client)
    }
    await from.query('begin isolation level repeatable read, read only')
    const schema = await schemaOf(from)
    await migrate(target, MIGRATIONS_DIR, schema)
    return await copyAll(from, to, schema, watch)
  } catch (error) {
    if (watch.signal.aborted)
      throw new HomebirdError('NOT_RUNNING', 'it was broken off; the database that was there is untouched', {
        cause: error,
      })
    throw error
  } finally {
    // What is on its way is of no use to anybody now.
    await Promise.all(clients.map((client) => client.end().catch(() => undefined)))
  }
}

async function schemaOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ found: boolean }>(
    `select to_regclass('public.schema_migrations') is not null as found`,
  )
  if (rows[0]?.found !== true)
    throw new HomebirdError(
      'DATABASE_UNSUITABLE',
      `the database on ${client.host} holds no home: it has no table schema_migrations`,
    )
  const { rows: versions } = await client.query<{ version: number }>(
    'select coalesce(max(version), 0)::int as version from schema_migrations',
  )
  const version = versions[0]?.version ?? 0
  const newest = (await readMigrations(MIGRATIONS_DIR)).length
  if (version <= newest) return version
  throw new HomebirdError(
    'SCHEMA_NEWER',
    `the database has schema ${version}, and this Homebird knows up to ${newest}; start the newer Homebird`,
  )
}

async function copyAll(
  from: Client,
  to: Client,
  schema: number,
  watch: CopyingWatch,
): Promise<CopiedDatabase> {
  const { tables, leftBehind } = await matchTables(from, to, schema)
  const back = await bareTables(to)
  const total = await bytesOf(from)
  const copied: ({ name: string } & RowDigest)[] = []
  let done = 0
  for (const table of tables) {
    const digest = await copyTable(from, to, table, watch.signal, (bytes) =>
      watch.progress('rows', (done += bytes), Math.max(total, done)),
    )
    copied.push({ name: table.name, ...digest })
  }
  await writeSequences(to, await readSequences(from))
  for (const [index, statement] of back.entries()) {
    requireWanted(watch.signal)
    watch.progress('indexes', index, back.length)
    await to.query(statement).catch((cause: unknown) => {
      throw new HomebirdError(
        'DATABASE_UNSUITABLE',
        `what is in the old database does not hold together: ${messageOf(cause)}; restore a backup`,
        { cause },
      )
    })
  }
  await to.query('analyze')
  await prove(to, tables, copied, watch)
  return { schema, tables: copied, leftBehind }
}

/** @throws HomebirdError DATABASE_UNSUITABLE */
async function matchTables(
  from: Client,
  to: Client,
  schema: number,
): Promise<{ tables: TableShape[]; leftBehind: string[] }> {
  const found = new Map((await readTableShapes(from)).map((table) => [table.name, table]))
  const tables = await readTableShapes(to)
  for (const { name, columns } of tables) {
    const there = found.get(name)
    found.delete(name)
    if (there !== undefined && JSON.stringify(there.columns) === JSON.stringify(columns)) continue
    const what = there === undefined ? 'is missing' : 'has other columns'
    throw new HomebirdError(
      'DATABASE_UNSUITABLE',
      `the table ${name} ${what} in the old database, whose schema is said to be ${schema}; restore a backup`,
    )
  }
  return { tables, leftBehind: [...found.keys()] }
}

async function bytesOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    `select coalesce(sum(pg_table_size(oid)), 0)::text as bytes from pg_class
      where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  )
  return Number(rows[0]?.bytes ?? 0)
}

async function copyTable(
  from: Client,
  to: Client,
  table: TableShape,
  signal: AbortSignal,
  passed: (bytes: number) => void,
): Promise<RowDigest> {
  const digest = new DigestRows()
  const count = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      passed(chunk.length)
      next(null, chunk)
    },
  })
  await to.query('begin')
  // Emptied in the transaction that fills it: then its pages need not be written into the log too.
  await to.query(`truncate ${to.escapeIdentifier(table.name)}`)
  await pipeline(readRows(from, table), digest, count, writeRows(to, table), { signal }).catch(
    (cause: unknown) => {
      throw signal.aborted ? cause : unreadable(table.name, cause)
    },
  )
  await to.query('commit')
  return digest.result()
}

function unreadable(table: string, cause: unknown): HomebirdError {
  return new HomebirdError(
    'DATABASE_UNSUITABLE',
    `the table ${table} cannot be copied: ${messageOf(cause)}`,
    { cause },
  )
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** @throws HomebirdError DATABASE_UNSUITABLE naming the first table that is not what came out of the other */
async function prove(
  client: Client,
  tables: readonly TableShape[],
  copied: readonly ({ readonly name: string } & RowDigest)[],
  watch: CopyingWatch,
): Promise<void> {
  const total = copied.reduce((sum, { bytes }) => sum + bytes, 0)
  let done = 0
  for (const [index, table] of tables.entries()) {
    const wanted = copied[index]
    const found = await digestRows(client, table, watch.signal)
    if (wanted?.digest !== found.digest || wanted.rows !== found.rows)
      throw new HomebirdError(
        'DATABASE_UNSUITABLE',
        `the table ${table.name} did not arrive whole: ${found.rows} of ${wanted?.rows ?? 0} rows, or others; the old database is untouched, start again`,
      )
    watch.progress('proof', (done += found.bytes), total)
  }
}

function requireWanted(signal: AbortSignal): void {
  if (signal.aborted) throw new HomebirdError('NOT_RUNNING', 'it was broken off')
}
