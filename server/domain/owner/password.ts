/** The owner's password: stored as an Argon2id hash, checked in constant time by the hash itself. */
import { hash, verify } from '@node-rs/argon2'
import { HomebirdError } from '../../core/errors.ts'
import type { Database } from '../../db/pool.ts'
import { inTransaction, notify } from '../../db/transaction.ts'

export const MIN_PASSWORD_LENGTH = 10
/** Longer ones only cost time; in UTF-16 units. */
const MAX_PASSWORD_LENGTH = 1_024

/** @see OWASP Password Storage Cheat Sheet: Argon2id with 19 MiB, 2 passes, 1 lane */
const ARGON2ID = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** @throws HomebirdError UNPROCESSABLE when it is shorter than 10 or longer than 1,024 characters */
export async function hashPassword(password: string): Promise<string> {
  const text = normalize(password)
  // Code points, not UTF-16 units: an emoji must not count twice.
  const length = Array.from(text).length
  if (length < MIN_PASSWORD_LENGTH || text.length > MAX_PASSWORD_LENGTH) {
    const limits = `between ${MIN_PASSWORD_LENGTH} and ${MAX_PASSWORD_LENGTH} characters`
    throw new HomebirdError(
      'UNPROCESSABLE',
      `the password has ${length} characters and must have ${limits}`,
      {
        safe: `The password must have ${limits}.`,
      },
    )
  }
  return hash(text, ARGON2ID)
}

/** False for a wrong password, and for any password before set-up. */
export async function verifyOwnerPassword(db: Database, password: string): Promise<boolean> {
  const owner = await db.selectFrom('owner').select('password_hash').executeTakeFirst()
  return owner !== undefined && isPasswordOf(owner.password_hash, password)
}

export async function isPasswordOf(passwordHash: string, password: string): Promise<boolean> {
  if (password.length > MAX_PASSWORD_LENGTH) return false
  return verify(passwordHash, normalize(password))
}

/**
 * Sets another password and ends every session and every token, so that whoever knew the old one is out.
 * @throws HomebirdError UNPROCESSABLE for a password of bad length, UNAVAILABLE before set-up
 * @see security rule 74
 */
export async function setOwnerPassword(db: Database, password: string): Promise<void> {
  const passwordHash = await hashPassword(password)
  await inTransaction(db, async (tx) => {
    const now = new Date()
    const changed = await tx
      .updateTable('owner')
      .set({ password_hash: passwordHash, password_changed_at: now })
      .executeTakeFirst()
    if (changed.numUpdatedRows === 0n) {
      throw new HomebirdError('UNAVAILABLE', 'there is no owner whose password could be set', {
        safe: 'This home is not set up yet.',
      })
    }
    await tx.deleteFrom('owner_sessions').execute()
    await tx.deleteFrom('known_devices').execute()
    await tx.deleteFrom('oauth_codes').execute()
    await tx.updateTable('oauth_tokens').set({ revoked_at: now }).where('revoked_at', 'is', null).execute()
    await notify(tx, 'changed', 'sessions')
  })
}

/** The same characters typed on another keyboard give the same password. */
function normalize(password: string): string {
  return password.normalize('NFKC')
}
