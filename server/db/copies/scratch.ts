/** A database of the same cluster in which something is tried out, and which is gone afterwards. */
import { randomBytes } from 'node:crypto'
import type { Client } from 'pg'
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { HomebirdError } from '../../core/errors.ts'
import { withClient } from '../connection.ts'

const PREFIX = 'homebird_scratch_'
/** Making one copies a template, and removing one waits for a checkpoint. */
const LIMITS = { applicationName: 'homebird keeper', statementTimeoutMs: 0, lockTimeoutMs: 0 }

/** Beside what a second home takes: with less the home itself would soon refuse to write. */
const ROOM_TO_LEAVE_BYTES = 512 * 1_048_576

/** A full disk stops the home that works in the same cluster. */
async function requireRoom(client: Client, home: string, freeBytes: number): Promise<void> {
  const { rows } = await client.query<{ bytes: number }>('select pg_database_size($1)::float8 as bytes', [
    home,
  ])
  const needed = (rows[0]?.bytes ?? 0) + ROOM_TO_LEAVE_BYTES
  if (freeBytes >= needed) return
  const [has, needs] = [freeBytes, needed].map((bytes) => Math.ceil(bytes / 1_048_576))
  const why = `the disk of the database has ${has} MB left, and restoring on trial needs ${needs} MB`
  throw new HomebirdError('STORAGE_FULL', why, { safe: why })
}

/**
 * @param home  whose it is, and who works in it
 * @param admin  who makes it; null for the home itself, where it may
 * @param freeBytes  of the disk it would lie on; null where that is not known
 * @throws HomebirdError FORBIDDEN where the account may not make databases, STORAGE_FULL where it would fill the disk
 */
export async function withScratchDatabase<T>(
  home: DatabaseConnection,
  admin: DatabaseConnection | null,
  freeBytes: number | null,
  work: (scratch: DatabaseConnection) => Promise<T>,
): Promise<T> {
  const maker = admin ?? home
  const name = PREFIX + randomBytes(8).toString('hex')
  await withClient(
    maker,
    async (client) => {
      const { rows } = await client.query<{ may: boolean }>(
        'select rolcreatedb or rolsuper as may from pg_roles where rolname = current_user',
      )
      if (rows[0]?.may !== true)
        throw new HomebirdError('FORBIDDEN', `the account ${maker.user} may not make databases`)
      const left = await client.query<{ name: string }>(
        `select datname as name from pg_database
          where starts_with(datname, $1) and not exists (select from pg_stat_activity a where a.datname = pg_database.datname)`,
        [PREFIX],
      )
      for (const row of left.rows)
        await client.query(`drop database if exists ${client.escapeIdentifier(row.name)}`)
      if (freeBytes !== null) await requireRoom(client, home.database, freeBytes)
      await client.query(
        `create database ${client.escapeIdentifier(name)} owner ${client.escapeIdentifier(home.user)}`,
      )
    },
    LIMITS,
  )
  try {
    return await work({ ...home, database: name })
  } finally {
    // What cannot be removed now is removed before the next is made.
    await withClient(
      maker,
      async (client) => client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`),
      LIMITS,
    ).catch(() => undefined)
  }
}
