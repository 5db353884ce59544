/** The cluster of an older PostgreSQL, run for as long as it is read. Nothing is written into it. */
import { chownSync, closeSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import type { DataDir } from '../../core/data-dir.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import type { Notice } from '../copies/cold-cluster.ts'
import { postgresLog } from '../log-files.ts'
import type { PostgresBinaries } from '../postgres-binaries.ts'
import { freeLoopbackPort, waitUntilAnswering } from '../postgres-cluster.ts'
import { ADMIN_SECRET } from '../postgres-files.ts'
import { startPostmaster } from '../postgres-process.ts'
import { ADMIN_ROLE, HOME_DATABASE } from '../postgres-provision.ts'
import { fixedArguments } from '../postgres-settings.ts'
import { stopByPgCtl, stopOrphan } from '../postgres-stop.ts'
import type { RuntimeFolder } from '../runtime-folder.ts'
import { readSecret } from '../secrets.ts'
import type { Account } from '../unprivileged.ts'

const SOCKET_PORT = 5432
const SOCKET_ROOM = 'old'
const MAX_CONNECTIONS = 8

export interface OldClusterNeeds {
  readonly dir: DataDir
  readonly major: string
  readonly binaries: PostgresBinaries
  readonly account: Account | null
  readonly runtime: Pick<RuntimeFolder, 'path'>
  readonly secrets: SecretFolder
  readonly notice: Notice
}

export interface OldCluster {
  readonly connection: DatabaseConnection
  stop(): Promise<void>
}

/** @throws HomebirdError DATABASE_UNSUITABLE, DATABASE_UNREACHABLE with the tail of its log */
export async function openOldCluster(needs: OldClusterNeeds): Promise<OldCluster> {
  const { dir, major, binaries, account, secrets } = needs
  const cluster = join(dir.postgres, major)
  const password = readSecret(secrets, ADMIN_SECRET)
  if (password === null)
    throw new HomebirdError(
      'DATABASE_UNSUITABLE',
      `the password of the old database, ${secrets.pathOf(ADMIN_SECRET)}, is lost or damaged; take the folder secrets back from a copy (homebird copies), or restore a backup`,
    )
  const place = { dir, cluster, secrets, account, binaries }
  await stopOrphan(place, needs.notice)
  const isWindows = process.platform === 'win32'
  const socketFolder = isWindows ? null : makeSocketRoom(join(needs.runtime.path, SOCKET_ROOM), account)
  const port = isWindows ? await freeLoopbackPort() : SOCKET_PORT
  const log = postgresLog(dir.logs)
  log.rotateIfFull()
  const descriptor = log.openForWriting()
  const args = [
    '-D',
    cluster,
    ...fixedArguments({ socketFolder, port, maxConnections: MAX_CONNECTIONS }),
    '-c',
    'default_transaction_read_only=on',
    '-c',
    'autovacuum=off',
  ]
  const postmaster = await startPostmaster(binaries.postgres, args, account, descriptor).finally(() =>
    closeSync(descriptor),
  )
  const stop = async (): Promise<void> => {
    if (postmaster.hasEnded()) return
    if (!(await stopByPgCtl(place))) postmaster.quit()
    await postmaster.ended
  }
  const connection: DatabaseConnection = {
    host: socketFolder ?? '127.0.0.1',
    port,
    ssl: 'disable',
    user: ADMIN_ROLE,
    password,
    database: HOME_DATABASE,
  }
  try {
    await waitUntilAnswering(postmaster, connection, log)
    return { connection, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function makeSocketRoom(room: string, account: Account | null): string {
  rmSync(room, { recursive: true, force: true })
  mkdirSync(room, { mode: 0o700 })
  if (account !== null) chownSync(room, account.uid, account.gid)
  return room
}
