/** Secrets that are given out once and stored as a hash: tokens, codes, client secrets. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const SECRET_BYTES = 32

/** 256 random bits in base64url, 43 characters. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url')

/** Of 256 random bits a plain SHA-256 gives nothing away. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret, 'utf8').digest()

/** Compares in constant time. */
export function isSecret(given: string, hash: Buffer): boolean {
  const givenHash = hashSecret(given)
  return givenHash.length === hash.length && timingSafeEqual(givenHash, hash)
}
