/** A database of the same cluster in which something is tried out, and which is gone afterwards. */
import { hash, randomBytes } from 'node:crypto'
import type { Client } from 'pg'
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { ADVISORY_LOCK } from '../../core/advisory-locks.ts'
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

async function requireRight(client: Client, user: string): Promise<void> {
  const { rows } = await client.query<{ may: boolean }>(
    'select rolcreatedb or rolsuper as may from pg_roles where rolname = current_user',
  )
  if (rows[0]?.may !== true)
    throw new HomebirdError('FORBIDDEN', `the account ${user} may not make databases`)
}

/**
 * Removes what keepers have left that were killed, unless another keeper of this home is at work: between two of its steps
 * nobody is connected to what it tries out. None begins to remove while this one works, which is as long as the client is open.
 * @param keeper  connected to the home, whoever makes what is tried out: such a lock is seen only within one database
 */
async function removeLeft(keeper: Client, client: Client, prefix: string, owner: string): Promise<void> {
  const lock = [ADVISORY_LOCK.scratch]
  const { rows } = await keeper.query<{ isAlone: boolean }>(
    'select pg_try_advisory_lock($1) as "isAlone"',
    lock,
  )
  const isAlone = rows[0]?.isAlone === true
  if (isAlone) {
    const left = await client.query<{ name: string }>(
      'select datname as name from pg_database where starts_with(datname, $1)',
      [prefix],
    )
    for (const { name } of left.rows)
      await client.query(`drop database if exists ${client.escapeIdentifier(name)} with (force)`)
    await removeUnnamed(client, owner)
  }
  await keeper.query('select pg_advisory_lock_shared($1)', lock)
  if (isAlone) await keeper.query('select pg_advisory_unlock($1)', lock)
}

/** Those of older versions do not say of which home they are: what its account owns and nobody is connected to. */
async function removeUnnamed(client: Client, owner: string): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select datname as name from pg_database
      where datname ~ $1 and pg_get_userbyid(datdba) = $2
        and not exists (select from pg_stat_activity as one
                         where one.datid = pg_database.oid and one.backend_type = 'client backend')`,
    [`^${PREFIX}[0-9a-f]{16}$`, owner],
  )
  for (const { name } of rows)
    // Somebody has come to work in it meanwhile, or it is not for this account to remove: then it stays.
    await client.query(`drop database if exists ${client.escapeIdentifier(name)}`).catch(() => undefined)
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
  // Several homes may live in one cluster, and none touches what is another's.
  const prefix = `${PREFIX}${hash('sha256', home.database, 'hex').slice(0, 12)}_`
  const name = prefix + randomBytes(8).toString('hex')
  const within = async (keeper: Client, client: Client): Promise<T> => {
    await requireRight(client, maker.user)
    await removeLeft(keeper, client, prefix, home.user)
    if (freeBytes !== null) await requireRoom(client, home.database, freeBytes)
    await client.query(
      `create database ${client.escapeIdentifier(name)} owner ${client.escapeIdentifier(home.user)}`,
    )
    try {
      return await work({ ...home, database: name })
    } finally {
      // What cannot be removed now is removed before the next is made.
      await withClient(
        maker,
        async (another) =>
          another.query(`drop database if exists ${another.escapeIdentifier(name)} with (force)`),
        LIMITS,
      ).catch(() => undefined) // see above
    }
  }
  return withClient(
    home,
    async (keeper) =>
      admin === null
        ? within(keeper, keeper)
        : withClient(admin, async (client) => within(keeper, client), LIMITS),
    LIMITS,
  )
}
