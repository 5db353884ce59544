/**
 * Copies a folder so that it is on the disk when it is done: each file cloned where the file system can, hashed as it lies
 * in the copy, and flushed; then the folders. And finds out first whether it fits.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, open, readdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { syncFolder } from '../../core/atomic-file.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import type { CopiedFile } from './copy-manifest.ts'

/** Left free beside the copy: a home that starts writes too. */
export const ROOM_TO_LEAVE_BYTES = 64 * 1024 * 1024
const CHUNK_BYTES = 1024 * 1024
const AT_ONCE = 8

export interface FolderContent {
  /** Below the folder, with forward slashes; parents come before what is in them. */
  readonly folders: readonly string[]
  readonly files: readonly { readonly path: string; readonly bytes: number }[]
  readonly bytes: number
}

export interface CopyWatch {
  readonly signal?: AbortSignal | undefined
  /** Bytes that lie in the copy, of how many. */
  readonly progress?: ((doneBytes: number, totalBytes: number) => void) | undefined
}

/**
 * @param isLeftOut  of a path below the folder
 * @throws HomebirdError DATA_DIR_UNUSABLE for a link or something else that is neither file nor folder
 */
export async function readContent(
  folder: string,
  isLeftOut: (path: string) => boolean = () => false,
): Promise<FolderContent> {
  const folders: string[] = []
  const files: { path: string; bytes: number }[] = []
  const look = async (below: string): Promise<void> => {
    const entries = await readdir(join(folder, below), { withFileTypes: true })
    for (const entry of entries) {
      const path = posix.join(below, entry.name)
      if (isLeftOut(path)) continue
      if (entry.isDirectory()) {
        folders.push(path)
        await look(path)
      } else if (entry.isFile()) {
        files.push({ path, bytes: (await lstat(join(folder, path))).size })
      } else {
        throw new HomebirdError(
          'DATA_DIR_UNUSABLE',
          `${join(folder, path)} is a link or a device and cannot be copied whole; put what it leads to in its place`,
          { details: { folder: join(folder, path) } },
        )
      }
    }
  }
  await look('')
  return { folders, files, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) }
}

/** Both folders exist; `target` is empty. @returns the files as they lie in the copy, by path */
export async function copyContent(
  source: string,
  target: string,
  content: FolderContent,
  watch: CopyWatch = {},
): Promise<CopiedFile[]> {
  for (const folder of content.folders) await mkdir(join(target, folder), { mode: 0o700 })
  const copied: CopiedFile[] = []
  const waiting = content.files.values()
  let doneBytes = 0
  const failures: unknown[] = []
  const work = async (): Promise<void> => {
    for (const { path } of waiting) {
      if (failures.length > 0) return
      try {
        requireWanted(watch.signal)
        const file = await copyOne(join(source, path), join(target, path))
        copied.push({ path, ...file })
        doneBytes += file.bytes
        watch.progress?.(doneBytes, content.bytes)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  // All have stopped writing before the first failure is told: whoever hears of it removes the folder.
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (failures.length > 0) throw failures[0]
  for (const folder of ['', ...content.folders]) syncFolder(join(target, folder))
  return copied.sort((one, other) => (one.path < other.path ? -1 : 1))
}

async function copyOne(source: string, target: string): Promise<Omit<CopiedFile, 'path'>> {
  // Cloned where the file system can: then it takes neither time nor room.
  await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  await chmod(target, 0o600)
  return hashFile(target, true)
}

/** @param flushes  also makes sure that it is on the disk */
export async function hashFile(path: string, flushes = false): Promise<{ bytes: number; sha256: string }> {
  const file = await open(path, flushes ? 'r+' : 'r')
  try {
    const hash = createHash('sha256')
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
    let bytes = 0
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, bytes)
      if (bytesRead === 0) break
      hash.update(chunk.subarray(0, bytesRead))
      bytes += bytesRead
    }
    if (flushes) await file.sync()
    return { bytes, sha256: hash.digest('hex') }
  } finally {
    await file.close()
  }
}

/** @throws HomebirdError NOT_RUNNING when the start that it belongs to was broken off */
export function requireWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new HomebirdError('NOT_RUNNING', 'it was broken off; nothing has changed')
}

export interface Room {
  readonly neededBytes: number
  readonly freeBytes: number
  /** The file system keeps one body for both: the copy takes no room until one of them changes. */
  readonly clones: boolean
}

/** @param folder  where the copy will lie; it exists */
export async function measureRoom(folder: string, bytes: number): Promise<Room> {
  const { bavail, bsize } = await statfs(folder)
  const clones = await canClone(folder)
  return { neededBytes: (clones ? 0 : bytes) + ROOM_TO_LEAVE_BYTES, freeBytes: bavail * bsize, clones }
}

async function canClone(folder: string): Promise<boolean> {
  const probe = join(folder, `.clone-${process.pid}`)
  try {
    await writeFile(probe, 'clone', { mode: 0o600 })
    await copyFile(probe, `${probe}-2`, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    return false // most file systems cannot, and a full disk cannot either
  } finally {
    await Promise.all([rm(probe, { force: true }), rm(`${probe}-2`, { force: true })])
  }
}

/** @throws HomebirdError STORAGE_FULL with the numbers */
export function requireRoom(room: Room, folder: string, what: string): void {
  const missingBytes = room.neededBytes - room.freeBytes
  if (missingBytes <= 0) return
  throw new HomebirdError(
    'STORAGE_FULL',
    `${what} needs ${megabytes(room.neededBytes)} in ${folder} and ${megabytes(room.freeBytes)} are free; ` +
      `make room for another ${megabytes(missingBytes)} on that disk and start again`,
    { details: { ...room, folder } },
  )
}

/** What the file system refused, as a sentence; what is one already stays as it is. */
export function copyFailed(what: string, folder: string, error: unknown): unknown {
  if (isHomebirdError(error)) return error
  const code = error instanceof Error && 'code' in error ? error.code : null
  const reason = error instanceof Error ? error.message : String(error)
  return new HomebirdError(
    code === 'ENOSPC' || code === 'EDQUOT' ? 'STORAGE_FULL' : 'DATA_DIR_UNUSABLE',
    `${what} could not be made in ${folder}: ${reason}; nothing was changed`,
    { cause: error, details: { folder } },
  )
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576)} MB`
}
