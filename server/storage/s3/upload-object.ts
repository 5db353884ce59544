/**
 * Puts a file of this machine into a bucket: small ones at once, large ones in parts, so that no more than one part is in
 * memory. What is not brought to its end leaves no parts behind, which would be paid for and seen by nobody.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { elementText, unreachable } from './s3-answers.ts'
import type { S3Client } from './s3-client.ts'

/** Providers take parts from 5 MiB, and at most 10,000 of them. */
export const PART_BYTES = 8 * 1_048_576

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
      await uploadParts(client, key, { handle, size: file.size }, headers)
    }
  } finally {
    await handle.close()
  }
}

async function uploadParts(
  client: S3Client,
  key: string,
  { handle, size }: { readonly handle: FileHandle; readonly size: number },
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const begun = await client.callForXml({ method: 'POST', key, query: { uploads: '' }, headers })
  const uploadId = elementText(begun.xml, 'UploadId')
  if (uploadId === null) throw unreachable(`${client.host} began an upload without naming it`)
  try {
    const parts: string[] = []
    for (let start = 0; start < size; start += PART_BYTES) {
      const partNumber = String(parts.length + 1)
      const body = await readPart(handle, start, Math.min(PART_BYTES, size - start))
      const { headers: told } = await client.callForHead({
        method: 'PUT',
        key,
        query: { partNumber, uploadId },
        body,
      })
      const etag = (told['etag'] ?? '').replace(/[^\w"-]/g, '')
      parts.push(`<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag></Part>`)
    }
    const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`)
    const done = await client.callForXml({ method: 'POST', key, query: { uploadId }, body })
    // It may fail after its answer was begun as a good one.
    if (done.xml.includes('<Error>'))
      throw unreachable(`${client.host} could not put the parts of a file together`)
  } catch (error) {
    await abortUpload(client, key, uploadId).catch(() => undefined)
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
