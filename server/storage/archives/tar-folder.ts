/**
 * A tar file, packed with gzip or not, can only be read from its beginning: it is unpacked once into a folder of its own.
 * Files get names of ours there, and a list says what they were called. What was unpacked before is not unpacked again.
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { HomebirdError } from '../../core/errors.ts'
import { type Archive, type ArchiveLimits, ArchiveTally, cleanName, damaged } from './archive.ts'

const LIST = 'files.json'

interface UnpackOptions {
  readonly isPacked: boolean
  readonly limits: ArchiveLimits
  /** Breaks off; what is unpacked by then stays. */
  readonly signal: AbortSignal
}

/** @throws HomebirdError DOCUMENT_INVALID for a damaged or too large one, STORAGE_FULL; what `signal` says when it is aborted */
export async function openTarArchive(path: string, folder: string, options: UnpackOptions): Promise<Archive> {
  const files = (await readList(folder)) ?? (await unpack(path, folder, options))
  return {
    files,
    open: async (name) => {
      if (!files.has(name)) throw new HomebirdError('NOT_FOUND', `the archive holds no ${name}`)
      return createReadStream(join(folder, placeOf(name)))
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}

const placeOf = (name: string): string => createHash('sha256').update(name).digest('hex')

/** Null until everything is unpacked. */
async function readList(folder: string): Promise<Map<string, number> | null> {
  try {
    return new Map(JSON.parse(await readFile(join(folder, LIST), 'utf8')) as [string, number][])
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

async function unpack(path: string, folder: string, options: UnpackOptions): Promise<Map<string, number>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const files = new Map<string, number>()
  const tally = new ArchiveTally(options.limits)
  const reading = extract()
  const steps = [createReadStream(path), ...(options.isPacked ? [createGunzip()] : []), reading]
  const feeding = pipeline(steps as [Readable, typeof reading], { signal: options.signal })
  // Its failure ends the loop below, which tells of it.
  feeding.catch(() => undefined)
  try {
    for await (const entry of reading) {
      const { type, name: raw, size } = entry.header
      // Links, devices and folders are passed over.
      if (type === 'file') {
        const name = cleanName(raw)
        tally.add(name, size)
        await unpackOne(entry, join(folder, placeOf(name)), size, options.limits)
        files.set(name, size)
      }
      entry.resume()
    }
    await feeding
  } catch (error) {
    options.signal.throwIfAborted()
    throw error instanceof HomebirdError ? error : readableFailure(error)
  }
  await writeFile(join(folder, `${LIST}.part`), JSON.stringify([...files]), { flush: true, mode: 0o600 })
  await rename(join(folder, `${LIST}.part`), join(folder, LIST))
  return files
}

function readableFailure(error: unknown): Error {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new HomebirdError('STORAGE_FULL', 'there is no room to unpack the archive', { cause: error })
  }
  return damaged(message, error)
}

async function unpackOne(
  entry: AsyncIterable<unknown>,
  place: string,
  size: number,
  { leastFreeBytes }: ArchiveLimits,
): Promise<void> {
  const there = await stat(place).catch(() => null)
  if (there?.size === size) return
  await requireRoom(place, size + leastFreeBytes)
  await pipeline(entry, createWriteStream(`${place}.part`, { mode: 0o600 }))
  await rename(`${place}.part`, place)
}

/** @throws HomebirdError STORAGE_FULL */
async function requireRoom(place: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(join(place, '..'))
  if (bavail * bsize >= bytes) return
  const text = `unpacking the archive needs ${bytes} bytes and the disk has ${bavail * bsize} left`
  throw new HomebirdError('STORAGE_FULL', text, { safe: `There is no room to unpack the archive: ${text}.` })
}
