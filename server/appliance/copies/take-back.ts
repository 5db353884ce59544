/**
 * Takes a copy back: checks every file of it against its hash, lays all of it beside the home, and only then changes places
 * by renaming. What stood here is kept under `backups/replaced-…` and can be taken back just so.
 */
import { existsSync, rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type DataDir, createRooms } from '../../core/data-dir.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { SecretFolder } from '../../core/secret-box.ts'
import { POSTGRES_MAJOR } from '../postgres-binaries.ts'
import { clusterFolder } from '../postgres-files.ts'
import { databaseAccount, giveTo } from '../unprivileged.ts'
import { finishExchange, planExchange, requireOneDisk, stagingFolder } from './change-places.ts'
import { type Notice, stopWhatRuns } from './cold-cluster.ts'
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
import { type CopyManifest, type HomeCopy, copyFolder, listCopies } from './copy-manifest.ts'
import { COPY_PARTS, PROCESS_FILES, keepNewest } from './take-copy.ts'

export interface TakenBack {
  readonly name: string
  /** The version that the home is of now; null where it was not remembered. */
  readonly ofVersion: string | null
  /** The name under which what stood here is kept; null where nothing stood here. */
  readonly replaced: string | null
}

export interface TakeBackNeeds extends CopyWatch {
  readonly notice: Notice
  /** Asked when the folder holds what it should; plain unless said otherwise. */
  readonly openSecrets?: () => Promise<SecretFolder | undefined>
  readonly now?: Date
}

/**
 * Under the lock of the folder.
 * @throws HomebirdError NOT_FOUND for an unknown name; DOCUMENT_INVALID for a copy that is not what its manifest says;
 *   STORAGE_FULL with the numbers; DATABASE_UNSUITABLE; DATA_DIR_UNUSABLE where its parts lie on several disks. Then nothing
 *   was changed
 */
export async function takeBack(dir: DataDir, name: string, needs: TakeBackNeeds): Promise<TakenBack> {
  finishExchange(dir)
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
  const { replaced } = planExchange(dir, {
    name,
    ofVersion: manifest.ofVersion,
    now: needs.now ?? new Date(),
  })
  finishExchange(dir)
  keepNewest(dir, 'replaced')
  const kept = replaced === null ? 'nothing stood here' : `what stood here is kept as ${replaced}`
  needs.notice('info', `taken back: ${name}; ${kept}`)
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
