/** Stops the database of a cluster, also that of an earlier appliance, until no process of it is left. */
import type { DataDir } from '../core/data-dir.ts'
import { HomebirdError, isHomebirdError } from '../core/errors.ts'
import { PLAIN_BOX, SecretFolder } from '../core/secret-box.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'
import { ADMIN_SECRET, clusterFolder } from './postgres-files.ts'
import { findOrphan, processesIn } from './postgres-orphan.ts'
import { runProgram, waitUntil } from './postgres-process.ts'
import { ADMIN_ROLE } from './postgres-provision.ts'
import { readSecret } from './secrets.ts'
import type { Account } from './unprivileged.ts'

const FAST_STOP_SECONDS = 10
const IMMEDIATE_STOP_SECONDS = 5
const LEFTOVER_PATIENCE_MS = 3_000
const LEFTOVER_LIMIT_MS = 10_000

interface StoppedPlace {
  readonly dir: DataDir
  /** That of the version of today, unless said otherwise. */
  readonly cluster?: string | undefined
  /** Plain unless said otherwise. */
  readonly secrets?: SecretFolder | undefined
  readonly binaries: PostgresBinaries
  readonly account: Account | null
}

/** Fast, then immediate. @returns whether it has stopped */
export async function stopByPgCtl({
  binaries,
  dir,
  cluster = clusterFolder(dir),
  account,
}: StoppedPlace): Promise<boolean> {
  const stop = (mode: string, seconds: number) =>
    runProgram(binaries.pgCtl, ['stop', '-D', cluster, '-m', mode, '-w', '-t', String(seconds), '-s'], {
      account,
      timeoutMs: (seconds + 2) * 1_000,
    })
  if ((await stop('fast', FAST_STOP_SECONDS)).code === 0) return true
  return (await stop('immediate', IMMEDIATE_STOP_SECONDS)).code === 0
}

/**
 * Stops the postmaster of an appliance that was killed, and waits for what a killed postmaster has left.
 * @throws HomebirdError DATABASE_UNSUITABLE when a process cannot be proven to be ours, or does not stop
 */
export async function stopOrphan(
  place: StoppedPlace,
  notice: (level: 'info' | 'warn', message: string) => void,
): Promise<void> {
  const { cluster = clusterFolder(place.dir) } = place
  const password = passwordOf(place)
  const orphan = await findOrphan(
    cluster,
    password === null ? null : { user: ADMIN_ROLE, password, database: 'postgres' },
  )
  if (orphan !== 'none') {
    notice('warn', `the database of an earlier run still lives (process ${orphan.pid}) and is stopped first`)
    if (!(await stopByPgCtl(place)) && !(await endByForce(cluster))) {
      throw new HomebirdError(
        'DATABASE_UNSUITABLE',
        `the database of an earlier run, process ${orphan.pid}, does not stop; end it and start again`,
        { details: { pid: orphan.pid } },
      )
    }
  }
  if (await waitUntil(() => processesIn(cluster).length === 0, LEFTOVER_PATIENCE_MS)) return
  // Proven by their folder to belong to this cluster; without a postmaster they serve nobody.
  for (const pid of processesIn(cluster)) process.kill(pid, 'SIGTERM')
  if (await waitUntil(() => processesIn(cluster).length === 0, LEFTOVER_LIMIT_MS)) return
  await endByForce(cluster)
}

/** For what stands still and hears no order: proven by their folder, where the system tells it. @returns whether none is left */
async function endByForce(cluster: string): Promise<boolean> {
  const found = processesIn(cluster)
  for (const pid of found) killIfThere(pid)
  return found.length > 0 && waitUntil(() => processesIn(cluster).length === 0, LEFTOVER_LIMIT_MS)
}

/** At once; it may have ended by itself. */
export function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** Null where it is sealed and cannot be opened here: the database is proven to be ours without it, or not at all. */
function passwordOf({
  dir,
  secrets = new SecretFolder(dir.secrets, PLAIN_BOX),
}: StoppedPlace): string | null {
  try {
    return readSecret(secrets, ADMIN_SECRET)
  } catch (error) {
    if (isHomebirdError(error, 'SECRETS_SEALED')) return null
    throw error
  }
}
