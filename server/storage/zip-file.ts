/** Writes a ZIP file entry by entry as its parts come, and gives it its name when it is whole and safe on disk. */
import { rename, rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'
import { HomebirdError } from '../core/errors.ts'
import { writeStreamedFile } from '../core/streamed-file.ts'

export interface ZipEntry {
  /** With slashes, below the root of the archive. */
  readonly path: string
  readonly bytes: AsyncIterable<Uint8Array | string>
  readonly changedAt?: Date
  /** False for what is packed already, such as pictures. */
  readonly packs?: boolean
}

interface ZipOptions {
  /** What exists under this name is replaced. */
  readonly path: string
  readonly signal: AbortSignal
}

/**
 * One entry is open at a time, so memory does not grow with what is written.
 * @returns the size of the file
 * @throws HomebirdError STORAGE_FULL when the disk has no room, and what the entries throw; then nothing is left
 */
export async function writeZip(entries: AsyncIterable<ZipEntry>, options: ZipOptions): Promise<number> {
  const { path, signal } = options
  const draft = `${path}.part`
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  zip.on('error', (error: Error) => output.destroy(error))
  output.on('error', () => undefined) // whoever reads it is told, also when the file is not open yet
  const broken = new AbortController()
  const writing = writeStreamedFile(draft, output, signal)
  // What is being read has to learn that nobody takes it any more.
  writing.catch((error: unknown) => broken.abort(error))
  try {
    await feed(zip, entries, AbortSignal.any([signal, broken.signal])).catch(async (error: unknown) => {
      output.destroy(error instanceof Error ? error : new Error(String(error)))
      throw broken.signal.aborted ? broken.signal.reason : error
    })
    await writing
    await rename(draft, path)
    return (await stat(path)).size
  } catch (error) {
    await writing.catch(() => undefined) // it is why we are here, or follows from it
    await rm(draft, { force: true })
    throw asStorageError(error, path)
  }
}

async function feed(zip: ZipFile, entries: AsyncIterable<ZipEntry>, signal: AbortSignal): Promise<void> {
  for await (const { path, bytes, changedAt, packs = true } of entries) {
    signal.throwIfAborted()
    const source = Readable.from(bytes, { objectMode: false })
    zip.addReadStream(source, path, {
      mode: 0o100_600,
      compress: packs,
      ...(changedAt === undefined ? {} : { mtime: changedAt }),
    })
    await finished(source, { signal, cleanup: true }).catch((error: unknown) => {
      source.destroy()
      throw error
    })
  }
  zip.end()
}

function asStorageError(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error
  return new HomebirdError('STORAGE_FULL', `the disk has no room for ${path} (${code})`, { cause: error })
}
