/** Where this build looks for newer ones and whose signature it believes, as `resources/update.json` says. */
import { type KeyObject, createPublicKey } from 'node:crypto'

export interface UpdateFeed {
  /** A folder; ends in a slash. */
  readonly url: URL
  /** A release is believed when one of them signed it; two while a key is being replaced. */
  readonly keys: readonly KeyObject[]
}

/** The file as it is written at pack time. */
export interface UpdateFeedFile {
  readonly url: string
  /** Ed25519 public keys, 32 bytes each, in base64. */
  readonly keys: readonly string[]
}

export const UPDATE_FEED_FILE = 'update.json'
const MAX_KEYS = 3
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])

/** @throws Error with the value, what it may be and what to do */
export function parseUpdateFeed(raw: unknown): UpdateFeed {
  const { url, keys } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > MAX_KEYS) {
    throw new Error(
      `the update feed names ${Array.isArray(keys) ? keys.length : 'no'} public keys; give 1 to ${MAX_KEYS}`,
    )
  }
  return { url: parseFeedUrl(url), keys: keys.map((key: unknown) => parsePublicKey(key)) }
}

/** @returns whether it can be read or changed on the way by nobody: https, or this computer itself */
export function isSafeAddress(url: URL): boolean {
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname))
}

function parseFeedUrl(raw: unknown): URL {
  const url = typeof raw === 'string' && URL.canParse(raw) ? new URL(raw) : null
  if (url === null || !isSafeAddress(url) || url.search !== '' || url.hash !== '') {
    throw new Error(
      `the update feed's address ${JSON.stringify(raw)} is not a plain https address of a folder; ` +
        'give one such as https://example.org/homebird/',
    )
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/** @param raw  the 32 bytes of an Ed25519 public key (RFC 8032) in base64 */
export function parsePublicKey(raw: unknown): KeyObject {
  const bytes = typeof raw === 'string' ? Buffer.from(raw, 'base64') : Buffer.alloc(0)
  if (bytes.length !== 32 || bytes.toString('base64') !== raw) {
    throw new Error(
      `the update feed's public key ${JSON.stringify(raw)} is not an Ed25519 key of 32 bytes in base64; ` +
        '`node build/sign-update.ts keys FILE` makes a pair and prints it',
    )
  }
  const x = bytes.toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
