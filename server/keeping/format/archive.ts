/** The content of a backup: a tar archive, compressed with zstd. Written and read as it flows, never whole in memory. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { type Header, type Pack, extract, pack } from 'tar-stream'
import { HomebirdError } from '../../core/errors.ts'
import { through } from './through.ts'

/** Ours take two megabytes; what asks for more is not made by us. As a power of two. */
const WINDOW_LOG = 23
const MOST_NAME = 1_024

export interface ArchiveEntry {
  readonly name: string
  readonly bytes: number
  readonly content: AsyncIterable<Uint8Array>
}

export function writeArchive(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Buffer> {
  return through(packed(entries), createZstdCompress())
}

/**
 * An entry that was not read to its end is skipped when the next is asked for.
 * @throws HomebirdError DOCUMENT_INVALID for what is no archive, and what the source throws
 */
export async function* readArchive(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry> {
  const archive = extract()
  const limits = { params: { [constants.ZSTD_d_windowLogMax]: WINDOW_LOG } }
  const decompressed = through(bytes, createZstdDecompress(limits))
  const flow = pipeline(decompressed, archive)
  flow.catch(() => undefined) // the archive throws it
  try {
    for await (const entry of archive) {
      yield { ...factsOf(entry.header), content: contentOf(entry as AsyncIterable<Buffer>) }
      entry.resume()
    }
    await flow
  } catch (error) {
    throw asInvalid(error)
  } finally {
    archive.destroy()
    await flow.catch(() => undefined) // thrown above, or broken off by the reader
  }
}

/** Files are all there is in it. A size that is no number would be waited for for ever. */
function factsOf({ name, size, type }: Header): Pick<ArchiveEntry, 'name' | 'bytes'> {
  const isSound = type === 'file' && name.length <= MOST_NAME && Number.isSafeInteger(size) && size >= 0
  if (isSound) return { name, bytes: size }
  const what = JSON.stringify(name.slice(0, 100))
  throw new HomebirdError(
    'DOCUMENT_INVALID',
    `the backup has ${what}, a ${type} of ${String(size)} bytes; it may only have files`,
  )
}

/** What breaks the archive breaks the entry that is being read. */
async function* contentOf(entry: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* entry
  } catch (error) {
    throw asInvalid(error)
  }
}

async function* packed(entries: AsyncIterable<ArchiveEntry>): AsyncGenerator<Buffer> {
  const archive = pack()
  const filling = fill(archive, entries)
  try {
    for await (const chunk of archive as AsyncIterable<Buffer>) yield chunk
  } finally {
    archive.destroy()
    await filling
  }
}

async function fill(archive: Pack, entries: AsyncIterable<ArchiveEntry>): Promise<void> {
  try {
    for await (const entry of entries) await put(archive, entry)
    archive.finalize()
  } catch (error) {
    archive.destroy(error instanceof Error ? error : new Error(String(error)))
  }
}

async function put(archive: Pack, { name, bytes, content }: ArchiveEntry): Promise<void> {
  const done = Promise.withResolvers<undefined>()
  const sink = archive.entry({ name, size: bytes, mode: 0o600 }, (error) => {
    if (error) done.reject(error)
    else done.resolve(undefined)
  })
  // A source that ends early or late would shift everything behind it.
  await Promise.all([pipeline(Readable.from(content), sink), done.promise])
}

function asInvalid(error: unknown): unknown {
  if (error instanceof HomebirdError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const isOfContent =
    code.startsWith('ZSTD') || /invalid (?:tar|header|pax)|header exceeds|unexpected end/i.test(String(error))
  if (!isOfContent) return error
  return new HomebirdError('DOCUMENT_INVALID', 'the content of the backup cannot be read', { cause: error })
}
