/**
 * A home in the making, in `incoming/` beside the one that is there: a cluster of its own, filled and proven before it takes the
 * place of anything. Until then nothing of the home has changed, and what is left of an attempt is thrown away.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type DataDir, createDataDir, createRooms } from '../../core/data-dir.ts'
import { PLAIN_BOX, SecretFolder } from '../../core/secret-box.ts'
import { incomingDir } from '../copies/change-places.ts'
import { type Notice, stopWhatRuns } from '../copies/cold-cluster.ts'
import { type PostgresCluster, openPostgresCluster } from '../postgres-cluster.ts'
import { ADMIN_SECRET } from '../postgres-files.ts'
import type { RuntimeFolder } from '../runtime-folder.ts'
import { type Account, openTheWay } from '../unprivileged.ts'

/** The keeper and a look from aside. */
const MAX_CONNECTIONS = 8
/** Room of the socket, beside that of the home's database. */
const SOCKET_ROOM = 'in'

export interface IncomingNeeds {
  readonly dir: DataDir
  readonly runtime: Pick<RuntimeFolder, 'path'>
  readonly notice: Notice
  /** Those of the home, where the new cluster is to have the same passwords; else it has its own beside it. */
  readonly secrets?: SecretFolder
  /** Who runs the home's database. */
  readonly account: Account | null
}

/** Empty, with the home's role and database, and no table. What an earlier attempt has left must be gone. */
export async function openIncoming(
  needs: IncomingNeeds,
): Promise<{ readonly dir: DataDir; readonly cluster: PostgresCluster }> {
  createRooms(needs.dir)
  const dir = createDataDir(incomingDir(needs.dir).path)
  createRooms(dir)
  const { account } = needs
  // It passes through the home on its way.
  if (account !== null) openTheWay(needs.dir, account)
  const cluster = await openPostgresCluster({
    dir,
    account,
    programs: needs.dir,
    secrets: needs.secrets ?? new SecretFolder(dir.secrets, PLAIN_BOX),
    runtime: { path: needs.runtime.path, database: join(needs.runtime.path, SOCKET_ROOM) },
    maxConnections: MAX_CONNECTIONS,
    notice: needs.notice,
  })
  return { dir, cluster }
}

/**
 * Under the lock of the home, and while nothing is planned to take its place.
 * @param secrets  of the home
 * @throws HomebirdError DATABASE_UNSUITABLE when something that was left running does not stop
 */
export async function clearIncoming(home: DataDir, secrets: SecretFolder, notice: Notice): Promise<void> {
  const dir = incomingDir(home)
  if (!existsSync(dir.path)) return
  const own = new SecretFolder(dir.secrets, PLAIN_BOX)
  await stopWhatRuns(dir, notice, existsSync(own.pathOf(ADMIN_SECRET)) ? own : secrets, home)
  rmSync(dir.path, { recursive: true, force: true })
}
