/**
 * Digests of bodies, as headers carry them: SHA-256 over the raw bytes and nothing else.
 * @see RFC 9530 (Content-Digest), RFC 3230 (Digest, which draft-cavage signatures still use)
 */
import { hash } from 'node:crypto'
import { parseDictionary } from 'structured-headers'

/** Base64 of the SHA-256 of a body; made once for an activity, however many deliveries carry it. */
export type BodyDigest = string & { readonly bodyDigestBrand: never }

export type DigestVerdict = 'match' | 'mismatch' | 'malformed' | 'no_sha256'

const MAX_HEADER_LENGTH = 1024
const SHA256_BYTES = 32

export function digestOf(body: string | Uint8Array): BodyDigest {
  return hash('sha256', body, 'base64') as BodyDigest
}

/** The value of a Digest header. */
export function digestHeader(digest: BodyDigest): string {
  return `SHA-256=${digest}`
}

/** The value of a Content-Digest header. */
export function contentDigestHeader(digest: BodyDigest): string {
  return `sha-256=:${digest}:`
}

/** Compares a Digest header with a body. Other algorithms beside SHA-256 are passed over; alone they do not count. */
export function checkDigest(header: string, body: Uint8Array): DigestVerdict {
  if (header.length > MAX_HEADER_LENGTH) return 'malformed'
  let claimed: string | null = null
  for (const part of header.split(',')) {
    const entry = part.trim()
    const equals = entry.indexOf('=')
    if (equals < 1) return 'malformed'
    if (entry.slice(0, equals).toLowerCase() !== 'sha-256') continue
    if (claimed !== null) return 'malformed'
    claimed = entry.slice(equals + 1)
  }
  if (claimed === null) return 'no_sha256'
  return claimed === digestOf(body) ? 'match' : 'mismatch'
}

/** Compares a Content-Digest header with a body, as `checkDigest`. */
export function checkContentDigest(header: string, body: Uint8Array): DigestVerdict {
  if (header.length > MAX_HEADER_LENGTH) return 'malformed'
  let claimed: unknown
  try {
    claimed = parseDictionary(header).get('sha-256')?.[0]
  } catch {
    return 'malformed'
  }
  if (claimed === undefined) return 'no_sha256'
  if (!(claimed instanceof ArrayBuffer) || claimed.byteLength !== SHA256_BYTES) return 'malformed'
  return Buffer.from(claimed).toString('base64') === digestOf(body) ? 'match' : 'mismatch'
}
