/** The fingerprint of a host key, as every ssh program shows it. */
import { createHash, timingSafeEqual } from 'node:crypto'

/** `SHA256:` and 43 letters. */
export function fingerprintOf(key: Buffer): string {
  const hash = createHash('sha256').update(key).digest('base64').replace(/=+$/, '')
  return `SHA256:${hash}`
}

export function isSameFingerprint(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
