/** Authorization codes: ten minutes, one exchange, bound to app, address and challenge. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Database, Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { inTransaction } from '../../db/transaction.ts'
import { hashSecret, newSecret } from './secrets.ts'
import { type IssuedToken, issueToken, revokeTokenById } from './tokens.ts'

const CODE_LIFETIME_MS = 600_000

export interface CodeDraft {
  readonly appId: string
  readonly actorId: string
  readonly redirectUri: string
  readonly scopes: readonly string[]
  /** Of the method S256; null where the app sent none. */
  readonly codeChallenge: string | null
}

/** @returns the code, which is nowhere else and never again */
export async function issueCode(db: Querier, draft: CodeDraft, now: Date): Promise<string> {
  const code = newSecret()
  await db
    .deleteFrom('oauth_codes')
    .where('expires_at', '<', new Date(now.getTime() - 86_400_000))
    .execute()
  await db
    .insertInto('oauth_codes')
    .values({
      code_hash: hashSecret(code),
      app_id: draft.appId,
      actor_id: draft.actorId,
      redirect_uri: draft.redirectUri,
      scopes: [...draft.scopes],
      code_challenge: draft.codeChallenge,
      created_at: now,
      expires_at: new Date(now.getTime() + CODE_LIFETIME_MS),
    })
    .execute()
  return code
}

export interface CodeExchange {
  readonly appId: string
  readonly code: string
  readonly redirectUri: string
  readonly codeVerifier: string | null
}

/**
 * Exchanges a code for a token, once. A code that comes a second time revokes what it was exchanged for; one that comes
 * with the wrong address or verifier is used up.
 * @returns null for every code that cannot be exchanged
 * @see RFC 6749 4.1.2, RFC 7636 4.6; security rules 70, 71
 */
export async function exchangeCode(
  db: Database,
  exchange: CodeExchange,
  now: Date,
): Promise<IssuedToken | null> {
  const codeHash = hashSecret(exchange.code)
  return inTransaction(db, async (tx) => {
    const code = await tx
      .updateTable('oauth_codes')
      .set({ used_at: now })
      .where('code_hash', '=', codeHash)
      .where('app_id', '=', exchange.appId)
      .where('used_at', 'is', null)
      .where('expires_at', '>', now)
      .returningAll()
      .executeTakeFirst()
    if (code === undefined) {
      const former = await tx
        .selectFrom('oauth_codes')
        .select('token_id')
        .where('code_hash', '=', codeHash)
        .where('used_at', 'is not', null)
        .executeTakeFirst()
      if (typeof former?.token_id === 'string') await revokeTokenById(tx, former.token_id, now)
      return null
    }
    if (code.redirect_uri !== exchange.redirectUri || !isVerified(code, exchange.codeVerifier)) return null
    const token = await issueToken(
      tx,
      { appId: code.app_id, actorId: code.actor_id, scopes: code.scopes },
      now,
    )
    await tx
      .updateTable('oauth_codes')
      .set({ token_id: token.id })
      .where('code_hash', '=', codeHash)
      .execute()
    return token
  })
}

/** Without a challenge there must be no verifier either: one that comes was meant for another code. */
function isVerified(code: Pick<Row<'oauth_codes'>, 'code_challenge'>, verifier: string | null): boolean {
  if (code.code_challenge === null) return verifier === null
  if (verifier === null || !/^[A-Za-z0-9\-._~]{43,128}$/.test(verifier)) return false
  const wanted = Buffer.from(code.code_challenge)
  const given = Buffer.from(createHash('sha256').update(verifier).digest('base64url'))
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}
