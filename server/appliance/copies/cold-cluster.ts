/** Makes sure that nothing runs in the cluster, and says in which state its last postmaster has left it. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { DataDir } from '../../core/data-dir.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import { findPostgresBinaries } from '../postgres-binaries.ts'
import { clusterFolder } from '../postgres-files.ts'
import { stopOrphan } from '../postgres-stop.ts'
import { databaseAccount, openTheWay } from '../unprivileged.ts'

export type Notice = (level: 'info' | 'warn', message: string) => void

export function hasCluster(dir: DataDir): boolean {
  return existsSync(join(clusterFolder(dir), 'PG_VERSION'))
}

/**
 * Under the lock of the folder.
 * @param secrets  plain unless said otherwise
 * @param programs  the folder whose programs are taken, where it is not that of the cluster
 * @throws HomebirdError DATABASE_UNSUITABLE when something of it does not stop
 */
export async function stopWhatRuns(
  dir: DataDir,
  notice: Notice,
  secrets?: SecretFolder,
  programs = dir,
): Promise<void> {
  // Without this file no postmaster has run, or it has stopped in order; its programs need not be asked.
  if (!existsSync(join(clusterFolder(dir), 'postmaster.pid'))) return
  const account = databaseAccount(clusterFolder(dir))
  if (account !== null) openTheWay(dir, account)
  const binaries = await findPostgresBinaries(programs, account)
  await stopOrphan({ dir, secrets, account, binaries }, notice)
}

/** `DB_SHUTDOWNED`. @see PostgreSQL source, pg_control.h: DBState is the fourth field, after 16 bytes */
const STATE_STOPPED = 1

/** A control file that cannot be read counts as a crash: nobody has stopped that database in order. */
export function stateOfCluster(cluster: string): 'stopped' | 'crashed' {
  const bytes = Buffer.alloc(20)
  try {
    const file = openSync(join(cluster, 'global', 'pg_control'), 'r')
    try {
      readSync(file, bytes, 0, bytes.length, 0)
    } finally {
      closeSync(file)
    }
  } catch {
    return 'crashed' // absent or closed to us, which the start of the database will tell
  }
  const state = process.arch === 's390x' ? bytes.readUInt32BE(16) : bytes.readUInt32LE(16)
  return state === STATE_STOPPED ? 'stopped' : 'crashed'
}
