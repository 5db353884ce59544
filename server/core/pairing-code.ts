/**
 * What a person carries from one machine to the other, typed or pasted: by whose certificate the other end is known, and a
 * secret that proves to it who comes. Twenty-five letters: 80 bits of the fingerprint, 40 of the secret, 5 against a slip.
 */
import { createHash, randomBytes } from 'node:crypto'
import { HomebirdError } from './errors.ts'

/** Crockford's base 32: no I, L, O, U. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const BITS = 5n
const FINGERPRINT_BYTES = 10
const SECRET_BYTES = 5
const CODE_LETTERS = 25
const GROUP = 5

export interface PairingCode {
  /** The first bytes of the fingerprint. Guessing a certificate that has them takes 2^80 tries, within the minutes of an offer. */
  readonly fingerprint: Buffer
  /** Few tries are taken at the other end. */
  readonly secret: Buffer
}

export function newPairingCode(fingerprint: Buffer): PairingCode {
  return { fingerprint: fingerprint.subarray(0, FINGERPRINT_BYTES), secret: randomBytes(SECRET_BYTES) }
}

export function writePairingCode({ fingerprint, secret }: PairingCode): string {
  const bytes = Buffer.concat([fingerprint, secret])
  let value = (BigInt(`0x${bytes.toString('hex')}`) << BITS) | BigInt(checkOf(bytes))
  let letters = ''
  for (let place = 0; place < CODE_LETTERS; place += 1) {
    letters = LETTERS.charAt(Number(value & 31n)) + letters
    value >>= BITS
  }
  return letters.match(new RegExp(`.{${GROUP}}`, 'g'))?.join('-') ?? letters
}

/** Small letters, missing hyphens and what is easily mistaken are forgiven. @throws HomebirdError USAGE */
export function readPairingCode(typed: string): PairingCode {
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  const digits = letters.split('').map((letter) => LETTERS.indexOf(letter))
  if (digits.length !== CODE_LETTERS || digits.includes(-1))
    throw slip(`it has ${digits.length} letters and figures, or others than such a code has`)
  let value = 0n
  for (const digit of digits) value = (value << BITS) | BigInt(digit)
  const hex = (value >> BITS).toString(16).padStart((FINGERPRINT_BYTES + SECRET_BYTES) * 2, '0')
  const bytes = Buffer.from(hex, 'hex')
  if (checkOf(bytes) !== Number(value & 31n)) throw slip('there is a slip in it')
  return { fingerprint: bytes.subarray(0, FINGERPRINT_BYTES), secret: bytes.subarray(FINGERPRINT_BYTES) }
}

const checkOf = (bytes: Buffer): number => (createHash('sha256').update(bytes).digest()[0] ?? 0) & 31

function slip(why: string): HomebirdError {
  const text = `that is no pairing code: ${why}; it is five groups of five, as the other home shows it`
  return new HomebirdError('USAGE', text, { safe: text })
}
