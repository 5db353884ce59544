/**
 * Sessions of the owner's browser on the private listener: a random token whose hash alone is stored, thirty days from
 * its last use. One kind serves before and after set-up: it only proves that its holder had the key or the password.
 * @see security rules 73 to 75, 81
 */
import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { notify } from '../../db/transaction.ts'

const TOKEN_BYTES = 32
export const OWNER_SESSION_DAYS = 30
/** A session in use is written at most this often. */
const SLIDE_AFTER_MS = 600_000
const DAY_MS = 86_400_000
const MAX_USER_AGENT_LENGTH = 300

export interface OwnerSession {
  /** Names it in lists; not secret. */
  readonly publicId: string
  readonly expiresAt: Date
  /** The identity it reads and writes as: the oldest, where the request names no other; null before set-up. */
  readonly identityId: string | null
  /** When its holder last proved to be the owner; null for one that the key of a start opened. */
  readonly provedAt: Date | null
}

export function hashSessionToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest()
}

/**
 * @param isProved  by password and second factor, or by passkey: what changes the sign-in itself asks for that
 * @returns the token, which is nowhere else and never again
 */
export async function openOwnerSession(
  db: Querier,
  userAgent: string,
  now: Date,
  isProved: boolean,
): Promise<string> {
  const token = randomBytes(TOKEN_BYTES).toString('base64url')
  await db
    .insertInto('owner_sessions')
    .values({
      token_hash: hashSessionToken(token),
      user_agent: userAgent.slice(0, MAX_USER_AGENT_LENGTH),
      created_at: now,
      last_used_at: now,
      expires_at: expiryAfter(now),
      proved_at: isProved ? now : null,
    })
    .execute()
  await db.deleteFrom('owner_sessions').where('expires_at', '<', now).execute()
  return token
}

/** The session of a token that is alive, its life prolonged; null for any other. */
export async function findOwnerSession(db: Querier, token: string, now: Date): Promise<OwnerSession | null> {
  const tokenHash = hashSessionToken(token)
  const row = await db
    .selectFrom('owner_sessions')
    .select(['public_id', 'expires_at', 'last_used_at', 'proved_at'])
    .select(
      sql<string | null>`(
        select actors.id from actors
         where actors.domain_id is not null and not actors.is_instance_actor and actors.gone_at is null
         order by actors.id limit 1)`.as('identity_id'),
    )
    .where('token_hash', '=', tokenHash)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  if (row === undefined) return null
  let expiresAt = row.expires_at
  if (now.getTime() - row.last_used_at.getTime() > SLIDE_AFTER_MS) {
    expiresAt = expiryAfter(now)
    await db
      .updateTable('owner_sessions')
      .set({ last_used_at: now, expires_at: expiresAt })
      .where('token_hash', '=', tokenHash)
      .execute()
  }
  return { publicId: row.public_id, expiresAt, identityId: row.identity_id, provedAt: row.proved_at }
}

/** Signs one browser out. Open streams of it end, since the other processes are told. */
export async function endOwnerSession(db: Querier, publicId: string): Promise<void> {
  await db.deleteFrom('owner_sessions').where('public_id', '=', publicId).execute()
  await notify(db, 'changed', 'sessions')
}

/**
 * Takes the one-time key of this start out of use, once for all processes and restarts of the server.
 * @param keyHash  SHA-256 (hex)
 * @returns false when it was used before
 */
export async function consumeOneTimeKey(db: Querier, keyHash: string): Promise<boolean> {
  const value = JSON.stringify({ sha256: keyHash })
  const { rows } = await sql`
    insert into home_settings (key, value) values (${USED_KEY}, ${value}::jsonb)
    on conflict (key) do update set value = excluded.value, changed_at = now()
     where home_settings.value <> excluded.value
    returning key`.execute(db)
  return rows.length === 1
}

export async function isOneTimeKeyUsed(db: Querier, keyHash: string): Promise<boolean> {
  const row = await db
    .selectFrom('home_settings')
    .select('value')
    .where('key', '=', USED_KEY)
    .executeTakeFirst()
  return row !== undefined && 'sha256' in row.value && row.value.sha256 === keyHash
}

const USED_KEY = 'used_one_time_key'

function expiryAfter(now: Date): Date {
  return new Date(now.getTime() + OWNER_SESSION_DAYS * DAY_MS)
}
