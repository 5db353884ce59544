/**
 * The programs of an older PostgreSQL, to read a cluster that this Homebird cannot run. They were kept in the data directory by
 * the Homebird that brought them; failing that, the owner names a folder, or the system has them.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { DataDir } from '../../core/data-dir.ts'
import { HomebirdError } from '../../core/errors.ts'
import { type PostgresBinaries, keptProgramsOf, programsIn } from '../postgres-binaries.ts'
import { runProgram } from '../postgres-process.ts'
import { type Account, closedFolderOnTheWay } from '../unprivileged.ts'

const VERSION_LIMIT_MS = 20_000

export interface OldProgramsNeeds {
  readonly dir: DataDir
  readonly major: string
  /** Of the settings: a folder with `bin`, or that folder itself. */
  readonly named: string | null
  readonly account: Account | null
}

/** @throws HomebirdError DATABASE_UNSUITABLE naming where they were looked for, and what to do */
export async function findOldPrograms(needs: OldProgramsNeeds): Promise<PostgresBinaries> {
  const { dir, major, named, account } = needs
  const places = named === null ? [...keptProgramsOf(dir, major), ...systemPlaces(major)] : [named]
  const looked: string[] = []
  for (const place of places) {
    const found = await programsOf(place, major, account)
    if (typeof found !== 'string') return found
    looked.push(`${place}: ${found}`)
  }
  throw new HomebirdError(
    'DATABASE_UNSUITABLE',
    `the database in ${join(dir.postgres, major)} is of PostgreSQL ${major}, and its programs, which are needed once to bring it to the version of today, were not found ` +
      `(${looked.join('; ')}). Install PostgreSQL ${major}, or name the folder of its programs in HOMEBIRD_POSTGRES_PROGRAMS; or start the Homebird that was here before`,
  )
}

/** @returns why not, where they are not there */
async function programsOf(
  place: string,
  major: string,
  account: Account | null,
): Promise<PostgresBinaries | string> {
  const native = existsSync(join(place, 'bin')) ? place : join(place, '..')
  const programs = programsIn(native)
  if (!existsSync(programs.postgres)) return 'not there'
  const closed = account === null ? null : closedFolderOnTheWay(join(native, 'bin'), account)
  if (closed !== null) return `${closed} is closed to user ${account?.name ?? ''}`
  const { code, output } = await runProgram(programs.postgres, ['--version'], {
    account,
    timeoutMs: VERSION_LIMIT_MS,
  }).catch((error: unknown) => ({ code: -1, output: String(error) }))
  const version = / (\d+)[.a-z]/.exec(output)?.[1]
  if (code === 0 && version === major) return programs
  return code === 0
    ? `of PostgreSQL ${version ?? output.trim()}`
    : `does not run: ${output.trim().slice(0, 200)}`
}

/** Where packages of PostgreSQL put them. */
function systemPlaces(major: string): readonly string[] {
  const places: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
    linux: [`/usr/lib/postgresql/${major}`, `/usr/pgsql-${major}`, `/usr/lib/postgresql${major}`, '/usr'],
    darwin: [
      `/opt/homebrew/opt/postgresql@${major}`,
      `/usr/local/opt/postgresql@${major}`,
      `/Library/PostgreSQL/${major}`,
      `/Applications/Postgres.app/Contents/Versions/${major}`,
    ],
    win32: [`C:\\Program Files\\PostgreSQL\\${major}`],
  }
  return places[process.platform] ?? []
}

/** Versions of PostgreSQL of which a whole cluster lies in the folder. */
export function clusterMajors(dir: DataDir): number[] {
  if (!existsSync(dir.postgres)) return []
  return readdirSync(dir.postgres)
    .filter((name) => /^\d+$/.test(name) && existsSync(join(dir.postgres, name, 'PG_VERSION')))
    .map(Number)
    .sort((one, other) => one - other)
}
