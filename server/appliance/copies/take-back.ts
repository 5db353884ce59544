/**
 * Takes a copy back: checks every file of it against its hash, lays all of it beside the home, and only then changes places
 * by renaming. What stood here is kept under `backups/replaced-…` and can be taken back just so. A crash in between is
 * finished by the next start: the plan stands in a file, and every step finds out by itself whether it was done.
 */
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder, writeFileAtomically } from '../../core/atomic-file.ts'
import { type DataDir, createRooms } from '../../core/data-dir.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import { POSTGRES_MAJOR } from '../postgres-binaries.ts'
import { clusterFolder } from '../postgres-files.ts'
import { databaseAccount, giveTo } from '../unprivileged.ts'
import { type Notice, hasCluster, stateOfCluster, stopWhatRuns } from './cold-cluster.ts'
import {
  type CopyWatch,
  copyContent,
  copyFailed,
  hashFile,
  measureRoom,
  readContent,
  requireRoom,
  requireWanted,
} from './copy-files.ts'
import {
  type CopyManifest,
  type HomeCopy,
  copyFolder,
  listCopies,
  newCopyName,
  writeManifest,
} from './copy-manifest.ts'
import { readRunVersion, writeRunVersion } from './run-version.ts'
import { COPY_PARTS, PROCESS_FILES, keepNewest } from './take-copy.ts'

export interface TakenBack {
  readonly name: string
  /** The version that the home is of now; null where it was not remembered. */
  readonly ofVersion: string | null
  /** The name under which what stood here is kept. */
  readonly replaced: string
}

export interface TakeBackNeeds extends CopyWatch {
  readonly notice: Notice
  /** Asked when the folder holds what it should; plain unless said otherwise. */
  readonly openSecrets?: () => Promise<SecretFolder | undefined>
  readonly now?: Date
}

/** The whole change of places, written down before the first step. */
interface Plan {
  readonly name: string
  readonly ofVersion: string | null
  readonly replaced: string
  readonly replacedManifest: CopyManifest
}

/**
 * Under the lock of the folder.
 * @throws HomebirdError NOT_FOUND for an unknown name; DOCUMENT_INVALID for a copy that is not what its manifest says;
 *   STORAGE_FULL with the numbers; DATABASE_UNSUITABLE; DATA_DIR_UNUSABLE where its parts lie on several disks. Then nothing
 *   was changed
 */
export async function takeBack(dir: DataDir, name: string, needs: TakeBackNeeds): Promise<TakenBack> {
  finishTakingBack(dir)
  createRooms(dir)
  const manifest = usableCopy(dir, name)
  requireOneDisk(dir)
  await verifyCopy(copyFolder(dir, name), manifest, needs)
  await stopWhatRuns(dir, needs.notice, await needs.openSecrets?.())
  const staged = stagingFolder(dir)
  rmSync(staged, { recursive: true, force: true })
  try {
    await stage(dir, name, needs)
    requireWanted(needs.signal)
  } catch (error) {
    rmSync(staged, { recursive: true, force: true })
    throw copyFailed(`what takes the place of the home, out of ${name},`, dir.path, error)
  }
  const now = needs.now ?? new Date()
  const current = readRunVersion(dir)
  const replaced = newCopyName(dir, 'replaced', current, now)
  const plan: Plan = {
    name,
    ofVersion: manifest.ofVersion,
    replaced,
    replacedManifest: describeReplaced(dir, current, now),
  }
  writeFileAtomically(planFile(dir), `${JSON.stringify(plan)}\n`, 0o600)
  finishTakingBack(dir)
  keepNewest(dir, 'replaced')
  needs.notice('info', `taken back: ${name}; what stood here is kept as ${replaced}`)
  return { name, ofVersion: manifest.ofVersion, replaced }
}

/** @throws HomebirdError NOT_FOUND, DOCUMENT_INVALID */
function usableCopy(dir: DataDir, name: string): CopyManifest {
  const copies = listCopies(dir)
  const copy: HomeCopy | undefined = copies.find((one) => one.name === name)
  if (copy === undefined) {
    const known = copies.map((one) => one.name).join(', ')
    throw new HomebirdError(
      'NOT_FOUND',
      `${JSON.stringify(name)} is no copy in ${dir.backups}; there ${known === '' ? 'is none' : `are ${known}`}`,
    )
  }
  const { manifest, problem } = copy
  if (manifest === null)
    throw new HomebirdError('DOCUMENT_INVALID', `the copy ${name} cannot be used: ${problem}; choose another`)
  if (manifest.postgresMajor === null || manifest.postgresMajor === POSTGRES_MAJOR) return manifest
  throw new HomebirdError(
    'DOCUMENT_INVALID',
    `the copy ${name} is of PostgreSQL ${manifest.postgresMajor}, and this Homebird brings ${POSTGRES_MAJOR}; ` +
      `take it back with Homebird ${manifest.ofVersion ?? 'of that time'}`,
  )
}

/**
 * Proves that everything can change places by renaming. Only a renaming tells: folders of one disk may still be mounted apart.
 * @throws HomebirdError DATA_DIR_UNUSABLE
 */
function requireOneDisk(dir: DataDir): void {
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
      `Let ${folder} be a folder of the disk that ${dir.path} is on, with what it holds now, and take the copy back again`,
    { ...(cause === undefined ? {} : { cause }), details: { folder } },
  )
}

/** @throws HomebirdError DOCUMENT_INVALID naming the first file that is not what the manifest says */
async function verifyCopy(folder: string, manifest: CopyManifest, watch: CopyWatch): Promise<void> {
  if (manifest.database === 'embedded' && !existsSync(join(folder, COPY_PARTS.cluster, 'PG_VERSION')))
    throw damaged(folder, `${COPY_PARTS.cluster}/PG_VERSION`, 'is missing')
  for (const path of manifest.folders ?? [])
    if (!existsSync(join(folder, path))) throw damaged(folder, path, 'is missing')
  for (const file of manifest.files ?? []) {
    requireWanted(watch.signal)
    const found = await hashFile(join(folder, file.path)).catch((error: unknown) => {
      throw damaged(folder, file.path, 'cannot be read', error)
    })
    if (found.bytes !== file.bytes)
      throw damaged(folder, file.path, `has ${found.bytes} bytes instead of ${file.bytes}`)
    if (found.sha256 !== file.sha256) throw damaged(folder, file.path, 'was changed since')
  }
}

function damaged(folder: string, path: string, how: string, cause?: unknown): HomebirdError {
  return new HomebirdError(
    'DOCUMENT_INVALID',
    `the copy cannot be taken back: ${join(folder, path)} ${how}; nothing was changed, choose another copy`,
    cause === undefined ? {} : { cause },
  )
}

/** Lays the parts beside the home, on its own disk, so that the rest is renaming. */
async function stage(dir: DataDir, name: string, watch: CopyWatch): Promise<void> {
  const source = copyFolder(dir, name)
  const content = await readContent(source, (path) => path.startsWith('manifest.'))
  requireRoom(await measureRoom(dir.path, content.bytes), dir.path, `taking ${name} back`)
  await mkdir(stagingFolder(dir), { mode: 0o700 })
  await copyContent(source, stagingFolder(dir), content, watch)
  const cluster = join(stagingFolder(dir), COPY_PARTS.cluster)
  for (const file of PROCESS_FILES) rmSync(join(cluster, file), { force: true })
  const account = databaseAccount(clusterFolder(dir))
  if (account !== null && existsSync(cluster)) giveTo(cluster, account)
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
 * Under the lock of the folder. Does what is left of a taking back that was begun. Each part that is staged takes its place,
 * after what stands there has gone to the replaced ones; a part that is not staged any more has done so. Without a plan nothing
 * has changed places yet, and what was staged by then goes.
 * @throws the error of the file system; the next call goes on where this one stopped
 */
export function finishTakingBack(dir: DataDir): void {
  const plan = readPlan(dir)
  if (plan === null) return rmSync(stagingFolder(dir), { recursive: true, force: true })
  const kept = copyFolder(dir, plan.replaced)
  mkdirSync(kept, { recursive: true, mode: 0o700 })
  const staged = stagingFolder(dir)
  changePlaces(join(staged, COPY_PARTS.cluster), clusterFolder(dir), join(kept, COPY_PARTS.cluster))
  changePlaces(join(staged, COPY_PARTS.secrets), dir.secrets, join(kept, COPY_PARTS.secrets))
  changeStores(dir, staged, kept)
  writeRunVersion(dir, plan.ofVersion)
  if (!existsSync(join(kept, 'manifest.json'))) writeManifest(kept, plan.replacedManifest)
  for (const folder of [dir.postgres, dir.backups, dir.path]) syncFolder(folder)
  rmSync(staged, { recursive: true, force: true })
  rmSync(planFile(dir), { force: true })
  syncFolder(dir.path)
}

/** A part that the copy does not have stays as it is. */
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

function readPlan(dir: DataDir): Plan | null {
  if (!existsSync(planFile(dir))) return null
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

const planFile = (dir: DataDir): string => join(dir.path, 'taking-back.json')
const PROBE = '.taking-back-probe'
const stagingFolder = (dir: DataDir): string => join(dir.path, '.taking-back')
