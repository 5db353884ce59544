/** The key in the address that the owner is given at start: it opens set-up, or signs the owner in once. */
import { createHash } from 'node:crypto'
import { randomSecret } from './secrets.ts'

export interface OneTimeKey {
  readonly key: string
  /** SHA-256 in hexadecimal: all that the server ever learns. */
  readonly hash: string
}

export function createOneTimeKey(): OneTimeKey {
  const key = randomSecret()
  return { key, hash: createHash('sha256').update(key).digest('hex') }
}

/** The key travels in the fragment, which browsers send to nobody. */
export function startAddress(privateAddress: string, { key }: OneTimeKey): string {
  return `${privateAddress}/start#key=${key}`
}
