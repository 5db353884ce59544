/** The data directory: where it is, what is in it, whether it can be used. DESIGN 2 draws the plan. */
import { accessSync, chmodSync, constants, lstatSync, mkdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, posix, resolve, win32 } from 'node:path'
import { HomebirdError } from './errors.ts'

export interface DataDir {
  readonly path: string
  /** One appliance per folder: held exclusively as a SQLite file, and never opened otherwise. */
  readonly lockFile: string
  /** JSON of the process that holds the lock. */
  readonly pidFile: string
  /** Settings, journal, metrics history; readable when PostgreSQL is down. */
  readonly applianceDatabase: string
  /** Room that the home lets go of when the disk is full. */
  readonly reserve: string
  /** Holds one cluster per major version of PostgreSQL. */
  readonly postgres: string
  /** The owner's uploads, named by content hash. */
  readonly media: string
  readonly answerCache: string
  readonly mediaCache: string
  readonly avatarCache: string
  readonly cacheIndex: string
  /** Files of others on their way; they have no name and are gone with the process. */
  readonly spool: string
  readonly backups: string
  /** What was made to take along, for a week. */
  readonly exports: string
  /** Archives of former accounts, while they are taken in. */
  readonly archives: string
  readonly logs: string
  readonly secrets: string
  /** Programs of others that the tunnel runs at this moment. */
  readonly tunnelPrograms: string
  /** Programs of others that the owner has had fetched. */
  readonly programs: string
}

/** Names every part of the folder; touches no disk. */
export function dataDirAt(folder: string): DataDir {
  const path = resolve(folder)
  return {
    path,
    lockFile: join(path, 'homebird.lock'),
    pidFile: join(path, 'homebird.pid'),
    applianceDatabase: join(path, 'appliance.sqlite'),
    reserve: join(path, 'reserve'),
    postgres: join(path, 'postgres'),
    media: join(path, 'media'),
    answerCache: join(path, 'cache', 'default'),
    mediaCache: join(path, 'cache', 'media'),
    avatarCache: join(path, 'cache', 'avatars'),
    cacheIndex: join(path, 'cache', 'index.sqlite'),
    spool: join(path, 'cache', 'spool'),
    backups: join(path, 'backups'),
    exports: join(path, 'exports'),
    archives: join(path, 'archives'),
    logs: join(path, 'logs'),
    secrets: join(path, 'secrets'),
    tunnelPrograms: join(path, 'tunnel-programs.json'),
    programs: join(path, 'programs'),
  }
}

interface Platform {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly isRoot: boolean
}

/** The platform's own place for the data of a program; a relative value in a variable is ignored, as XDG demands. */
export function defaultDataDir(on: Platform): string {
  const absolute = (value: string | undefined, fallback: string): string =>
    value !== undefined && (on.platform === 'win32' ? win32 : posix).isAbsolute(value) ? value : fallback
  if (on.platform === 'win32') {
    return win32.join(absolute(on.env['LOCALAPPDATA'], win32.join(on.home, 'AppData', 'Local')), 'Homebird')
  }
  if (on.isRoot) return '/var/lib/homebird'
  if (on.platform === 'darwin') return posix.join(on.home, 'Library', 'Application Support', 'Homebird')
  return posix.join(absolute(on.env['XDG_DATA_HOME'], posix.join(on.home, '.local', 'share')), 'homebird')
}

/** The default of this process on this machine. */
export function defaultDataDirHere(env: Platform['env']): string {
  return defaultDataDir({
    platform: process.platform,
    env,
    home: homedir(),
    isRoot: process.getuid?.() === 0,
  })
}

/**
 * Finds out whether the folder can be used, or made, without changing anything on disk.
 * @returns whether it exists already
 * @throws HomebirdError DATA_DIR_UNUSABLE naming folder, reason and remedy
 */
export function inspectDataDir(folder: string): { readonly exists: boolean } {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(folder)) {
    throw unusable(JSON.stringify(folder), 'its name holds a control character', 'choose a name without')
  }
  const found = nearestExisting(resolve(folder))
  if (!found.isDirectory) throw unusable(found.path, 'it is a file, not a folder', 'move it away')
  const exists = found.path === resolve(folder)
  const needed = exists ? constants.R_OK | constants.W_OK | constants.X_OK : constants.W_OK | constants.X_OK
  try {
    accessSync(found.path, needed)
  } catch (error) {
    const what = exists
      ? 'it cannot be written'
      : `it cannot be written, so ${resolve(folder)} cannot be made`
    throw unusable(
      found.path,
      `${what} by ${whoAmI()} (${codeOf(error)})`,
      'give that user the right to write',
    )
  }
  return { exists }
}

/** Goes up until something is there; a folder that cannot be looked into is a finding of its own. */
function nearestExisting(path: string): { path: string; isDirectory: boolean } {
  try {
    return { path, isDirectory: statSync(path).isDirectory() }
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ELOOP') throw unusable(path, 'its links go in a circle', 'mend the links')
    if (code === 'EACCES') {
      throw unusable(
        closedAncestor(path),
        `${whoAmI()} may not pass through it`,
        'give that user the right to enter',
      )
    }
    if (code === 'ENAMETOOLONG')
      throw unusable(path, 'its name is too long for the file system', 'choose a shorter one')
    if (code === 'ENOENT' && isDangling(path))
      throw unusable(path, 'it is a link that leads nowhere', 'make its target or remove it')
    const parent = dirname(path)
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || parent === path)
      throw unusable(path, code, 'choose another folder')
    return nearestExisting(parent)
  }
}

function isDangling(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

/** The first folder on the way that lets nobody through. */
function closedAncestor(path: string): string {
  const parent = dirname(path)
  try {
    accessSync(parent, constants.X_OK)
    return path
  } catch {
    return parent === path ? path : closedAncestor(parent)
  }
}

/**
 * Makes the folder and its rooms, private to this user. Run it only under the lock, or to be able to take the lock.
 * @throws HomebirdError DATA_DIR_UNUSABLE
 */
export function createDataDir(folder: string): DataDir {
  const dir = dataDirAt(folder)
  makePrivate(dir.path)
  return dir
}

/** @throws HomebirdError DATA_DIR_UNUSABLE */
export function createRooms(dir: DataDir): void {
  for (const room of [
    dir.postgres,
    dir.media,
    dir.mediaCache,
    dir.avatarCache,
    dir.backups,
    dir.logs,
    dir.secrets,
  ]) {
    makePrivate(room)
  }
}

function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    if (process.platform === 'win32') return
    const bits = statSync(folder).mode & 0o777
    // Run by root, the account of the database passes through by its group (`appliance/unprivileged.ts`).
    const isPassedByGroup = bits === 0o710 && process.getuid?.() === 0
    if (bits !== 0o700 && !isPassedByGroup) chmodSync(folder, 0o700)
  } catch (error) {
    throw unusable(
      folder,
      `it cannot be made private (${codeOf(error)})`,
      'give it to this user, or choose another',
      error,
    )
  }
}

function unusable(folder: string, reason: string, remedy: string, cause?: unknown): HomebirdError {
  return new HomebirdError('DATA_DIR_UNUSABLE', `the folder ${folder} cannot be used: ${reason}; ${remedy}`, {
    ...(cause === undefined ? {} : { cause }),
    details: { folder },
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}

function whoAmI(): string {
  const uid = process.getuid?.()
  return uid === undefined ? 'this user' : `user ${uid}`
}
