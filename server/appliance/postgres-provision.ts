/** Brings a running cluster to what the home expects: its role, its database, and safe settings that are checked. */
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { HomebirdError } from '../core/errors.ts'
import { withClient } from '../db/connection.ts'
import { REQUIRED_SETTINGS } from './postgres-settings.ts'

export const ADMIN_ROLE = 'homebird_admin'
export const HOME_ROLE = 'homebird'
export const HOME_DATABASE = 'homebird'

/**
 * The usual case costs one connection: the home's role gets in and everything is as it should be. Otherwise role
 * and database are made, or the role's password is set anew.
 * @param home  as which the home will work
 * @param admin  owner of the cluster, for making and repairing only
 * @param isNew  the cluster was made just now and holds neither role nor database
 * @throws HomebirdError DATABASE_UNSUITABLE when a setting or the locale is not what data safety needs
 */
export async function provision(
  home: DatabaseConnection,
  admin: DatabaseConnection,
  isNew: boolean,
): Promise<void> {
  if (isNew) await makeRoleAndDatabase(admin, home.password)
  try {
    await checkHomeDatabase(home)
  } catch (error) {
    if (!isMissingOrRefused(error)) throw error
    await makeRoleAndDatabase(admin, home.password)
    await checkHomeDatabase(home)
  }
}

/** 28P01 wrong password, 28000 no such role, 3D000 no such database. @see PostgreSQL manual, appendix A */
function isMissingOrRefused(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['28P01', '28000', '3D000'].includes(String(error.code))
}

async function makeRoleAndDatabase(admin: DatabaseConnection, password: string): Promise<void> {
  await withClient(admin, async (client) => {
    // These statements take no parameters; the password is made by us of letters that need no quoting.
    const literal = client.escapeLiteral(password)
    const role = await client.query('select 1 from pg_roles where rolname = $1', [HOME_ROLE])
    const verb = role.rowCount === 0 ? 'create' : 'alter'
    await client.query(`${verb} role ${HOME_ROLE} login password ${literal}`)
    const database = await client.query('select 1 from pg_database where datname = $1', [HOME_DATABASE])
    if (database.rowCount === 0) await client.query(`create database ${HOME_DATABASE} owner ${HOME_ROLE}`)
    await client.query(`revoke all on database ${HOME_DATABASE} from public`)
  })
}

interface DatabaseLocale {
  readonly provider: string
  readonly locale: string | null
  readonly ctype: string
  readonly encoding: string
}

async function checkHomeDatabase(home: DatabaseConnection): Promise<void> {
  await withClient(home, async (client) => {
    const { rows: settings } = await client.query<{ name: string; setting: string }>(
      'select name, setting from pg_settings where name = any ($1)',
      [Object.keys(REQUIRED_SETTINGS)],
    )
    for (const [name, needed] of Object.entries(REQUIRED_SETTINGS)) {
      const found = settings.find((row) => row.name === name)?.setting
      if (found !== needed)
        throw unsuitable(`its setting ${name} is ${found ?? 'absent'} and must be ${needed}`)
    }
    const { rows: locales } = await client.query<DatabaseLocale>(
      `select datlocprovider as provider, datlocale as locale, datctype as ctype,
              pg_encoding_to_char(encoding) as encoding
         from pg_database where datname = current_database()`,
    )
    checkLocale(locales[0])
  })
}

/** Without a UTF-8 `ctype` the trigram index sees nothing outside ASCII. */
function checkLocale(found: DatabaseLocale | undefined): void {
  const isBuiltin = found?.provider === 'b' && found.locale === 'C.UTF-8' && found.encoding === 'UTF8'
  const seesLetters = found !== undefined && found.ctype !== 'C' && found.ctype !== 'POSIX'
  if (!isBuiltin || (!seesLetters && process.platform !== 'win32')) {
    throw unsuitable(`its locale is ${JSON.stringify(found)} and must be builtin C.UTF-8 with a UTF-8 ctype`)
  }
}

function unsuitable(why: string): HomebirdError {
  return new HomebirdError(
    'DATABASE_UNSUITABLE',
    `the embedded database cannot be used: ${why}; restore a backup`,
  )
}
