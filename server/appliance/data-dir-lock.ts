/**
 * The lock of the data directory. A SQLite file is held exclusively, so the operating system frees it with the
 * process, however that ends. On POSIX any other close of that file by this process would drop the lock: therefore
 * nothing else ever opens it, and what is known of the holder stands in a file beside it.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { writeFileAtomically } from '../core/atomic-file.ts'
import type { DataDir } from '../core/data-dir.ts'
import { HomebirdError } from '../core/errors.ts'

/** What the holder tells about itself; read by `homebird status` and by a second start. */
export interface LockHolder {
  readonly pid: number
  readonly startedAt: string
  /** Where the running appliance answers questions: a socket path or the name of a pipe; null while it starts. */
  readonly controlSocket: string | null
}

export interface DataDirLock {
  /** Writes the file that stands beside the lock. */
  describe(holder: LockHolder): void
  /** Frees the folder and removes that file. */
  release(): void
}

/**
 * Takes the lock at once or not at all. Writes nothing when the lock file exists, so a second start leaves no trace.
 * @throws HomebirdError DATA_DIR_LOCKED naming the process that holds it, DATA_DIR_UNUSABLE
 * @see security rule 102
 */
export function lockDataDir(dir: DataDir): DataDirLock {
  const database = openLockFile(dir)
  try {
    database.pragma('locking_mode = exclusive')
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) throw lockedBy(dir)
    throw unusableLock(dir, error)
  }
  return {
    describe: (holder) => writeFileAtomically(dir.pidFile, `${JSON.stringify(holder)}\n`, 0o600),
    release() {
      rmSync(dir.pidFile, { force: true })
      database.close()
    },
  }
}

/** True when another process holds the folder now. Takes the lock for a moment when it is free. */
export function isDataDirLocked(dir: DataDir): boolean {
  if (!existsSync(dir.lockFile)) return false
  try {
    const database = openLockFile(dir)
    try {
      database.exec('begin exclusive; rollback')
      return false
    } finally {
      database.close()
    }
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return true
    throw unusableLock(dir, error)
  }
}

/** Reads the file beside the lock. It may be stale: only the lock itself says whether somebody is there. */
export function readLockHolder(dir: DataDir): LockHolder | null {
  try {
    const parsed = JSON.parse(readFileSync(dir.pidFile, 'utf8')) as Partial<LockHolder> | null
    if (typeof parsed?.pid !== 'number' || typeof parsed.startedAt !== 'string') return null
    return { pid: parsed.pid, startedAt: parsed.startedAt, controlSocket: parsed.controlSocket ?? null }
  } catch {
    return null // absent or torn: then nothing is known, which is an answer
  }
}

function openLockFile(dir: DataDir): Database.Database {
  try {
    return new Database(dir.lockFile, { timeout: 0 })
  } catch (error) {
    throw unusableLock(dir, error)
  }
}

function lockedBy(dir: DataDir): HomebirdError {
  const holder = readLockHolder(dir)
  const who =
    holder === null ? 'another Homebird' : `process ${holder.pid}, a Homebird started at ${holder.startedAt}`
  return new HomebirdError(
    'DATA_DIR_LOCKED',
    `${dir.path} is in use by ${who}; stop that one, or choose another folder with --data-dir`,
    { details: { folder: dir.path, pid: holder?.pid ?? null } },
  )
}

function unusableLock(dir: DataDir, error: unknown): HomebirdError {
  const reason = error instanceof Error ? error.message : String(error)
  const remedy =
    'give this user the right to write there, or move the file away if it is not a lock of Homebird'
  return new HomebirdError(
    'DATA_DIR_UNUSABLE',
    `the lock ${dir.lockFile} cannot be taken: ${reason}; ${remedy}`,
    {
      cause: error,
    },
  )
}
