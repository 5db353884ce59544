/** Secrets of the appliance itself: random, one file each, readable by this user only. */
import { randomBytes } from 'node:crypto'
import type { SecretFolder } from '../core/secret-box.ts'

const SECRET_BYTES = 32
const WELL_FORMED = /^[\w-]{43}$/

/** 256 random bits as 43 letters that need no quoting anywhere. */
export function randomSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/**
 * Null when it is absent or damaged, in which case it is of no use.
 * @throws HomebirdError SECRETS_SEALED, and the error of the file system
 */
export function readSecret(secrets: SecretFolder, name: string): string | null {
  const secret = secrets.readSound(name)?.toString('utf8').trim() ?? ''
  return WELL_FORMED.test(secret) ? secret : null
}

export function saveSecret(secrets: SecretFolder, name: string, secret: string): void {
  secrets.write(name, `${secret}\n`)
}
