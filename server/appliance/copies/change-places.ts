/**
 * What takes the place of the home: laid whole beside it first, then exchanged by renaming, after a plan was written down. What
 * stood there is kept under `backups/replaced-…`. A crash in between is finished by the next start: every step finds out by
 * itself whether it was done.
 */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { syncFolder, writeFileAtomically } from '../../core/atomic-file.ts'
import { type DataDir, dataDirAt } from '../../core/data-dir.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import { POSTGRES_MAJOR } from '../postgres-binaries.ts'
import { clusterFolder } from '../postgres-files.ts'
import { type Notice, hasCluster, stateOfCluster, stopWhatRuns } from './cold-cluster.ts'
import { type CopyManifest, copyFolder, newCopyName, writeManifest } from './copy-manifest.ts'
import { keepTakenLease, leavesLease, moveLease } from './move-lease.ts'
import { readRunVersion, writeRunVersion } from './run-version.ts'
import { COPY_PARTS } from './take-copy.ts'

/** The whole change of places, written down before the first step. */
interface Plan {
  /** Of what takes the place, for people. */
  readonly name: string
  readonly ofVersion: string | null
  /** Null where nothing stood there. */
  readonly replaced: string | null
  readonly replacedManifest: CopyManifest
  /** `copy`, unless it says otherwise, of a copy of files; `incoming` of a home that was loaded from a backup. */
  readonly from?: 'copy' | 'incoming'
  /** What says which computer speaks goes with the home that stood there. */
  readonly leavesLease?: boolean
}

export type Exchanged = Pick<Plan, 'name' | 'replaced'> & { readonly from: 'copy' | 'incoming' }

/** Where a copy is laid. */
export const stagingFolder = (dir: DataDir): string => join(dir.path, '.taking-back')

/** A whole home in the making, beside the one that is there. */
export const incomingDir = (dir: DataDir): DataDir => dataDirAt(join(dir.path, 'incoming'))

/** Media of a restored home that are still to be brought to where the home keeps its own. */
export const arrivedMedia = (dir: DataDir): string => join(dir.path, 'arrived-media')

const planFile = (dir: DataDir): string => join(dir.path, 'taking-back.json')
const PROBE = '.taking-back-probe'

/**
 * From here on the next start takes what is staged. Everything of it must be on the disk.
 * @param ofVersion  which Homebird the home is of, once it is in its place; null where that is not known
 */
export function planExchange(
  dir: DataDir,
  { name, ofVersion, from, now }: Pick<Plan, 'name' | 'ofVersion' | 'from'> & { readonly now: Date },
): Plan {
  const current = readRunVersion(dir)
  const isHome = hasCluster(dir) || existsSync(dir.applianceDatabase)
  if (isHome && from === 'incoming') keepTakenLease({ home: dir.path, staged: incomingDir(dir).path })
  const plan: Plan = {
    name,
    ofVersion,
    replaced: isHome ? newCopyName(dir, 'replaced', current, now) : null,
    replacedManifest: describeReplaced(dir, current, now),
    ...(from === undefined ? {} : { from }),
    ...(isHome && leavesLease(...leaseOf(dir, from)) ? { leavesLease: true } : {}),
  }
  writeFileAtomically(planFile(dir), `${JSON.stringify(plan)}\n`, 0o600)
  return plan
}

function stagedParts(dir: DataDir, from: Exchanged['from']): { staged: string; cluster: string } {
  if (from === 'incoming') return { staged: incomingDir(dir).path, cluster: clusterFolder(incomingDir(dir)) }
  const staged = stagingFolder(dir)
  return { staged, cluster: join(staged, COPY_PARTS.cluster) }
}

function leaseOf(dir: DataDir, from: Exchanged['from'] = 'copy'): Parameters<typeof leavesLease> {
  const { staged, cluster } = stagedParts(dir, from)
  return [
    { home: dir.path, staged },
    { home: clusterFolder(dir), staged: cluster },
  ]
}

/** Whether something is laid ready that takes the place of the home at its next start. */
export const isExchangePlanned = (dir: DataDir): boolean => existsSync(planFile(dir))

/**
 * Proves that everything can change places by renaming. Only a renaming tells: folders of one disk may still be mounted apart.
 * @throws HomebirdError DATA_DIR_UNUSABLE
 */
export function requireOneDisk(dir: DataDir): void {
  for (const folder of [dir.postgres, clusterFolder(dir), dir.secrets, dir.backups]) {
    if (!existsSync(folder)) continue
    const isMoved = folder === dir.secrets || folder === clusterFolder(dir)
    if (isMoved && lstatSync(folder).isSymbolicLink()) throw elsewhere(dir, folder, 'it is a link')
    const [here, there] = [join(dir.path, PROBE), join(folder, PROBE)]
    try {
      writeFileSync(here, '', { mode: 0o600 })
      renameSync(here, there)
    } catch (error) {
      const isFar = error instanceof Error && 'code' in error && error.code === 'EXDEV'
      throw elsewhere(dir, folder, isFar ? 'it is on another disk' : describeError(error), error)
    } finally {
      rmSync(here, { force: true })
      rmSync(there, { force: true })
    }
  }
}

function elsewhere(dir: DataDir, folder: string, reason: string, cause?: unknown): HomebirdError {
  return new HomebirdError(
    'DATA_DIR_UNUSABLE',
    `a copy cannot change places with what is in ${folder}: ${reason}; nothing was changed. ` +
      `Let ${folder} be a folder of the disk that ${dir.path} is on, with what it holds now, and try again`,
    { ...(cause === undefined ? {} : { cause }), details: { folder } },
  )
}

function describeReplaced(dir: DataDir, ofVersion: string | null, now: Date): CopyManifest {
  const isThere = hasCluster(dir)
  return {
    format: 1,
    kind: 'replaced',
    ofVersion,
    beforeVersion: null,
    madeAt: now.toISOString(),
    database: isThere ? 'embedded' : 'none',
    postgresMajor: isThere ? POSTGRES_MAJOR : null,
    databaseState: isThere ? stateOfCluster(clusterFolder(dir)) : null,
    bytes: 0,
    folders: null,
    files: null,
  }
}

/**
 * Under the lock of the folder. Does what is left of an exchange that was begun. Each part that is staged takes its place,
 * after what stands there has gone to the replaced ones; a part that is not staged any more has done so. Without a plan nothing
 * has changed places yet, and what was staged of a copy by then goes.
 * @returns what has taken the place now, null where nothing was to
 * @throws the error of the file system; the next call goes on where this one stopped
 */
export function finishExchange(dir: DataDir): Exchanged | null {
  const plan = readPlan(dir)
  if (plan === null) {
    rmSync(stagingFolder(dir), { recursive: true, force: true })
    return null
  }
  const { name, replaced, from = 'copy' } = plan
  const incoming = incomingDir(dir)
  const { staged, cluster } = stagedParts(dir, from)
  // Where nothing stood, what a first try has begun since goes the same way and is removed after it.
  const kept = replaced === null ? join(staged, 'replaced') : copyFolder(dir, replaced)
  for (const folder of [kept, dir.postgres]) mkdirSync(folder, { recursive: true, mode: 0o700 })
  // Before anything else: what was taken over is silent until the other machine has said that it is.
  moveLease({ home: dir.path, staged }, kept, plan.leavesLease === true)
  changePlaces(cluster, clusterFolder(dir), join(kept, COPY_PARTS.cluster))
  changePlaces(join(staged, COPY_PARTS.secrets), dir.secrets, join(kept, COPY_PARTS.secrets))
  changeStores(dir, staged, kept)
  if (from === 'incoming' && existsSync(incoming.media)) moveMedia(incoming.media, arrivedMedia(dir))
  writeRunVersion(dir, plan.ofVersion)
  if (replaced !== null && !existsSync(join(kept, 'manifest.json')))
    writeManifest(kept, plan.replacedManifest)
  for (const folder of [dir.postgres, dir.backups, dir.path]) if (existsSync(folder)) syncFolder(folder)
  rmSync(staged, { recursive: true, force: true })
  rmSync(planFile(dir), { force: true })
  syncFolder(dir.path)
  return { name, replaced, from }
}

/**
 * As `finishExchange`, where an appliance that was killed may have left a database that still runs in what is exchanged.
 * @throws HomebirdError DATABASE_UNSUITABLE when something of it does not stop; then nothing has changed places
 */
export async function finishExchangeAtRest(dir: DataDir, notice: Notice): Promise<Exchanged | null> {
  if (isExchangePlanned(dir)) await stopWhatRuns(dir, notice)
  return finishExchange(dir)
}

/** A part that is not staged stays as it is. */
function changePlaces(staged: string, place: string, kept: string): void {
  if (!existsSync(staged)) return
  if (existsSync(place) && !existsSync(kept)) renameSync(place, kept)
  else rmSync(place, { recursive: true, force: true })
  renameSync(staged, place)
}

/**
 * The log of a store goes with it: beside another store it would be taken for that one's. It moves first, so that the store
 * itself says by its place whether both have moved.
 */
function changeStores(dir: DataDir, staged: string, kept: string): void {
  if (!existsSync(join(staged, COPY_PARTS.store))) return
  if (existsSync(dir.applianceDatabase) && !existsSync(join(kept, COPY_PARTS.store))) {
    moveStore(dir.applianceDatabase, join(kept, COPY_PARTS.store))
    rmSync(`${dir.applianceDatabase}-shm`, { force: true })
  }
  moveStore(join(staged, COPY_PARTS.store), dir.applianceDatabase)
}

function moveStore(source: string, target: string): void {
  if (existsSync(`${source}-wal`)) renameSync(`${source}-wal`, `${target}-wal`)
  renameSync(source, target)
}

/** Those of a home that was restored before and has not started since may still lie there: the names are those of the contents. */
function moveMedia(source: string, target: string): void {
  if (!existsSync(target)) return renameSync(source, target)
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)]
    if (entry.isDirectory()) moveMedia(from, to)
    else renameSync(from, to)
  }
}

function readPlan(dir: DataDir): Plan | null {
  if (!isExchangePlanned(dir)) return null
  try {
    return JSON.parse(readFileSync(planFile(dir), 'utf8')) as Plan
  } catch (error) {
    throw new HomebirdError(
      'DATA_DIR_UNUSABLE',
      `${planFile(dir)} is damaged, so a copy that was being taken back cannot be finished; ` +
        `what stood here is in the newest folder replaced-… of ${dir.backups}`,
      { cause: error },
    )
  }
}
