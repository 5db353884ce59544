/** Tokens that the owner makes by hand, for scripts and for apps that cannot ask: each is an app with one token. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import { notify } from '../../db/transaction.ts'
import { cleanLine } from '../text/clean-text.ts'
import { parseScopes } from './scopes.ts'
import { hashSecret, newSecret } from './secrets.ts'
import { type IssuedToken, issueToken } from './tokens.ts'
import { ADVISORY_LOCK } from '../../core/advisory-locks.ts'

const MAX_NAME = 120
const VISIBLE = /[^\p{Z}\p{C}]/u
/** Of those that are good; ended ones do not count. */
export const MOST_PERSONAL_TOKENS = 100

export interface PersonalTokenDraft {
  /** The identity that it reads and writes as. */
  readonly actorId: string
  readonly name: string
  readonly scopes: readonly string[]
}

/**
 * Its app leads nowhere and its secret is kept by nobody, so that no other token is ever made in its name.
 * @throws HomebirdError UNPROCESSABLE `name_missing` or `scopes_unknown`, CONFLICT `too_many_tokens`
 */
export async function issuePersonalToken(
  tx: Transaction,
  draft: PersonalTokenDraft,
  now: Date,
): Promise<IssuedToken> {
  const name = cleanLine(draft.name, MAX_NAME)
  if (!VISIBLE.test(name)) throw refused('UNPROCESSABLE', 'name_missing')
  const scopes = parseScopes(draft.scopes.join(' '))
  if (scopes === null) throw refused('UNPROCESSABLE', 'scopes_unknown')
  await requireRoom(tx)
  const app = await tx
    .insertInto('oauth_apps')
    .values({
      client_id: newSecret(),
      client_secret_hash: hashSecret(newSecret()),
      name,
      website: null,
      redirect_uris: [],
      scopes,
      is_personal: true,
      created_at: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const issued = await issueToken(tx, { appId: app.id, actorId: draft.actorId, scopes }, now)
  await notify(tx, 'changed', 'sessions')
  return issued
}

/** Whoever makes two at once is counted one after the other. */
async function requireRoom(tx: Transaction): Promise<void> {
  await sql`select pg_advisory_xact_lock(${ADVISORY_LOCK.personalTokens})`.execute(tx)
  const { living } = await tx
    .selectFrom('oauth_tokens')
    .innerJoin('oauth_apps', 'oauth_apps.id', 'oauth_tokens.app_id')
    .select(({ fn }) => fn.countAll<string>().as('living'))
    .where('oauth_apps.is_personal', '=', true)
    .where('oauth_tokens.revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  if (Number(living) >= MOST_PERSONAL_TOKENS) throw refused('CONFLICT', 'too_many_tokens')
}

const refused = (code: 'UNPROCESSABLE' | 'CONFLICT', safe: string): HomebirdError =>
  new HomebirdError(code, `a token by hand is refused: ${safe}`, { safe })
