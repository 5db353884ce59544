/**
 * Tokens that apps look for in what they are pushed. A token is stored as a hash and nowhere in clear, and a home that pushes
 * while the app sleeps has nobody to ask for it. So the app that subscribes shows its token, and it is kept sealed, for
 * pushes alone: with a key that follows from the VAPID key, bound to the row of its token, and gone with the subscription.
 * What is stolen of the tables opens no account without that key, which an owner may keep outside of them by a setting.
 * @see security rule 75
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
const CIPHER = 'aes-256-gcm'

export function sealToken(key: Buffer, tokenId: string, token: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(tokenId))
  return Buffer.concat([nonce, cipher.update(token, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** Null for what was sealed with another key or for another token. */
export function openToken(key: Buffer, tokenId: string, sealed: Buffer): string | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const end = sealed.length - TAG_BYTES
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
    decipher.setAAD(Buffer.from(tokenId)).setAuthTag(sealed.subarray(end))
    const token = [decipher.update(sealed.subarray(NONCE_BYTES, end)), decipher.final()]
    return Buffer.concat(token).toString('utf8')
  } catch {
    return null
  }
}
