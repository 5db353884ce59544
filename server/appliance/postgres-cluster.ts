/** The lifecycle of the embedded PostgreSQL: made, started, checked, stopped; an orphan of an earlier life removed. */
import { chownSync, closeSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { DataDir } from '../core/data-dir.ts'
import { PLAIN_BOX, SecretFolder } from '../core/secret-box.ts'
import { HomebirdError } from '../core/errors.ts'
import { withClient } from '../db/connection.ts'
import type { ProcessEnd } from './launcher.ts'
import { type PostgresLog, postgresLog } from './log-files.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import {
  type ClusterPlace,
  clusterFolder,
  ensureCluster,
  ensurePasswords,
  writeClusterSettings,
} from './postgres-files.ts'
import { processesIn } from './postgres-orphan.ts'
import { type Postmaster, startPostmaster, waitUntil } from './postgres-process.ts'
import { ADMIN_ROLE, HOME_DATABASE, HOME_ROLE, provision } from './postgres-provision.ts'
import { fixedArguments } from './postgres-settings.ts'
import { killIfThere, stopByPgCtl, stopOrphan } from './postgres-stop.ts'
import type { RuntimeFolder } from './runtime-folder.ts'
import { type Account, databaseAccount, openTheWay } from './unprivileged.ts'

const SOCKET_PORT = 5432
/** A start after a crash replays the log; at most 512 MB of it are kept. */
const READY_LIMIT_MS = 120_000
/** What was told to end at once and stands still never does. */
const QUIT_LIMIT_MS = 5_000

export interface ClusterOptions {
  readonly dir: DataDir
  /** The home whose copy of the programs is taken, where it is not that of the cluster. */
  readonly programs?: DataDir
  /** Who runs it; found out unless it is said. */
  readonly account?: Account | null
  /** Plain unless said otherwise. */
  readonly secrets?: SecretFolder
  readonly runtime: Pick<RuntimeFolder, 'path' | 'database'>
  readonly maxConnections: number
  /** A sentence for the journal and the person who looks on. */
  readonly notice: (level: 'info' | 'warn', message: string) => void
}

export interface PostgresCluster {
  /** How the home connects: own role, own database. */
  readonly connection: DatabaseConnection
  readonly pid: number
  /** Settles when the postmaster is gone, wished for or not. */
  readonly ended: Promise<ProcessEnd>
  /** The newest lines of its log since this start. */
  logTail(): string
  /** Bounds its log; to be called now and then. */
  rotateLog(): void
  /** Fast stop, 10 s; then immediate; then by force. Does nothing when it is gone. */
  stop(): Promise<void>
  /** All of its processes, at once; the next start recovers. For one that stands still. */
  endByForce(): void
}

/**
 * Makes the cluster if there is none and starts it. It is ready when a query of the home's own role was answered and
 * the settings that data safety rests on were seen to hold.
 * @throws HomebirdError DATABASE_UNSUITABLE, DATABASE_UNREACHABLE with the tail of its log, DATA_DIR_UNUSABLE
 */
export async function openPostgresCluster(options: ClusterOptions): Promise<PostgresCluster> {
  const { dir, runtime, account = databaseAccount(clusterFolder(dir)) } = options
  if (account !== null) {
    openTheWay(dir, account)
    options.notice('info', `started by root: the database runs as user ${account.name}`)
  }
  const secrets = options.secrets ?? new SecretFolder(dir.secrets, PLAIN_BOX)
  const binaries = await findPostgresBinaries(options.programs ?? dir, account)
  const place: ClusterPlace = { dir, secrets, runtime, account, binaries }
  const isNew = await ensureCluster(place)
  if (!isNew) await stopOrphan(place, options.notice)
  const passwords = await ensurePasswords(place)
  prepareSocketFolder(place)
  writeClusterSettings(place)
  const port = process.platform === 'win32' ? await freeLoopbackPort() : SOCKET_PORT
  const socketFolder = process.platform === 'win32' ? null : runtime.database
  const host = socketFolder ?? '127.0.0.1'
  const common = { host, port, ssl: 'disable' } as const
  const connection = { ...common, user: HOME_ROLE, password: passwords.home, database: HOME_DATABASE }
  const admin = { ...common, user: ADMIN_ROLE, password: passwords.admin, database: 'postgres' }

  const log = postgresLog(dir.logs)
  log.rotateIfFull()
  const fixed = fixedArguments({ socketFolder, port, maxConnections: options.maxConnections })
  const cluster = await launch(place, fixed, connection, log)
  try {
    await waitUntilAnswering(cluster, admin, log)
    await provision(connection, admin, isNew)
  } catch (error) {
    await cluster.stop()
    throw error
  }
  return cluster
}

async function launch(
  place: ClusterPlace,
  fixed: readonly string[],
  connection: DatabaseConnection,
  log: PostgresLog,
): Promise<RunningCluster> {
  const descriptor = log.openForWriting()
  try {
    const args = ['-D', clusterFolder(place.dir), ...fixed]
    return runningCluster(
      place,
      await startPostmaster(place.binaries.postgres, args, place.account, descriptor),
      connection,
      log,
    )
  } finally {
    closeSync(descriptor)
  }
}

type RunningCluster = PostgresCluster & Pick<Postmaster, 'hasEnded'>

function runningCluster(
  place: ClusterPlace,
  postmaster: Postmaster,
  connection: DatabaseConnection,
  log: PostgresLog,
): RunningCluster {
  const endByForce = (): void => {
    // Those that stand still outlive their postmaster and hold its memory, so that no other could start. Until it is gone they
    // stay its children, and their numbers theirs.
    for (const pid of processesIn(clusterFolder(place.dir))) if (pid !== postmaster.pid) killIfThere(pid)
    postmaster.kill()
  }
  return {
    hasEnded: () => postmaster.hasEnded(),
    endByForce,
    connection,
    pid: postmaster.pid,
    ended: postmaster.ended,
    logTail: () => log.tail(8),
    rotateLog: () => log.rotateIfFull(),
    async stop() {
      if (postmaster.hasEnded()) return
      const isStopped = await stopByPgCtl(place)
      // Its folder may be gone or closed to pg_ctl; the process is our child and hears us all the same.
      if (!isStopped) postmaster.quit()
      const timer = setTimeout(endByForce, QUIT_LIMIT_MS)
      await postmaster.ended
      clearTimeout(timer)
    },
  }
}

/** @throws HomebirdError DATABASE_UNREACHABLE when it ends or stays silent */
export async function waitUntilAnswering(
  postmaster: Pick<Postmaster, 'hasEnded'>,
  admin: DatabaseConnection,
  log: PostgresLog,
): Promise<void> {
  let last: unknown = null
  const isOver = await waitUntil(async () => {
    if (postmaster.hasEnded()) return true
    try {
      await withClient(admin, (client) => client.query('select 1'))
      return true
    } catch (error) {
      last = error
      // A refused password is an answer too; `provision` or the caller deals with it.
      return error instanceof Error && 'code' in error && String(error.code).startsWith('28')
    }
  }, READY_LIMIT_MS)
  if (isOver && !postmaster.hasEnded()) return
  const what = postmaster.hasEnded()
    ? 'ended while starting'
    : `gave no answer for ${READY_LIMIT_MS / 1_000} s`
  throw new HomebirdError(
    'DATABASE_UNREACHABLE',
    `the embedded database ${what}; its log says: ${log.tail(8)}`,
    {
      cause: last ?? undefined,
    },
  )
}

/** Under our lock nothing listens here now: what a crash has left would only be in the way. */
function prepareSocketFolder({ runtime, account }: ClusterPlace): void {
  rmSync(runtime.database, { recursive: true, force: true })
  mkdirSync(runtime.database, { mode: 0o700 })
  if (account !== null && statSync(runtime.database).uid !== account.uid) {
    chownSync(runtime.database, account.uid, account.gid)
  }
}

/** Windows only, where the database cannot listen on sockets that everybody's programs understand. */
export function freeLoopbackPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
