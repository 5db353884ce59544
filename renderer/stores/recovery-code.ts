/** The code of the recovery sheet: long enough that nobody guesses it, in letters that nobody confuses on paper. */

/** Crockford's: no I, L, O, U. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const GROUPS = 6
const GROUP_LETTERS = 5

/** 150 bits. */
export function newRecoveryCode(random: (bytes: Uint8Array<ArrayBuffer>) => unknown): string {
  const bytes = new Uint8Array(GROUPS * GROUP_LETTERS)
  random(bytes)
  const letters = Array.from(bytes, (byte) => LETTERS[byte % LETTERS.length]).join('')
  return letters.match(/.{5}/g)?.join('-') ?? letters
}
