/** Recovery codes: ten, for the day when the authenticator is gone. Shown once, stored as hashes, good once each. */
import { randomBytes } from 'node:crypto'
import type { Querier, Transaction } from '../../db/pool.ts'
import { hashSecret } from '../oauth/secrets.ts'

const CODES = 10
const CODE_LENGTH = 16
const GROUP = 4
/** Crockford's digits: none looks like another. 80 bits a code, which nobody guesses. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const LOOKALIKES: Readonly<Record<string, string>> = { o: '0', i: '1', l: '1' }

/** Those from before count no more. @returns the codes, which are nowhere else and never again */
export async function newRecoveryCodes(tx: Transaction, now: Date): Promise<string[]> {
  const codes = Array.from({ length: CODES }, () => newCode())
  await tx.deleteFrom('recovery_codes').execute()
  await tx
    .insertInto('recovery_codes')
    .values(codes.map((code) => ({ code_hash: hashSecret(plainCode(code)), created_at: now })))
    .execute()
  return codes
}

function newCode(): string {
  // 256 is a multiple of 32: each digit is as likely as the others.
  const digits = Array.from(randomBytes(CODE_LENGTH), (byte) => DIGITS.charAt(byte % DIGITS.length)).join('')
  return (digits.match(new RegExp(`.{${GROUP}}`, 'g')) ?? []).join('-')
}

/** As it is typed from paper: in capitals, with other gaps, with letters that look like digits. */
function plainCode(typed: string): string {
  return typed
    .toLowerCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll(/[oil]/g, (letter) => LOOKALIKES[letter] ?? letter)
}

/** The hash of a code that is good now; null for every other text. */
export async function findRecoveryCode(db: Querier, typed: string): Promise<Buffer | null> {
  const hash = hashSecret(plainCode(typed.slice(0, 100)))
  const row = await db
    .selectFrom('recovery_codes')
    .select('code_hash')
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return row?.code_hash ?? null
}

/** @returns false where another request has used it */
export async function takeRecoveryCode(db: Querier, hash: Buffer, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('recovery_codes')
    .set({ used_at: now })
    .where('code_hash', '=', hash)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

export async function countRecoveryCodes(db: Querier): Promise<number> {
  const { count } = await db
    .selectFrom('recovery_codes')
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('used_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}
