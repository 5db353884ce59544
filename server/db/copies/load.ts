/**
 * Fills an empty database with the rows of another, table by table. References, indexes and triggers are taken off before and
 * made again afterwards: it is many times quicker, and PostgreSQL then proves every reference by itself.
 */
import { pipeline } from 'node:stream/promises'
import type { Client } from 'pg'
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { HomebirdError } from '../../core/errors.ts'
import { digestRows, writeRows } from '../copy-rows.ts'
import { MIGRATIONS_DIR, migrate, readMigrations } from '../migrator.ts'
import type { RowDigest } from '../row-digest.ts'
import {
  type SequenceState,
  type TableShape,
  bareTables,
  readTableShapes,
  writeSequences,
} from '../table-shapes.ts'
import { sqlState } from '../transaction.ts'
import { endCopyClient, openCopyClient } from './snapshot.ts'

export interface Load extends AsyncDisposable {
  /**
   * Takes what `Snapshot.copy` gave.
   * @throws HomebirdError DOCUMENT_INVALID for a table that the schema does not know so, and for rows that it does not take;
   *   what `rows` and the connection throw
   */
  fill(table: TableShape, rows: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void>
  /**
   * Sets the sequences, and makes again what was taken off.
   * @throws HomebirdError DOCUMENT_INVALID for rows that do not fit together
   */
  finish(sequences: readonly SequenceState[], made?: (done: number, total: number) => void): Promise<void>
  digest(table: TableShape, signal: AbortSignal): Promise<RowDigest>
}

interface LoadOptions {
  /** Of the database that was copied. */
  readonly schemaVersion: number
  /** Nothing of it has to outlive a crash: that costs half. */
  readonly isScratch: boolean
}

/**
 * @param connection  of a database in which there is nothing yet
 * @throws HomebirdError SCHEMA_NEWER for what a newer program has copied
 */
export async function openLoad(
  connection: DatabaseConnection,
  { schemaVersion, isScratch }: LoadOptions,
): Promise<Load> {
  const known = (await readMigrations(MIGRATIONS_DIR)).length
  if (schemaVersion > known) {
    const why = `the backup has schema ${schemaVersion}, and this Homebird knows up to ${known}; use a newer Homebird`
    throw new HomebirdError('SCHEMA_NEWER', why, { safe: why })
  }
  await migrate(connection, MIGRATIONS_DIR, schemaVersion)
  const client = await openCopyClient(connection)
  try {
    return await prepareLoad(client, isScratch)
  } catch (error) {
    await endCopyClient(client)
    throw error
  }
}

/** The home works beside it: indexes are made with half of what they might take. */
const INDEX_MEMORY = '32MB'

async function prepareLoad(client: Client, isScratch: boolean): Promise<Load> {
  await client.query(`set maintenance_work_mem = '${INDEX_MEMORY}'`)
  const shapes = new Map((await readTableShapes(client)).map((table) => [table.name, table]))
  const back = await bareTables(client)
  const names = [...shapes.keys()].map((name) => client.escapeIdentifier(name))
  // What migrations have filled in comes with the rows.
  await client.query(`truncate ${names.join(', ')}`)
  if (isScratch) for (const name of names) await client.query(`alter table ${name} set unlogged`)
  return {
    fill: async (table, rows, signal) => {
      const there = shapes.get(table.name)
      if (JSON.stringify(there?.columns) !== JSON.stringify(table.columns))
        throw invalid(`its table ${table.name} is not what its schema says`)
      try {
        await pipeline(rows, writeRows(client, table), { signal })
      } catch (error) {
        if (!isOfRows(error)) throw error
        throw invalid(`rows of its table ${table.name} are refused: ${reasonOf(error)}`, error)
      }
    },
    finish: async (sequences, made = () => undefined) => {
      await writeSequences(client, sequences).catch((cause: unknown) => {
        if (!isOfSequences(cause)) throw cause
        throw invalid(`its numbers cannot be gone on with: ${reasonOf(cause)}`, cause)
      })
      for (const [index, statement] of back.entries()) {
        made(index, back.length)
        await client.query(statement).catch((cause: unknown) => {
          throw invalid(`what is in it does not hold together: ${reasonOf(cause)}`, cause)
        })
      }
      await client.query('analyze')
    },
    digest: (table, signal) => digestRows(client, table, signal),
    [Symbol.asyncDispose]: () => endCopyClient(client),
  }
}

/**
 * Data exceptions and broken rules, but for a character that the encoding of this database does not have.
 * @see PostgreSQL manual, appendix A: classes 22 and 23; 22P05 is untranslatable_character
 */
function isOfRows(error: unknown): boolean {
  const state = sqlState(error) ?? ''
  return /^2[23]/.test(state) && state !== '22P05'
}

/** One that is not there, or is none; a value that it does not take. */
const isOfSequences = (error: unknown): boolean => /^(?:22|42)/.test(sqlState(error) ?? '')

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function invalid(why: string, cause?: unknown): HomebirdError {
  const text = `the backup cannot be restored: ${why}`
  return new HomebirdError('DOCUMENT_INVALID', text, cause === undefined ? {} : { cause })
}
