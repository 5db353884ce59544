/**
 * Puts a file of this machine into a bucket: small ones at once, large ones in parts, so that no more than one part is in
 * memory. What is not brought to its end leaves no parts behind, which would be paid for and seen by nobody.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { elementText, unreachable } from './s3-answers.ts'
import type { S3Client } from './s3-client.ts'

/** Providers take parts from 5 MiB, and at most 10,000 of them. */
export const PART_BYTES = 8 * 1_048_576

/** Of what is not known before: 160 GB in all. */
const STREAM_PART_BYTES = 16 * 1_048_576

export interface ObjectFile {
  readonly path: string
  readonly size: number
}

/** @throws HomebirdError STORAGE_UNREACHABLE, and the system's errors for a file that cannot be read */
export async function uploadObject(
  client: S3Client,
  key: string,
  file: ObjectFile,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const handle = await open(file.path, 'r')
  try {
    if (file.size <= PART_BYTES) {
      const body = await readPart(handle, 0, file.size)
      await client.callForHead({ method: 'PUT', key, headers, body })
    } else {
      await uploadParts(client, key, partsOf(handle, file.size), { headers })
    }
  } finally {
    await handle.close()
  }
}

/**
 * Puts in what is not known before: of a stream no more than one part is in memory.
 * @returns its size in bytes
 * @throws HomebirdError STORAGE_UNREACHABLE, and the errors of the source
 */
export async function uploadStream(
  client: S3Client,
  key: string,
  source: AsyncIterable<Uint8Array>,
  { headers, signal }: { readonly headers: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<number> {
  const parts = inParts(source)
  try {
    const first = await parts.next()
    const head = first.done === true ? Buffer.alloc(0) : first.value
    if (head.length < STREAM_PART_BYTES) {
      await client.callForHead({ method: 'PUT', key, headers, body: head, signal })
      return head.length
    }
    let size = 0
    async function* counted(): AsyncGenerator<Buffer> {
      size += head.length
      yield head
      for await (const part of parts) {
        size += part.length
        yield part
      }
    }
    await uploadParts(client, key, counted(), { headers, signal })
    return size
  } finally {
    // The source is closed too, however far it was read.
    await parts.return()
  }
}

/** Full ones, and a last one that may be shorter: some providers take no others. */
async function* inParts(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  let part = Buffer.allocUnsafe(STREAM_PART_BYTES)
  let filled = 0
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length;) {
      const taken = Math.min(chunk.length - at, part.length - filled)
      part.set(chunk.subarray(at, at + taken), filled)
      at += taken
      filled += taken
      if (filled < part.length) continue
      yield part
      part = Buffer.allocUnsafe(STREAM_PART_BYTES)
      filled = 0
    }
  }
  if (filled > 0) yield part.subarray(0, filled)
}

async function* partsOf(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < size; start += PART_BYTES)
    yield await readPart(handle, start, Math.min(PART_BYTES, size - start))
}

async function uploadParts(
  client: S3Client,
  key: string,
  bodies: AsyncIterable<Buffer>,
  { headers, signal }: { readonly headers: Readonly<Record<string, string>>; readonly signal?: AbortSignal },
): Promise<void> {
  const within = signal === undefined ? {} : { signal }
  const begun = await client.callForXml({ method: 'POST', key, query: { uploads: '' }, headers, ...within })
  const uploadId = elementText(begun.xml, 'UploadId')
  if (uploadId === null) throw unreachable(`${client.host} began an upload without naming it`)
  try {
    const parts: string[] = []
    for await (const body of bodies) {
      const partNumber = String(parts.length + 1)
      const query = { partNumber, uploadId }
      const { headers: told } = await client.callForHead({ method: 'PUT', key, query, body, ...within })
      const etag = (told['etag'] ?? '').replace(/[^\w"-]/g, '')
      parts.push(`<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag></Part>`)
    }
    const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`)
    const done = await client.callForXml({ method: 'POST', key, query: { uploadId }, body, ...within })
    // It may fail after its answer was begun as a good one.
    if (done.xml.includes('<Error>'))
      throw unreachable(`${client.host} could not put the parts of a file together`)
  } catch (error) {
    await abortUpload(client, key, uploadId).catch(() => undefined) // the first error is the one that tells
    throw error
  }
}

/** One that is gone already is no failure. @throws HomebirdError STORAGE_UNREACHABLE */
export async function abortUpload(client: S3Client, key: string, uploadId: string): Promise<void> {
  await client.callForHead({ method: 'DELETE', key, query: { uploadId }, expected: [404] })
}

async function readPart(handle: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  for (let filled = 0; filled < length;) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, start + filled)
    if (bytesRead === 0) throw new Error(`a file became shorter while it was sent`)
    filled += bytesRead
  }
  return bytes
}
