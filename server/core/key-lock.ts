/**
 * Shuts the backup key up by words, so that a backup can be opened on any machine: by the owner's passphrase, or by the
 * recovery code of the recovery sheet. What words are worth is spent on Argon2id, with its costs beside it.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { hashRaw } from '@node-rs/argon2'
import type { KeyLock } from '../contracts/keeping.ts'
import { HomebirdError } from './errors.ts'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const TAG_BYTES = 16
const NONCE_BYTES = 12
const SALT_BYTES = 16
const ARGON2ID = 2
/** OWASP asks for 46 MiB and one pass at least; a backup is attacked at leisure. */
const MEMORY_KIB = 65_536
const PASSES = 3
/** A head that was tampered with must not make this machine spend itself. */
const MOST_MEMORY_KIB = 262_144
const MOST_PASSES = 16
/** There are two kinds. Each more would be tried with its costs before anything of the head is proven. */
const MOST_LOCKS = 4

export const LEAST_PASSPHRASE = 8
const MOST_WORDS = 1_024

/** Crockford's base 32: no I, L, O, U. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LETTERS = 32
const GROUP = 4

/** 160 random bits in groups of four letters, to be written on paper. */
export function newRecoveryCode(): string {
  const letters = [...randomBytes(CODE_LETTERS)].map((byte) => LETTERS.charAt(byte % LETTERS.length)).join('')
  return letters.match(new RegExp(`.{${GROUP}}`, 'g'))?.join('-') ?? letters
}

/**
 * @param key  base64url of 32 bytes
 * @throws HomebirdError UNPROCESSABLE for words that are too short or too long
 */
export async function lockKey(by: KeyLock['by'], words: string, key: string): Promise<KeyLock> {
  requireWords(by, words)
  const salt = randomBytes(SALT_BYTES)
  const nonce = randomBytes(NONCE_BYTES)
  const costs = { memoryKib: MEMORY_KIB, passes: PASSES }
  const cipher = createCipheriv(CIPHER, await keyOfWords(by, words, salt, costs), nonce)
  cipher.setAAD(Buffer.from(by))
  const shut = Buffer.concat([
    cipher.update(Buffer.from(key, 'base64url')),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  return {
    by,
    salt: salt.toString('base64url'),
    ...costs,
    nonce: nonce.toString('base64url'),
    shut: shut.toString('base64url'),
  }
}

/** The key, or null where the words are others. @throws HomebirdError DOCUMENT_INVALID for a lock that cannot be one */
export async function openLock(lock: KeyLock, words: string): Promise<string | null> {
  if (!hasShape(lock)) throw damagedLock()
  const { by, memoryKib, passes } = lock
  const [salt, nonce, shut] = [lock.salt, lock.nonce, lock.shut].map((text) => Buffer.from(text, 'base64url'))
  const isSound =
    Number.isInteger(memoryKib) &&
    memoryKib >= 8 &&
    memoryKib <= MOST_MEMORY_KIB &&
    Number.isInteger(passes) &&
    passes >= 1 &&
    passes <= MOST_PASSES &&
    salt?.length === SALT_BYTES &&
    nonce?.length === NONCE_BYTES &&
    shut?.length === KEY_BYTES + TAG_BYTES
  if (!isSound) throw damagedLock()
  const decipher = createDecipheriv(CIPHER, await keyOfWords(by, words, salt, { memoryKib, passes }), nonce)
  decipher.setAAD(Buffer.from(by)).setAuthTag(shut.subarray(KEY_BYTES))
  try {
    return Buffer.concat([decipher.update(shut.subarray(0, KEY_BYTES)), decipher.final()]).toString(
      'base64url',
    )
  } catch {
    return null // other words: nothing else fails here
  }
}

/** A head is read before anything proves it. */
function hasShape(lock: unknown): boolean {
  if (typeof lock !== 'object' || lock === null) return false
  const { by, salt, nonce, shut } = lock as Readonly<Record<string, unknown>>
  return (
    (by === 'passphrase' || by === 'recovery') &&
    [salt, nonce, shut].every((text) => typeof text === 'string')
  )
}

function damagedLock(): HomebirdError {
  return new HomebirdError('DOCUMENT_INVALID', 'the lock of a backup is damaged; take another backup')
}

/** The key by the first lock that these words open; null where none does. @throws HomebirdError DOCUMENT_INVALID */
export async function openAnyLock(locks: readonly KeyLock[], words: string): Promise<string | null> {
  if (locks.length > MOST_LOCKS) throw damagedLock()
  for (const lock of locks) {
    const key = await openLock(lock, words)
    if (key !== null) return key
  }
  return null
}

function requireWords(by: KeyLock['by'], words: string): void {
  const length = plainWords(by, words).length
  const least = by === 'passphrase' ? LEAST_PASSPHRASE : CODE_LETTERS
  const why =
    length < least
      ? `the ${by} has ${length} letters and needs at least ${least}`
      : `the ${by} has ${length} letters and may have at most ${MOST_WORDS}`
  if (length < least || length > MOST_WORDS) throw new HomebirdError('UNPROCESSABLE', why, { safe: why })
}

/** However a code was typed: small letters, without lines, O for 0. A passphrase is what it is, in one form of Unicode. */
function plainWords(by: KeyLock['by'], words: string): string {
  if (by === 'passphrase') return words.normalize('NFC')
  return words
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1')
}

async function keyOfWords(
  by: KeyLock['by'],
  words: string,
  salt: Uint8Array,
  { memoryKib, passes }: Pick<KeyLock, 'memoryKib' | 'passes'>,
): Promise<Buffer> {
  return hashRaw(plainWords(by, words), {
    algorithm: ARGON2ID,
    salt,
    memoryCost: memoryKib,
    timeCost: passes,
    parallelism: 1,
    outputLen: KEY_BYTES,
  })
}
