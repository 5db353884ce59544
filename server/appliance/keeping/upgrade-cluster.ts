/**
 * Brings the database to the PostgreSQL of today: the rows go from the old cluster into a new one beside it, counted and hashed,
 * and only a cluster that is proven whole takes its place, by one renaming. The old one is read only and stays for a week. An
 * attempt that was broken off anywhere has changed nothing, and the next start begins it anew.
 */
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { syncFolder, writeFileAtomically } from '../../core/atomic-file.ts'
import type { DataDir } from '../../core/data-dir.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import type { Notice } from '../copies/cold-cluster.ts'
import { ROOM_TO_LEAVE_BYTES, measureRoom, readContent, requireRoom } from '../copies/copy-files.ts'
import { POSTGRES_MAJOR, keptProgramsOf } from '../postgres-binaries.ts'
import { clusterFolder } from '../postgres-files.ts'
import type { RuntimeFolder } from '../runtime-folder.ts'
import { databaseAccount, openTheWay } from '../unprivileged.ts'
import { clearIncoming, openIncoming } from './incoming.ts'
import { openOldCluster } from './old-cluster.ts'
import { clusterMajors, findOldPrograms } from './old-programs.ts'

const KEPT_DAYS = 7
const DAY_MS = 86_400_000

export interface UpgradeNeeds {
  readonly dir: DataDir
  readonly runtime: Pick<RuntimeFolder, 'path'>
  readonly secrets: SecretFolder
  /** The folder of old programs that the settings name. */
  readonly programs: string | null
  readonly notice: Notice
  /** Called when there turns out to be something to do. */
  readonly begins?: (() => void) | undefined
  readonly now: Date
  /** Copies the home from the one into the other, and proves it. */
  copy(source: DatabaseConnection, target: DatabaseConnection, from: string): Promise<void>
}

/** What was moved, written down before the renaming: it counts once the new cluster is in its place. */
interface Moved {
  readonly from: string
  readonly to: string
  readonly at: string
}

const movedFile = (dir: DataDir): string => join(dir.postgres, 'moved.json')

/**
 * Under the lock of the folder, before the database starts. Does nothing where the cluster is of today, or there is none.
 * @returns the major version it came from
 * @throws HomebirdError SCHEMA_NEWER for a cluster of a newer PostgreSQL, DATABASE_UNSUITABLE, STORAGE_FULL, and what `copy`
 *   throws; then nothing was changed
 */
export async function upgradeCluster(needs: UpgradeNeeds): Promise<string | null> {
  const { dir, notice } = needs
  const majors = clusterMajors(dir)
  requireNoneNewer(dir, majors)
  if (majors.includes(Number(POSTGRES_MAJOR))) {
    removeMoved(dir, needs.now, notice)
    return null
  }
  const newest = majors.at(-1)
  if (newest === undefined) return null
  const from = String(newest)
  needs.begins?.()
  notice(
    'info',
    `the database is of PostgreSQL ${from} and is brought to ${POSTGRES_MAJOR}; the old one stays for ${KEPT_DAYS} days`,
  )
  await clearIncoming(dir, needs.secrets, notice)
  try {
    await fillFrom(from, needs)
  } catch (error) {
    await clearIncoming(dir, needs.secrets, notice).catch((reason: unknown) =>
      notice(
        'warn',
        `what was begun of the new database is removed at the next start: ${describeError(reason)}`,
      ),
    )
    throw error
  }
  takePlace(needs, from)
  await clearIncoming(dir, needs.secrets, notice)
  notice('info', `the database is of PostgreSQL ${POSTGRES_MAJOR} now`)
  return from
}

function requireNoneNewer(dir: DataDir, majors: readonly number[]): void {
  const newer = majors.find((major) => major > Number(POSTGRES_MAJOR))
  if (newer === undefined) return
  const back = majors.includes(Number(POSTGRES_MAJOR))
    ? `; to go back to how it was before, move ${join(dir.postgres, String(newer))} away`
    : ''
  throw new HomebirdError(
    'SCHEMA_NEWER',
    `the database in ${join(dir.postgres, String(newer))} is of PostgreSQL ${newer}, and this Homebird brings ${POSTGRES_MAJOR}; it was left untouched. Start the newer Homebird${back}`,
  )
}

async function fillFrom(from: string, needs: UpgradeNeeds): Promise<void> {
  const { dir, runtime, secrets, notice } = needs
  const oldFolder = join(dir.postgres, from)
  const account = databaseAccount(oldFolder)
  if (account !== null) openTheWay(dir, account)
  const binaries = await findOldPrograms({ dir, major: from, named: needs.programs, account })
  await requireRoomFor(dir, oldFolder)
  const old = await openOldCluster({ dir, major: from, binaries, account, runtime, secrets, notice })
  try {
    const { cluster } = await openIncoming({ dir, runtime, secrets, account, notice })
    try {
      await needs.copy(old.connection, cluster.connection, from)
    } finally {
      // Stopped in order: its files are whole then.
      await cluster.stop()
    }
  } finally {
    await old.stop()
  }
}

/** Rows take no more room in the new one, and mostly less. */
async function requireRoomFor(dir: DataDir, oldFolder: string): Promise<void> {
  const { bytes } = await readContent(oldFolder)
  const { freeBytes } = await measureRoom(dir.path, bytes)
  const room = { neededBytes: bytes + ROOM_TO_LEAVE_BYTES, freeBytes, clones: false }
  requireRoom(room, dir.path, `the move to PostgreSQL ${POSTGRES_MAJOR}`)
}

function takePlace({ dir, now }: UpgradeNeeds, from: string): void {
  const moved: Moved = { from, to: POSTGRES_MAJOR, at: now.toISOString() }
  writeFileAtomically(movedFile(dir), `${JSON.stringify(moved)}\n`, 0o600)
  const incoming = join(dir.path, 'incoming', 'postgres', POSTGRES_MAJOR)
  syncFolder(join(incoming, '..'))
  renameSync(incoming, clusterFolder(dir))
  syncFolder(dir.postgres)
}

/** A week after the move the old cluster goes, with the programs that were kept for it. */
export function removeMoved(dir: DataDir, now: Date, notice: Notice): void {
  const moved = readMoved(dir)
  if (moved === null || now.getTime() - Date.parse(moved.at) < KEPT_DAYS * DAY_MS) return
  if (!existsSync(join(clusterFolder(dir), 'PG_VERSION'))) return
  const [old, going] = [join(dir.postgres, moved.from), join(dir.postgres, `${moved.from}.gone`)]
  // Without its name it is no cluster any more, also when its removal is broken off.
  if (existsSync(old)) renameSync(old, going)
  for (const folder of [going, ...keptProgramsOf(dir, moved.from)])
    rmSync(folder, { recursive: true, force: true })
  rmSync(movedFile(dir), { force: true })
  notice('info', `the database of PostgreSQL ${moved.from} was removed, ${KEPT_DAYS} days after the move`)
}

/** Null where nothing was moved, and for what cannot be understood: then nothing is removed by itself. */
function readMoved(dir: DataDir): Moved | null {
  if (!existsSync(movedFile(dir))) return null
  try {
    const moved = JSON.parse(readFileSync(movedFile(dir), 'utf8')) as Partial<Moved>
    const isSound = /^\d+$/.test(moved.from ?? '') && moved.to === POSTGRES_MAJOR && moved.from !== moved.to
    return isSound && Number.isFinite(Date.parse(moved.at ?? '')) ? (moved as Moved) : null
  } catch {
    return null // torn by a crash: the old cluster stays until a person removes it
  }
}
