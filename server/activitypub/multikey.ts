/** Public keys in Multikey form: multibase of a multicodec prefix and the raw key. */
import { createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
const VALUES: ReadonlyMap<string, number> = new Map(
  ALPHABET.split('').map((character, value) => [character, value]),
)
/** Multicodec `ed25519-pub` as a variable-length integer. */
const ED25519_PREFIX = Buffer.from([0xed, 0x01])
/** What stands before the 32 raw bytes in the DER form of an Ed25519 public key (RFC 8410). */
const ED25519_DER_PREFIX = Buffer.from('302a300506032b6570032100', 'hex')
const ED25519_LENGTH = 32
/** Prefix and key in base 58 are 47 or 48 characters; nothing longer is decoded. */
const MAX_MULTIBASE_LENGTH = 64

/**
 * An Ed25519 public key in PEM form as `z6Mk…`.
 * @throws TypeError when the PEM holds no Ed25519 key
 * @see FEP-521a, Controlled Identifiers 2.2.2
 */
export function ed25519Multikey(publicKeyPem: string): string {
  const key = createPublicKey(publicKeyPem)
  const der = key.export({ format: 'der', type: 'spki' })
  if (key.asymmetricKeyType !== 'ed25519')
    throw new TypeError(`a key of type ${key.asymmetricKeyType} is not Ed25519`)
  return `z${encodeBase58(Buffer.concat([ED25519_PREFIX, der.subarray(-ED25519_LENGTH)]))}`
}

/** The key of a Multikey, or null when it is no Ed25519 key in base 58. */
export function ed25519FromMultikey(publicKeyMultibase: string): KeyObject | null {
  if (!publicKeyMultibase.startsWith('z') || publicKeyMultibase.length > MAX_MULTIBASE_LENGTH) return null
  const bytes = decodeBase58(publicKeyMultibase.slice(1))
  const isEd25519 =
    bytes?.length === ED25519_PREFIX.length + ED25519_LENGTH && bytes.subarray(0, 2).equals(ED25519_PREFIX)
  if (bytes === null || !isEd25519) return null
  const der = Buffer.concat([ED25519_DER_PREFIX, bytes.subarray(ED25519_PREFIX.length)])
  return createPublicKey({ key: der, format: 'der', type: 'spki' })
}

function encodeBase58(bytes: Buffer): string {
  let number = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  for (; number > 0n; number /= 58n) text = (ALPHABET[Number(number % 58n)] ?? '') + text
  const zeros = bytes.findIndex((byte) => byte !== 0)
  return '1'.repeat(zeros === -1 ? bytes.length : zeros) + text
}

/** Null for what is not base 58. The caller bounds the length: the time grows with its square. */
export function decodeBase58(text: string): Buffer | null {
  let number = 0n
  for (const character of text) {
    const value = VALUES.get(character)
    if (value === undefined) return null
    number = number * 58n + BigInt(value)
  }
  const hex = number === 0n ? '' : number.toString(16)
  const zeros = /^1*/.exec(text)?.[0].length ?? 0
  return Buffer.from('00'.repeat(zeros) + (hex.length % 2 === 0 ? hex : `0${hex}`), 'hex')
}
