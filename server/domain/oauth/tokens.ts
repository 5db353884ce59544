/** Tokens: given out, found by what an app shows, taken back. */
import { type SqlBool, sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { notify } from '../../db/transaction.ts'
import { hashSecret, newSecret } from './secrets.ts'

/** When a token was last used is known to this, so that a request seldom writes. */
const USE_IS_WRITTEN_AFTER = '10 minutes'
/** Of the tokens of an app itself, which any app may ask for again and again. */
const MOST_APP_TOKENS = 20

export interface IssuedToken {
  readonly id: string
  /** Nowhere else and never again. */
  readonly token: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
}

export interface TokenDraft {
  readonly appId: string
  /** Null for a token of the app itself. */
  readonly actorId: string | null
  readonly scopes: readonly string[]
}

export async function issueToken(db: Querier, draft: TokenDraft, now: Date): Promise<IssuedToken> {
  const token = newSecret()
  const { id } = await db
    .insertInto('oauth_tokens')
    .values({
      token_hash: hashSecret(token),
      app_id: draft.appId,
      actor_id: draft.actorId,
      scopes: [...draft.scopes],
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  if (draft.actorId === null) await forgetOldAppTokens(db, draft.appId)
  return { id, token, scopes: draft.scopes, createdAt: now }
}

async function forgetOldAppTokens(db: Querier, appId: string): Promise<void> {
  await sql`
    delete from oauth_tokens where id in (
      select id from oauth_tokens where app_id = ${appId} and actor_id is null
       order by id desc offset ${MOST_APP_TOKENS})`.execute(db)
}

/** What a living token stands for. */
export interface Grant {
  readonly tokenId: string
  readonly app: Pick<Row<'oauth_apps'>, 'id' | 'name' | 'website' | 'redirect_uris' | 'scopes'>
  /** Null for a token of the app itself. */
  readonly actorId: string | null
  readonly scopes: readonly string[]
}

interface GrantRow {
  readonly id: string
  readonly actor_id: string | null
  readonly scopes: string[]
  readonly app_id: string
  readonly name: string
  readonly website: string | null
  readonly redirect_uris: string[]
  readonly app_scopes: string[]
  readonly is_use_written: boolean
}

/** Null for a token that never was, was revoked, or whose identity is gone. */
export async function findGrant(db: Querier, token: string): Promise<Grant | null> {
  if (token.length < 20 || token.length > 200) return null
  const { rows } = await sql<GrantRow>`
    select oauth_tokens.id, oauth_tokens.actor_id, oauth_tokens.scopes, oauth_apps.id as app_id, oauth_apps.name,
           oauth_apps.website, oauth_apps.redirect_uris, oauth_apps.scopes as app_scopes,
           coalesce(oauth_tokens.last_used_at > now() - ${USE_IS_WRITTEN_AFTER}::interval, false) as is_use_written
      from oauth_tokens join oauth_apps on oauth_apps.id = oauth_tokens.app_id
      left join actors on actors.id = oauth_tokens.actor_id
     where oauth_tokens.token_hash = ${hashSecret(token)} and oauth_tokens.revoked_at is null
       and (oauth_tokens.actor_id is null or (actors.is_local and actors.gone_at is null))`.execute(db)
  const row = rows[0]
  if (row === undefined) return null
  if (!row.is_use_written) {
    await sql`update oauth_tokens set last_used_at = now() where id = ${row.id}`.execute(db)
  }
  return {
    tokenId: row.id,
    actorId: row.actor_id,
    scopes: row.scopes,
    app: {
      id: row.app_id,
      name: row.name,
      website: row.website,
      redirect_uris: row.redirect_uris,
      scopes: row.app_scopes,
    },
  }
}

/** Those of the tokens that are still good; what open streams ask. */
export async function livingTokens(db: Querier, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const rows = await db
    .selectFrom('oauth_tokens')
    .select('id')
    .where('id', 'in', [...ids])
    .where('revoked_at', 'is', null)
    .execute()
  return new Set(rows.map((row) => row.id))
}

/**
 * Takes a token back; its streams end within five seconds. Whoever holds the token may do so, but not in another app's
 * name.
 * @see RFC 7009 2; security rule 74
 */
export async function revokeToken(tx: Transaction, appId: string, token: string, now: Date): Promise<void> {
  await revokeWhere(tx, sql<SqlBool>`token_hash = ${hashSecret(token)} and app_id = ${appId}`, now)
}

export async function revokeTokenById(tx: Transaction, id: string, now: Date): Promise<void> {
  await revokeWhere(tx, sql<SqlBool>`id = ${id}`, now)
}

async function revokeWhere(
  tx: Transaction,
  condition: ReturnType<typeof sql<SqlBool>>,
  now: Date,
): Promise<void> {
  const revoked = await tx
    .updateTable('oauth_tokens')
    .set({ revoked_at: now })
    .where('revoked_at', 'is', null)
    .where(condition)
    .executeTakeFirst()
  if (revoked.numUpdatedRows > 0n) await notify(tx, 'changed', 'sessions')
}
