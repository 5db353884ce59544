/**
 * Encrypts a push message for its receiver, so that no push service reads it: by RFC 8291, or by the draft before it, which
 * relays of older apps still expect. Each message has a key pair and a salt of its own.
 * @see RFC 8188, RFC 8291; draft-ietf-webpush-encryption-04 with draft-ietf-httpbis-encryption-encoding-03
 */
import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto'

/** A whole message is one record; push services take bodies of 4,096 bytes. */
const RECORD_BYTES = 4_096
const SALT_BYTES = 16
const TAG_BYTES = 16
const POINT_BYTES = 65

/** Salt, size of records, length of the key, key, tag, delimiter. */
export const MOST_PLAIN_BYTES = RECORD_BYTES - SALT_BYTES - 4 - 1 - POINT_BYTES - TAG_BYTES - 1

export interface PushReceiver {
  /** Uncompressed point of P-256, 65 bytes. */
  readonly p256dh: Buffer
  readonly auth: Buffer
}

/** What is fresh for each message; given in tests alone. */
export interface PushRandomness {
  readonly privateKey: Buffer
  readonly salt: Buffer
}

export interface EncryptedPush {
  readonly body: Buffer
  readonly salt: Buffer
  /** Uncompressed point, 65 bytes. */
  readonly senderKey: Buffer
}

interface Shared {
  readonly secret: Buffer
  readonly senderKey: Buffer
  readonly salt: Buffer
}

/** Whether a message can be encrypted for such a receiver at all. */
export function isReceiver({ p256dh, auth }: PushReceiver): boolean {
  if (p256dh.length !== POINT_BYTES || auth.length < 16 || auth.length > 64) return false
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  try {
    pair.computeSecret(p256dh)
    return true
  } catch {
    return false // not on the curve
  }
}

/** By RFC 8291: the body carries salt and key itself. @param text  at most MOST_PLAIN_BYTES */
export function encryptStandard(
  text: Buffer,
  receiver: PushReceiver,
  randomness?: PushRandomness,
): EncryptedPush {
  const { secret, senderKey, salt } = agree(receiver, randomness)
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), receiver.p256dh, senderKey])
  const material = hkdf(receiver.auth, secret, info, 32)
  const key = hkdf(salt, material, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
  const nonce = hkdf(salt, material, Buffer.from('Content-Encoding: nonce\0'), 12)
  const head = Buffer.alloc(SALT_BYTES + 5)
  salt.copy(head)
  head.writeUInt32BE(RECORD_BYTES, SALT_BYTES)
  head.writeUInt8(senderKey.length, SALT_BYTES + 4)
  // The delimiter of the last record stands behind the text.
  const sealed = seal(key, nonce, Buffer.concat([text, Buffer.of(2)]))
  return { body: Buffer.concat([head, senderKey, sealed]), salt, senderKey }
}

/** By the draft: salt and key travel in headers. @param text  at most MOST_PLAIN_BYTES */
export function encryptDraft(
  text: Buffer,
  receiver: PushReceiver,
  randomness?: PushRandomness,
): EncryptedPush {
  const { secret, senderKey, salt } = agree(receiver, randomness)
  const material = hkdf(receiver.auth, secret, Buffer.from('Content-Encoding: auth\0'), 32)
  const context = Buffer.concat([Buffer.from('P-256\0'), withLength(receiver.p256dh), withLength(senderKey)])
  const infoFor = (use: string): Buffer => Buffer.concat([Buffer.from(`Content-Encoding: ${use}\0`), context])
  const key = hkdf(salt, material, infoFor('aesgcm'), 16)
  const nonce = hkdf(salt, material, infoFor('nonce'), 12)
  // Two bytes say how much padding follows them: none.
  return { body: seal(key, nonce, Buffer.concat([Buffer.alloc(2), text])), salt, senderKey }
}

function agree(receiver: PushReceiver, randomness: PushRandomness | undefined): Shared {
  const pair = createECDH('prime256v1')
  if (randomness === undefined) pair.generateKeys()
  else pair.setPrivateKey(randomness.privateKey)
  return {
    secret: pair.computeSecret(receiver.p256dh),
    senderKey: pair.getPublicKey(),
    salt: randomness?.salt ?? randomBytes(SALT_BYTES),
  }
}

const hkdf = (salt: Buffer, material: Buffer, info: Buffer, length: number): Buffer =>
  Buffer.from(hkdfSync('sha256', material, salt, info, length))

function withLength(key: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(key.length)
  return Buffer.concat([length, key])
}

function seal(key: Buffer, nonce: Buffer, text: Buffer): Buffer {
  const cipher = createCipheriv('aes-128-gcm', key, nonce)
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()])
}
