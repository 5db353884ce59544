/** Which apps have access to the home, for which identity: as the owner sees it, and takes it away. */
import { sql } from 'kysely'
import type { Querier, Transaction } from '../../db/pool.ts'
import { notify } from '../../db/transaction.ts'

export interface AppAccess {
  readonly appId: string
  readonly actorId: string
  readonly name: string
  readonly website: string | null
  /** A token that the owner made by hand. */
  readonly isPersonal: boolean
  /** Of the identity, without the @ before it. */
  readonly handle: string
  /** Of all its tokens together. */
  readonly scopes: readonly string[]
  /** How often the app was let in: a phone and a tablet, say. */
  readonly tokens: number
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

interface AccessRow {
  readonly app_id: string
  readonly actor_id: string
  readonly name: string
  readonly website: string | null
  readonly is_personal: boolean
  readonly handle: string
  readonly scopes: string[]
  readonly tokens: number
  readonly created_at: Date
  readonly last_used_at: Date | null
}

const MOST_SHOWN = 500

/** The latest used first. */
export async function listAppAccess(db: Querier): Promise<AppAccess[]> {
  const { rows } = await sql<AccessRow>`
    select grants.app_id, grants.actor_id, oauth_apps.name, oauth_apps.website, oauth_apps.is_personal,
           actors.username || '@' || actors.handle_domain as handle, grants.tokens, grants.created_at,
           grants.last_used_at,
           array(select distinct scope from oauth_tokens, unnest(oauth_tokens.scopes) as scope
                  where oauth_tokens.app_id = grants.app_id and oauth_tokens.actor_id = grants.actor_id
                    and oauth_tokens.revoked_at is null order by scope) as scopes
      from (select app_id, actor_id, count(*)::int as tokens, min(created_at) as created_at,
                   max(last_used_at) as last_used_at
              from oauth_tokens where actor_id is not null and revoked_at is null
             group by app_id, actor_id) as grants
      join oauth_apps on oauth_apps.id = grants.app_id
      join actors on actors.id = grants.actor_id
     order by coalesce(grants.last_used_at, grants.created_at) desc limit ${MOST_SHOWN}`.execute(db)
  return rows.map((row) => ({
    appId: row.app_id,
    actorId: row.actor_id,
    name: row.name,
    website: row.website,
    isPersonal: row.is_personal,
    handle: row.handle,
    scopes: row.scopes,
    tokens: row.tokens,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }))
}

/**
 * Ends every token and every code that is still on its way.
 * @returns false where there was none
 * @see security rule 74
 */
export async function endAppAccess(
  tx: Transaction,
  { appId, actorId }: Pick<AppAccess, 'appId' | 'actorId'>,
  now: Date,
): Promise<boolean> {
  const codes = await tx
    .deleteFrom('oauth_codes')
    .where('app_id', '=', appId)
    .where('actor_id', '=', actorId)
    .executeTakeFirst()
  const tokens = await tx
    .updateTable('oauth_tokens')
    .set({ revoked_at: now })
    .where('app_id', '=', appId)
    .where('actor_id', '=', actorId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  await notify(tx, 'changed', 'sessions')
  return codes.numDeletedRows + tokens.numUpdatedRows > 0n
}
