/** The public half of a VAPID key: an uncompressed point of P-256. @see RFC 8292 3.2 */
import { createECDH } from 'node:crypto'

/**
 * @param privateKey  32 bytes, base64url
 * @returns 65 bytes, base64url; null for what is no private key of the curve
 */
export function vapidPublicKeyOf(privateKey: string): string | null {
  const pair = createECDH('prime256v1')
  try {
    pair.setPrivateKey(Buffer.from(privateKey, 'base64url'))
  } catch {
    return null
  }
  return pair.getPublicKey().toString('base64url')
}
