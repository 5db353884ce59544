/** A database of the same cluster in which something is tried out, and which is gone afterwards. */
import { randomBytes } from 'node:crypto'
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { HomebirdError } from '../../core/errors.ts'
import { withClient } from '../connection.ts'

const PREFIX = 'homebird_scratch_'
/** Making one copies a template, and removing one waits for a checkpoint. */
const LIMITS = { applicationName: 'homebird keeper', statementTimeoutMs: 0, lockTimeoutMs: 0 }

/**
 * @param home  whose it is, and who works in it
 * @param admin  who makes it; null for the home itself, where it may
 * @throws HomebirdError FORBIDDEN where the account may not make databases
 */
export async function withScratchDatabase<T>(
  home: DatabaseConnection,
  admin: DatabaseConnection | null,
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
