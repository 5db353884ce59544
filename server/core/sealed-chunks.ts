/**
 * Content in chunks of AES-256-GCM. The nonce of a chunk is its number and whether it is the last, so that nothing can be left out,
 * exchanged, cut off or added without being found. A key is good for one content only.
 * @see Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption (the STREAM construction)
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { ByteReader } from './byte-reader.ts'

const CHUNK_BYTES = 262_144
const TAG_BYTES = 16
/** 2^40 chunks: none of our files comes near. */
const COUNTER_BYTES = 11

/** Reads what it is given to its end; who gave it closes it. */
export async function* sealChunks(content: ByteReader, key: Buffer): AsyncGenerator<Buffer> {
  for (let number = 0, isLast = false; !isLast; number += 1) {
    const chunk = await content.read(CHUNK_BYTES)
    isLast = await content.isAtEnd()
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number, isLast))
    yield Buffer.concat([cipher.update(chunk), cipher.final(), cipher.getAuthTag()])
  }
}

/**
 * @param invalid  makes the error to throw of what is wrong
 * @throws what `invalid` makes where the key is another's, or anything was changed, cut off or added
 */
export async function* openChunks(
  sealed: ByteReader,
  key: Buffer,
  invalid: (why: string, cause?: unknown) => Error,
): AsyncGenerator<Buffer> {
  for (let number = 0, isLast = false; !isLast; number += 1) {
    const chunk = await sealed.read(CHUNK_BYTES + TAG_BYTES)
    isLast = await sealed.isAtEnd()
    yield openChunk(chunk, key, { number, isLast, invalid })
  }
}

/** Of what was sealed to so many bytes. */
export function contentBytesOf(sealedBytes: number): number {
  const chunks = Math.max(1, Math.ceil(sealedBytes / (CHUNK_BYTES + TAG_BYTES)))
  return Math.max(0, sealedBytes - chunks * TAG_BYTES)
}

interface ChunkPlace {
  readonly number: number
  readonly isLast: boolean
  readonly invalid: (why: string, cause?: unknown) => Error
}

function openChunk(chunk: Buffer, key: Buffer, { number, isLast, invalid }: ChunkPlace): Buffer {
  const where =
    number === 0
      ? 'the key is another one, or it was changed'
      : `it was changed or cut off after ${number * CHUNK_BYTES} bytes`
  if (chunk.length < TAG_BYTES) throw invalid(where)
  const end = chunk.length - TAG_BYTES
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number, isLast), { authTagLength: TAG_BYTES })
  decipher.setAuthTag(chunk.subarray(end))
  try {
    return Buffer.concat([decipher.update(chunk.subarray(0, end)), decipher.final()])
  } catch (cause) {
    throw invalid(where, cause)
  }
}

function nonceOf(number: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(COUNTER_BYTES + 1)
  nonce.writeUIntBE(number, COUNTER_BYTES - 6, 6)
  nonce.writeUInt8(isLast ? 1 : 0, COUNTER_BYTES)
  return nonce
}
