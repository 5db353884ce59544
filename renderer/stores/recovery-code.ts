/** The code of the recovery sheet: long enough that nobody guesses it, in letters that nobody confuses on paper. */

/** Crockford's: no I, L, O, U. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUPS = 8
const GROUP_LETTERS = 4

/** 160 bits: the least that the home takes. */
export function newRecoveryCode(random: (bytes: Uint8Array<ArrayBuffer>) => unknown): string {
  const bytes = new Uint8Array(GROUPS * GROUP_LETTERS)
  random(bytes)
  const letters = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('')
  return letters.match(/.{4}/g)?.join('-') ?? letters
}
