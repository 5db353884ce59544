/**
 * Where files lie that were made for the owner to take along, until they are fetched or too old. They bear the number of their
 * export. They are made on the disk of the machine that makes them; where there are others, they wait where all of them find them.
 */
import { createReadStream } from 'node:fs'
import { mkdir, readdir, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { HomebirdError } from '../core/errors.ts'
import type { SharedFiles } from './shared-files.ts'
import { type ZipEntry, writeZip } from './zip-file.ts'

/** Rule 115: below this nothing more is written. */
const LEAST_FREE_BYTES = 256 * 1_048_576
const NAME = /^(\d{1,20})\.zip(?:\.part)?$/

interface ExportedFile {
  readonly bytes: Readable
  readonly size: number
}

export interface ExportFolder {
  /**
   * @param expectedBytes  as much as it will have at least
   * @returns the size of the file
   * @throws HomebirdError STORAGE_FULL, STORAGE_UNREACHABLE, and what the entries throw; then nothing is left
   */
  write(
    id: string,
    entries: AsyncIterable<ZipEntry>,
    options: { readonly expectedBytes: number; readonly signal: AbortSignal },
  ): Promise<number>
  /** Null where there is no such file. The stream is the caller's to read or destroy. */
  open(id: string): Promise<ExportedFile | null>
  remove(id: string): Promise<void>
  /** The numbers of all files, whole or not. */
  list(): Promise<string[]>
}

interface ExportFolderOptions {
  readonly shared?: SharedFiles | null
  readonly leastFreeBytes?: number
}

export function openExportFolder(folder: string, options: ExportFolderOptions = {}): ExportFolder {
  const { shared = null, leastFreeBytes = LEAST_FREE_BYTES } = options
  const pathOf = (id: string): string => {
    if (!NAME.test(`${id}.zip`)) throw new HomebirdError('INTERNAL', `${id.slice(0, 30)} is no export`)
    return join(folder, `${id}.zip`)
  }
  const removeHere = async (id: string): Promise<void> => {
    await rm(pathOf(id), { force: true })
    await rm(`${pathOf(id)}.part`, { force: true })
  }
  return {
    async write(id, entries, { expectedBytes, signal }) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await requireRoom(folder, expectedBytes + leastFreeBytes)
      const path = pathOf(id)
      const size = await writeZip(entries, { path, signal })
      if (shared === null) return size
      try {
        await shared.put(`exports/${id}`, { path, size }, signal)
      } finally {
        await removeHere(id)
      }
      return size
    },
    async open(id) {
      const path = pathOf(id)
      const found = await stat(path).catch(nothingMissing)
      if (found !== null) return { bytes: createReadStream(path), size: found.size }
      return shared === null ? null : openShared(shared, id)
    },
    async remove(id) {
      await removeHere(id)
      await shared?.remove(`exports/${id}`)
    },
    async list() {
      const names = (await readdir(folder).catch(nothingMissing)) ?? []
      const ids = new Set(names.flatMap((name) => NAME.exec(name)?.[1] ?? []))
      for await (const { key } of shared?.list('exports') ?? []) ids.add(key.slice('exports/'.length))
      return [...ids]
    },
  }
}

async function openShared(shared: SharedFiles, id: string): Promise<ExportedFile | null> {
  const found = await shared.find(`exports/${id}`)
  const bytes = found === null ? null : await shared.open(`exports/${id}`)
  return found === null || bytes === null ? null : { bytes, size: found.size }
}

/** @throws HomebirdError STORAGE_FULL */
export async function requireRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  if (free >= bytes) return
  throw new HomebirdError(
    'STORAGE_FULL',
    `${folder} has ${free} bytes left and ${bytes} are needed: make room, or export to another disk`,
    {
      safe: `The disk has ${free} bytes left and ${bytes} are needed: make room, or export to another disk.`,
    },
  )
}

function nothingMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
  throw error
}
