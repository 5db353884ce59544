/**
 * The copy before the first start of another version: the cluster, `appliance.sqlite` and the secrets, file by file, into
 * `backups/before-<version>-<time>/`, before anything of the new version has touched them.
 *
 * Why copying files is enough: it happens under the lock of the folder, and after whatever an earlier appliance has left
 * running was proven to be ours and stopped, so nothing writes into the cluster. If it had stopped in order, its files are
 * whole. If it had crashed, its files are what that crash has left, and PostgreSQL mends just that from its log at the next
 * start: the log (`pg_wal`) is in the same folder and comes along whole, links are refused, and what is still in the
 * system's memory is read like what is on the disk. A copy of a crashed cluster therefore recovers to the same rows as the
 * cluster itself would. What would *not* do is copying while a postmaster runs: pages and log would be of different moments.
 * `postmaster.pid` stays behind: it names a process, not data. `appliance.sqlite` may be written by a command at any time,
 * so it is copied by SQLite itself, in one read transaction.
 *
 * An external database (`HOMEBIRD_DATABASE_URL`) is not copied, and this is said: its owner keeps its backups. Media files
 * are not copied either: they are named by their content and never change. A file that was deleted since is not brought back.
 */
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { syncFolder } from '../../core/atomic-file.ts'
import type { DataDir } from '../../core/data-dir.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import { VERSION } from '../../core/version.ts'
import { POSTGRES_MAJOR } from '../postgres-binaries.ts'
import { clusterFolder } from '../postgres-files.ts'
import { type Notice, hasCluster, stateOfCluster, stopWhatRuns } from './cold-cluster.ts'
import {
  type CopyWatch,
  type FolderContent,
  copyContent,
  copyFailed,
  hashFile,
  measureRoom,
  type Room,
  readContent,
  requireRoom,
} from './copy-files.ts'
import {
  type CopiedFile,
  type CopyKind,
  type CopyManifest,
  type HomeCopy,
  copyFolder,
  listCopies,
  newCopyName,
  writeManifest,
} from './copy-manifest.ts'
import { readRunVersion, writeRunVersion } from './run-version.ts'

const KEPT_COPIES = 2
const REPLACED_KEPT_MS = 7 * 86_400_000
const UNFINISHED = '.new'

/** What lies in the folder of a copy. */
export const COPY_PARTS = {
  cluster: 'postgres',
  store: 'appliance.sqlite',
  secrets: 'secrets',
} as const

/** They say which process runs, or ran; a copy that had them would be taken for a running cluster. */
export const PROCESS_FILES = ['postmaster.pid', 'postmaster.opts']

export interface CopyNeeds extends CopyWatch {
  /** The settings name another database than the one of this folder. */
  readonly hasExternalDatabase: boolean
  /** Plain unless said otherwise. */
  readonly secrets?: SecretFolder
  readonly notice: Notice
  /** Called when a copy turns out to be needed. */
  readonly begins?: (() => void) | undefined
  readonly now?: Date
}

/**
 * Copies when the folder was last run with another version, and remembers that this one runs now. Does nothing when it is
 * the same version or there is nothing yet.
 * @returns the name of the copy, or null where none was needed
 * @throws HomebirdError STORAGE_FULL with the numbers where it does not fit, DATA_DIR_UNUSABLE, DATABASE_UNSUITABLE,
 *   NOT_RUNNING when it was broken off. Then no copy is left and nothing else was changed
 */
export async function copyBeforeNewVersion(dir: DataDir, needs: CopyNeeds): Promise<string | null> {
  const ofVersion = readRunVersion(dir)
  if (ofVersion === VERSION) return null
  const name =
    hasCluster(dir) || existsSync(dir.applianceDatabase) ? await copyHome(dir, ofVersion, needs) : null
  writeRunVersion(dir)
  return name
}

/** What a copy made now would need, for whoever is about to bring a new version. */
export async function measureCopy(
  dir: DataDir,
  hasExternalDatabase = false,
): Promise<Room & { readonly databaseBytes: number }> {
  const cluster = hasCluster(dir) ? await contentOfCluster(dir) : null
  const bytes = await bytesToCopy(dir, hasExternalDatabase ? null : cluster)
  const room = await measureRoom(existsSync(dir.backups) ? dir.backups : dir.path, bytes)
  return { ...room, databaseBytes: cluster?.bytes ?? 0 }
}

/** @param cluster  null where it is not part of the copy */
async function bytesToCopy(dir: DataDir, cluster: FolderContent | null): Promise<number> {
  const secrets = existsSync(dir.secrets) ? await readContent(dir.secrets) : null
  const store = [dir.applianceDatabase, `${dir.applianceDatabase}-wal`]
  const storeBytes = store.reduce(
    (sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )
  return (cluster?.bytes ?? 0) + (secrets?.bytes ?? 0) + storeBytes
}

async function copyHome(dir: DataDir, ofVersion: string | null, needs: CopyNeeds): Promise<string> {
  needs.begins?.()
  const isEmbedded = !needs.hasExternalDatabase && hasCluster(dir)
  await mkdir(dir.backups, { recursive: true, mode: 0o700 })
  removeUnfinished(dir)
  needs.notice(
    'info',
    `first start of ${VERSION}: the home of ${ofVersion ?? 'an earlier version'} is copied first`,
  )
  if (needs.hasExternalDatabase)
    needs.notice(
      'warn',
      'the external database is not part of the copy: make sure that whoever keeps it has a backup from before this start',
    )
  const name = newCopyName(dir, 'before', VERSION, needs.now ?? new Date())
  const unfinished = copyFolder(dir, `.${name}${UNFINISHED}`)
  try {
    if (isEmbedded) await stopWhatRuns(dir, needs.notice, needs.secrets)
    const content = isEmbedded ? await contentOfCluster(dir) : null
    await makeRoom(dir, await bytesToCopy(dir, content))
    await mkdir(unfinished, { mode: 0o700 })
    const files = await copyParts(dir, unfinished, content, needs)
    writeManifest(unfinished, {
      ...describe(needs, ofVersion, content, files),
      databaseState: isEmbedded ? stateOfCluster(clusterFolder(dir)) : null,
    })
    syncFolder(unfinished)
    await rename(unfinished, copyFolder(dir, name))
    syncFolder(dir.backups)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    throw copyFailed(`the copy before the first start of ${VERSION}`, dir.backups, error)
  }
  keepNewest(dir, 'before')
  needs.notice(
    'info',
    `the copy is ${copyFolder(dir, name)}; take it back with: homebird copies restore ${name}`,
  )
  return name
}

function contentOfCluster(dir: DataDir): Promise<FolderContent> {
  return readContent(clusterFolder(dir), (path) => PROCESS_FILES.includes(path))
}

async function copyParts(
  dir: DataDir,
  target: string,
  cluster: FolderContent | null,
  watch: CopyWatch,
): Promise<{ files: CopiedFile[]; folders: string[] }> {
  const files: CopiedFile[] = []
  const folders: string[] = []
  const copyPart = async (
    part: string,
    source: string,
    content: FolderContent,
    own?: CopyWatch,
  ): Promise<void> => {
    await mkdir(join(target, part), { mode: 0o700 })
    const copied = await copyContent(source, join(target, part), content, { ...own, signal: watch.signal })
    for (const { path, bytes, sha256 } of copied) files.push({ path: `${part}/${path}`, bytes, sha256 })
    folders.push(part, ...content.folders.map((folder) => `${part}/${folder}`))
  }
  if (existsSync(dir.secrets)) await copyPart(COPY_PARTS.secrets, dir.secrets, await readContent(dir.secrets))
  if (existsSync(dir.applianceDatabase)) {
    await copyStore(dir.applianceDatabase, join(target, COPY_PARTS.store))
    files.push({ path: COPY_PARTS.store, ...(await hashFile(join(target, COPY_PARTS.store), true)) })
  }
  if (cluster !== null) await copyPart(COPY_PARTS.cluster, clusterFolder(dir), cluster, watch)
  return { files, folders }
}

/** In one read transaction, with what still stands in the log beside it. */
async function copyStore(source: string, target: string): Promise<void> {
  const store = new Database(source, { readonly: true, timeout: 2_000 })
  try {
    await store.backup(target)
  } finally {
    store.close()
  }
}

function describe(
  needs: CopyNeeds,
  ofVersion: string | null,
  cluster: FolderContent | null,
  parts: { readonly files: readonly CopiedFile[]; readonly folders: readonly string[] },
): Omit<CopyManifest, 'databaseState'> {
  return {
    format: 1,
    kind: 'before',
    ofVersion,
    beforeVersion: VERSION,
    madeAt: (needs.now ?? new Date()).toISOString(),
    database: needs.hasExternalDatabase ? 'external' : cluster === null ? 'none' : 'embedded',
    postgresMajor: cluster === null ? null : POSTGRES_MAJOR,
    bytes: parts.files.reduce((sum, { bytes }) => sum + bytes, 0),
    ...parts,
  }
}

/** Where it does not fit, older copies go first, all but the newest, if that is enough; else none goes and the numbers are told. */
async function makeRoom(dir: DataDir, bytes: number): Promise<void> {
  const what = `the copy before the first start of ${VERSION}`
  const room = await measureRoom(dir.backups, bytes)
  const older = copiesOf(dir, 'before').slice(1)
  // Where bodies are shared nobody knows what the removal of one frees.
  const freedBytes = room.clones ? 0 : older.reduce((sum, { manifest }) => sum + (manifest?.bytes ?? 0), 0)
  if (room.freeBytes + freedBytes < room.neededBytes) requireRoom(room, dir.backups, what)
  if (room.freeBytes >= room.neededBytes) return
  keepNewest(dir, 'before', 1)
  requireRoom(await measureRoom(dir.backups, bytes), dir.backups, what)
}

/** @param madeBefore  milliseconds since 1970: what was made later stays beyond the count */
export function keepNewest(dir: DataDir, kind: CopyKind, count = KEPT_COPIES, madeBefore = Infinity): void {
  for (const { name, manifest } of copiesOf(dir, kind).slice(count))
    if (Date.parse(manifest?.madeAt ?? '') < madeBefore)
      rmSync(copyFolder(dir, name), { recursive: true, force: true })
}

/**
 * Who tries one backup after the other has started none of them yet: the home that stood here at first is not among the newest then,
 * and may be all there is.
 */
export function keepNewestReplaced(dir: DataDir, now: Date): void {
  keepNewest(dir, 'replaced', KEPT_COPIES, now.getTime() - REPLACED_KEPT_MS)
}

/** Newest first. Copies whose manifest cannot be read are left to a person. */
function copiesOf(dir: DataDir, kind: CopyKind): HomeCopy[] {
  return listCopies(dir).filter(({ manifest }) => manifest?.kind === kind)
}

/** What a start that was killed in the middle of copying has left. */
function removeUnfinished(dir: DataDir): void {
  for (const name of readdirSync(dir.backups)) {
    if (name.startsWith('.before-') && name.endsWith(UNFINISHED))
      rmSync(copyFolder(dir, name), { recursive: true, force: true })
  }
}
