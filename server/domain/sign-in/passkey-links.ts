/**
 * Links by which another device of the owner, such as a phone, makes a passkey on the host where apps are let in: given out
 * by the window, good once, for ten minutes.
 */
import type { Querier } from '../../db/pool.ts'
import { hashSecret, newSecret } from '../oauth/secrets.ts'

const LIFETIME_MS = 600_000

export interface PasskeyLink {
  /** Nowhere else and never again. */
  readonly token: string
  readonly expiresAt: Date
}

/** Links from before count no more. */
export async function openPasskeyLink(db: Querier, rpId: string, now: Date): Promise<PasskeyLink> {
  const token = newSecret()
  const expiresAt = new Date(now.getTime() + LIFETIME_MS)
  await db.deleteFrom('passkey_links').execute()
  await db
    .insertInto('passkey_links')
    .values({ token_hash: hashSecret(token), rp_id: rpId, created_at: now, expires_at: expiresAt })
    .execute()
  return { token, expiresAt }
}

export async function isPasskeyLink(db: Querier, token: string, rpId: string, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('passkey_links')
    .select('rp_id')
    .where('token_hash', '=', hashSecret(token))
    .where('rp_id', '=', rpId)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row !== undefined
}

/** @returns false the second time */
export async function takePasskeyLink(db: Querier, token: string): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('passkey_links')
    .where('token_hash', '=', hashSecret(token))
    .executeTakeFirst()
  return numDeletedRows > 0n
}
