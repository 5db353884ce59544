/** Reads public keys of others: only kinds and sizes that are verified with (rule 9). */
import { type KeyObject, createPublicKey } from 'node:crypto'

export interface ParsedPublicKey {
  readonly algorithm: 'rsa' | 'ed25519'
  readonly publicKey: KeyObject
}

const RSA_BITS = { least: 2_048, most: 8_192 } as const
const MAX_PEM_LENGTH = 16_384

/** Undefined for anything but RSA of 2,048 to 8,192 bits and Ed25519. */
export function parsePublicKey(pem: string): ParsedPublicKey | undefined {
  // A private key or a certificate would be read too, and neither is what a document should hold.
  if (pem.length > MAX_PEM_LENGTH || !/^\s*-----BEGIN (?:RSA )?PUBLIC KEY-----/.test(pem)) return undefined
  let publicKey: KeyObject
  try {
    publicKey = createPublicKey(pem)
  } catch {
    return undefined // not a key, which is all that the caller asks
  }
  if (publicKey.asymmetricKeyType === 'ed25519') return { algorithm: 'ed25519', publicKey }
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0
  const isUsable = publicKey.asymmetricKeyType === 'rsa' && bits >= RSA_BITS.least && bits <= RSA_BITS.most
  return isUsable ? { algorithm: 'rsa', publicKey } : undefined
}
