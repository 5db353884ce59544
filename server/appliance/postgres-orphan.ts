/**
 * The database that outlived its appliance: when a supervisor is killed its postmaster lives on. The next start
 * proves that it is ours and stops it, so that the new one is a child again, with the settings of today.
 */
import {
  closeSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import { HomebirdError } from '../core/errors.ts'
import { withClient } from '../db/connection.ts'
import { isPostgresProgram } from './postgres-binaries.ts'
import { type ProcessFacts, processFacts } from '../core/process-facts.ts'

/** The start times of two clocks, in ticks and in whole seconds, may differ by this much. */
const START_TOLERANCE_MS = 5_000

/** @see PostgreSQL source, miscadmin.h: the lines of postmaster.pid */
export interface PostmasterFile {
  readonly pid: number
  readonly startedAt: Date
  readonly port: number
  /** Empty when it listens on TCP only. */
  readonly socketFolder: string
}

/** Null when there is none. A file torn by a crash counts as none: PostgreSQL itself refuses or replaces it. */
export function readPostmasterFile(cluster: string): PostmasterFile | null {
  try {
    const [pid, , startedAt, port, socketFolder = ''] = readFileSync(
      join(cluster, 'postmaster.pid'),
      'utf8',
    ).split('\n')
    const file = {
      pid: Number(pid),
      startedAt: new Date(Number(startedAt) * 1_000),
      port: Number(port),
      socketFolder,
    }
    return Number.isInteger(file.pid) && file.pid > 1 ? file : null
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** The number that names a cluster for its whole life. @see PostgreSQL source, pg_control.h: its first field */
export function systemIdentifier(cluster: string): bigint {
  const bytes = Buffer.alloc(8)
  const file = openSync(join(cluster, 'global', 'pg_control'), 'r')
  try {
    readSync(file, bytes, 0, 8, 0)
  } finally {
    closeSync(file)
  }
  return process.arch === 's390x' ? bytes.readBigUInt64BE() : bytes.readBigUInt64LE()
}

type Credentials = Pick<DatabaseConnection, 'user' | 'password' | 'database'>

/**
 * Whether the process in `postmaster.pid` is the postmaster of this very cluster: a PostgreSQL program that started
 * when the file says, works in this folder, and, if it answers, names the system identifier of the files.
 * @returns `none` when nothing of ours runs
 * @throws HomebirdError DATABASE_UNSUITABLE when a process may be ours but cannot be proven, naming it
 * @see security rule 101
 */
export async function findOrphan(
  cluster: string,
  credentials: Credentials | null,
): Promise<PostmasterFile | 'none'> {
  const file = readPostmasterFile(cluster)
  if (file === null) return 'none'
  const facts = processFacts(file.pid)
  if (facts === null && process.platform !== 'win32') return 'none'
  if (facts !== null && !mayBePostmaster(facts, file, cluster)) {
    forgetStranger(cluster, file)
    return 'none'
  }
  const answered = credentials === null ? null : await askIdentity(file, credentials)
  const isProven =
    answered === null ? facts?.folder === realpathSync(cluster) : answered === systemIdentifier(cluster)
  if (isProven) return file
  throw new HomebirdError(
    'DATABASE_UNSUITABLE',
    `process ${file.pid} stands in ${join(cluster, 'postmaster.pid')} and cannot be proven to be our database; ` +
      'stop that process, or restart the machine, and start again',
    { details: { pid: file.pid } },
  )
}

function mayBePostmaster(facts: ProcessFacts, file: PostmasterFile, cluster: string): boolean {
  const apartMs = Math.abs(facts.startedAt.getTime() - file.startedAt.getTime())
  const isHere = facts.folder === null || facts.folder === realpathSync(cluster)
  return isPostgresProgram(facts.program) && apartMs < START_TOLERANCE_MS && isHere
}

/**
 * The number was given to another process since, and PostgreSQL would refuse to start for as long as that one lives.
 * Under our lock, and with no process left in the folder, the file is dead.
 */
function forgetStranger(cluster: string, file: PostmasterFile): void {
  const living = processesIn(cluster)
  if (living.length === 0) {
    rmSync(join(cluster, 'postmaster.pid'), { force: true })
    return
  }
  throw new HomebirdError(
    'DATABASE_UNSUITABLE',
    `processes ${living.join(', ')} still work in ${cluster}, but its postmaster (${file.pid}) is gone; ` +
      'wait until they have ended, or stop them, and start again',
  )
}

/** Processes whose working folder is the cluster: what a killed postmaster has left. Linux only; elsewhere none. */
export function processesIn(cluster: string): number[] {
  if (process.platform !== 'linux') return []
  const folder = realpathSync(cluster)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/cwd`) === folder
      } catch {
        return false // ended meanwhile, or another user's: ours are always readable
      }
    })
}

async function askIdentity(file: PostmasterFile, credentials: Credentials): Promise<bigint | null> {
  const host = file.socketFolder === '' ? '127.0.0.1' : file.socketFolder
  try {
    return await withClient({ ...credentials, host, port: file.port, ssl: 'disable' }, async (client) => {
      const { rows } = await client.query<{ id: string }>(
        'select system_identifier::text as id from pg_control_system()',
      )
      return BigInt(rows[0]?.id ?? 0)
    })
  } catch {
    return null // it recovers, stops or hangs; then the facts of the system have to do
  }
}
