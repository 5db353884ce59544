/** Undoes the content encoding of an answer, one at most, and never yields more bytes than the limit. */
import { pipeline, Transform, type Readable } from 'node:stream'
import { promisify } from 'node:util'
import { brotliDecompress, createBrotliDecompress, createUnzip, gunzip, inflate, inflateRaw } from 'node:zlib'
import { asFetchError, fetchFailed, fetchTooLarge } from './fetch-errors.ts'
import type { ResponseHeaders } from './fetch-types.ts'

export const ACCEPT_ENCODING = 'gzip, br, deflate'

export type ContentEncoding = 'identity' | 'gzip' | 'br' | 'deflate'

/** @throws HomebirdError FETCH_FAILED for an unknown encoding and for more than one */
export function contentEncodingOf(url: string, headers: ResponseHeaders): ContentEncoding {
  const raw = headers['content-encoding']
  const given = Array.isArray(raw) ? raw.join(',') : (raw ?? '')
  const list = given
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'identity')
  const [only = 'identity', ...more] = list
  if (more.length > 0)
    throw fetchFailed(url, 'encoding', `the answer is encoded ${list.length} times, the limit is 1`)
  if (only === 'identity' || only === 'br' || only === 'deflate') return only
  if (only === 'gzip' || only === 'x-gzip') return 'gzip'
  throw fetchFailed(
    url,
    'encoding',
    `the answer has the unknown encoding ${JSON.stringify(only.slice(0, 40))}`,
  )
}

const INFLATERS = {
  gzip: promisify(gunzip),
  br: promisify(brotliDecompress),
  zlib: promisify(inflate),
  raw: promisify(inflateRaw),
} as const

/**
 * Decodes a collected body on the thread pool.
 * @throws HomebirdError FETCH_TOO_LARGE as soon as the decoded bytes pass the limit; FETCH_FAILED for a broken stream
 */
export async function decodeBody(
  url: string,
  encoding: ContentEncoding,
  bytes: Buffer,
  maxBytes: number,
): Promise<Buffer> {
  if (encoding === 'identity') return bytes
  const kind = encoding === 'deflate' ? (hasZlibHead(bytes) ? 'zlib' : 'raw') : encoding
  try {
    return await INFLATERS[kind](bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      throw fetchTooLarge(url, 'the decoded answer', maxBytes)
    }
    throw fetchFailed(url, 'encoding', `the ${encoding} stream is broken`, { cause: error })
  }
}

/** "deflate" means a zlib stream, yet some servers send the bare one. @see RFC 9110 section 8.4.1.2 */
function hasZlibHead(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0
}

/** Decodes a streamed body; the result fails where `decodeBody` throws. */
export function decodeStream(
  url: string,
  encoding: ContentEncoding,
  source: Readable,
  maxBytes: number,
): Readable {
  const limit = byteLimit(url, maxBytes)
  const done = (): void => {} // what went wrong is on the stream that is returned
  if (encoding === 'identity') pipeline(source, limit, done)
  else pipeline(source, encoding === 'br' ? createBrotliDecompress() : createUnzip(), limit, done)
  return limit
}

function byteLimit(url: string, maxBytes: number): Transform {
  let passed = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.length
      if (passed > maxBytes) done(fetchTooLarge(url, 'the answer', maxBytes))
      else done(null, chunk)
    },
    destroy(error, done) {
      done(error === null ? null : asFetchError(url, error))
    },
  })
}
