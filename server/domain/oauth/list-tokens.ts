/** Tokens as their owner sees them: which app has which access, since when, last used when; and taking one back. */
import { type RawBuilder, sql } from 'kysely'
import { type PageOf, type PageRequest, pageOrder, toPage, withinPage } from '../../db/paging.ts'
import type { Querier, Transaction } from '../../db/pool.ts'
import { revokeTokenById } from './tokens.ts'

export interface ListedToken {
  readonly id: string
  readonly appName: string
  readonly appWebsite: string | null
  readonly scopes: readonly string[]
  readonly createdAt: Date
  /** Null while it was never used; known to ten minutes. */
  readonly lastUsedAt: Date | null
}

interface TokenRow {
  readonly id: string
  readonly name: string
  readonly website: string | null
  readonly scopes: string[]
  readonly created_at: Date
  readonly last_used_at: Date | null
}

/** Living tokens of an identity. */
export async function listTokens(
  db: Querier,
  actorId: string,
  page: PageRequest,
): Promise<PageOf<ListedToken>> {
  const id = sql`oauth_tokens.id`
  const rows = await selectTokens(db, actorId, sql`${withinPage(id, page)} ${pageOrder(id, page)}`)
  return toPage(rows, page, (token) => token.id)
}

/** Undefined for what is not this identity's, too. */
export async function findToken(
  db: Querier,
  actorId: string,
  tokenId: string,
): Promise<ListedToken | undefined> {
  const [token] = await selectTokens(db, actorId, sql`oauth_tokens.id = ${tokenId}`)
  return token
}

async function selectTokens(db: Querier, actorId: string, rest: RawBuilder<unknown>): Promise<ListedToken[]> {
  const { rows } = await sql<TokenRow>`
    select oauth_tokens.id, oauth_apps.name, oauth_apps.website, oauth_tokens.scopes, oauth_tokens.created_at,
           oauth_tokens.last_used_at
      from oauth_tokens join oauth_apps on oauth_apps.id = oauth_tokens.app_id
     where oauth_tokens.actor_id = ${actorId} and oauth_tokens.revoked_at is null and ${rest}`.execute(db)
  return rows.map((row) => ({
    id: row.id,
    appName: row.name,
    appWebsite: row.website,
    scopes: row.scopes,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }))
}

/** @returns the token that was taken back, undefined where this identity has none of that id */
export async function revokeOwnToken(
  tx: Transaction,
  actorId: string,
  tokenId: string,
  now: Date,
): Promise<ListedToken | undefined> {
  const token = await findToken(tx, actorId, tokenId)
  if (token !== undefined) await revokeTokenById(tx, token.id, now)
  return token
}
