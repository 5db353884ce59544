/** An external PostgreSQL instead of the embedded one: reached, recognised, and refused with the reason where needed. */
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { HomebirdError } from '../core/errors.ts'
import { describeConnection, parseDatabaseUrl, settleSsl, withClient } from '../db/connection.ts'
import type { Supply } from './connection-budget.ts'

const OLDEST_VERSION = 150_000

export interface ExternalDatabase {
  readonly connection: DatabaseConnection
  readonly supply: Supply
  /** What the owner should know, one sentence each. */
  readonly warnings: readonly string[]
}

/**
 * Writes nothing there.
 * @throws HomebirdError SETTING_INVALID for a wrong URL, DATABASE_UNREACHABLE, DATABASE_UNSUITABLE
 */
export async function openExternalDatabase(url: string): Promise<ExternalDatabase> {
  const asked = parseDatabaseUrl(url)
  try {
    const connection = await settleSsl(asked)
    const facts = await readFacts(connection)
    refuseUnsuitable(facts, connection)
    if (await isBehindTransactionPooler(connection)) throw pooled(connection)
    return { connection, supply: supplyOf(facts), warnings: warningsOf(facts) }
  } catch (error) {
    throw error instanceof HomebirdError ? error : unreachable(asked, error)
  }
}

interface Facts {
  readonly version: number
  readonly version_text: string
  readonly in_recovery: boolean
  readonly encoding: string
  readonly ctype: string
  readonly fsync: string
  readonly full_page_writes: string
  readonly max_connections: number
  readonly superuser_reserved: number
  readonly reserved: number
  readonly role_limit: number
  readonly database_limit: number
}

const FACTS = `
  select current_setting('server_version_num')::int as version,
         current_setting('server_version') as version_text,
         pg_is_in_recovery() as in_recovery,
         pg_encoding_to_char(d.encoding) as encoding,
         d.datctype as ctype,
         current_setting('fsync') as fsync,
         current_setting('full_page_writes') as full_page_writes,
         current_setting('max_connections')::int as max_connections,
         current_setting('superuser_reserved_connections')::int as superuser_reserved,
         coalesce(current_setting('reserved_connections', true), '0')::int as reserved,
         r.rolconnlimit as role_limit,
         d.datconnlimit as database_limit
    from pg_database d, pg_roles r
   where d.datname = current_database() and r.rolname = current_user`

async function readFacts(connection: DatabaseConnection): Promise<Facts> {
  return withClient(connection, async (client) => {
    const { rows } = await client.query<Facts>(FACTS)
    if (rows[0] === undefined)
      throw new HomebirdError('DATABASE_UNSUITABLE', 'the database does not describe itself')
    return rows[0]
  })
}

function refuseUnsuitable(facts: Facts, connection: DatabaseConnection): void {
  const where = describeConnection(connection)
  const refuse = (why: string): never => {
    throw new HomebirdError('DATABASE_UNSUITABLE', `the database ${where} cannot be used: ${why}`)
  }
  if (facts.version < OLDEST_VERSION)
    refuse(`it is PostgreSQL ${facts.version_text} and 15 or newer is needed; upgrade it`)
  if (facts.in_recovery) refuse('it is a standby that accepts no writes; name the primary')
  if (facts.encoding !== 'UTF8')
    refuse(`its encoding is ${facts.encoding} and must be UTF8; create it anew with that`)
}

function supplyOf(facts: Facts): Supply {
  // Limits of role and database are -1 where there are none, and do not contain the administrator's reserve.
  const superuserReserved = facts.superuser_reserved + facts.reserved
  const limits = [facts.role_limit, facts.database_limit].filter((limit) => limit >= 0)
  const smallest = Math.min(facts.max_connections - superuserReserved, ...limits)
  return { maxConnections: smallest + superuserReserved, superuserReserved }
}

function warningsOf(facts: Facts): string[] {
  const warnings: string[] = []
  for (const name of ['fsync', 'full_page_writes'] as const) {
    if (facts[name] !== 'on')
      warnings.push(`the external database has ${name} off: a crash there can lose posts`)
  }
  if (facts.ctype === 'C' || facts.ctype === 'POSIX') {
    warnings.push(`the external database has ctype ${facts.ctype}: searching finds no letters outside ASCII`)
  }
  return warnings
}

/** Backend numbers that two sessions saw: the first, then the second inside a transaction, then the first again. */
export interface BackendSightings {
  readonly first: number
  readonly second: number
  readonly firstAgain: number
}

/** A session of its own keeps its backend and shares it with nobody; behind a transaction pooler neither holds. */
export function isPooled({ first, second, firstAgain }: BackendSightings): boolean {
  return first === second || first !== firstAgain
}

async function isBehindTransactionPooler(connection: DatabaseConnection): Promise<boolean> {
  const backend = 'select pg_backend_pid() as pid'
  return withClient(connection, (one) =>
    withClient(connection, async (two) => {
      const ask = async (client: typeof one): Promise<number> =>
        (await client.query<{ pid: number }>(backend)).rows[0]?.pid ?? 0
      const first = await ask(one)
      await two.query('begin')
      const second = await ask(two)
      const firstAgain = await ask(one)
      await two.query('rollback')
      return isPooled({ first, second, firstAgain })
    }),
  )
}

function pooled(connection: DatabaseConnection): HomebirdError {
  return new HomebirdError(
    'DATABASE_UNSUITABLE',
    `${describeConnection(connection)} is a transaction pooler, and LISTEN needs a session of its own; ` +
      'name the database itself, or a pool in session mode',
  )
}

function refusedByPooler(asked: DatabaseConnection, said: string): HomebirdError {
  return new HomebirdError(
    'DATABASE_UNSUITABLE',
    `${describeConnection(asked)} is a pooler that refuses the limits of a session (${said}); name the database ` +
      'itself, or use session mode with ignore_startup_parameters = statement_timeout, lock_timeout',
  )
}

/** What to do about it, by the code that the system or the database gave. */
const REMEDIES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start it, or mend host and port',
  ENOENT: 'there is no socket; start it, or mend the folder',
  EACCES: 'the socket is closed to this user; mend its rights',
  ENOTFOUND: 'there is no such host; mend the name',
  EAI_AGAIN: 'the name could not be looked up; check the network',
  '28P01': 'the password is refused; mend it in HOMEBIRD_DATABASE_URL',
  '28000': 'the role is refused; mend the user, or its rights in pg_hba.conf',
  '3D000':
    'there is no such database; create it with: create database homebird encoding UTF8 template template0',
  '53300': 'it has no free connection; raise max_connections or end other clients',
}

function unreachable(asked: DatabaseConnection, error: unknown): HomebirdError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const said = error instanceof Error ? error.message : String(error)
  if (/statement pooling/i.test(said)) return pooled(asked)
  if (/unsupported startup parameter/i.test(said)) return refusedByPooler(asked, said)
  const remedy = REMEDIES[code] ?? 'check that it runs and can be reached from here within 3 s'
  return new HomebirdError(
    'DATABASE_UNREACHABLE',
    `the database ${describeConnection(asked)} does not let us in as ${asked.user} (${said || code}): ${remedy}`,
    { cause: error },
  )
}
