/**
 * Sign-ins on the public listener: half an hour in which the owner, having given the password, may answer apps that ask for
 * access. They open nothing else.
 */
import { randomBytes } from 'node:crypto'
import type { Querier } from '../../db/pool.ts'
import { notify } from '../../db/transaction.ts'
import { hashSecret } from './secrets.ts'

const SIGN_IN_MS = 1_800_000
export const SIGN_IN_SECONDS = SIGN_IN_MS / 1_000
/** Marks the tokens of this file, so that none of them is taken for the session of a window, nor the other way round. */
const PREFIX = 'sign-in.'
const MAX_USER_AGENT_LENGTH = 300

/** @returns the token, which is nowhere else and never again */
export async function openSignIn(db: Querier, userAgent: string, now: Date): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await db
    .insertInto('owner_sessions')
    .values({
      token_hash: hashSecret(PREFIX + token),
      kind: 'public',
      proved_at: now,
      user_agent: userAgent.slice(0, MAX_USER_AGENT_LENGTH),
      created_at: now,
      last_used_at: now,
      expires_at: new Date(now.getTime() + SIGN_IN_MS),
    })
    .execute()
  return token
}

export async function isSignedIn(db: Querier, token: string, now: Date): Promise<boolean> {
  const row = await db
    .selectFrom('owner_sessions')
    .select('public_id')
    .where('token_hash', '=', hashSecret(PREFIX + token))
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row !== undefined
}

export async function endSignIn(db: Querier, token: string): Promise<void> {
  await db
    .deleteFrom('owner_sessions')
    .where('token_hash', '=', hashSecret(PREFIX + token))
    .execute()
  await notify(db, 'changed', 'sessions')
}
