/**
 * Browsers from which the owner has signed in on the public listener. Being known opens nothing: it only keeps strangers who
 * guess passwords from using up the owner's own tries.
 */
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { hashSecret } from './secrets.ts'

const MOST_DEVICES = 50
const MAX_USER_AGENT_LENGTH = 300
export const KNOWN_DEVICE_SECONDS = 400 * 86_400

export async function isKnownDevice(db: Querier, token: string, now: Date): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('known_devices')
    .set({ last_used_at: now })
    .where('token_hash', '=', hashSecret(token))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** @returns the token, which is nowhere else and never again. The browser that was used longest ago makes room. */
export async function rememberDevice(db: Querier, userAgent: string, now: Date): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await db
    .insertInto('known_devices')
    .values({
      token_hash: hashSecret(token),
      user_agent: userAgent.slice(0, MAX_USER_AGENT_LENGTH),
      created_at: now,
      last_used_at: now,
    })
    .execute()
  await sql`
    delete from known_devices where token_hash in (
      select token_hash from known_devices order by last_used_at desc offset ${MOST_DEVICES})`.execute(db)
  return token
}
