/** What an app asks of the owner: read and checked before anything is shown. */
import { type Static, Type } from 'typebox'
import type { HomebirdError } from '../../core/errors.ts'
import type { Database } from '../../db/pool.ts'
import { type AppRow, OUT_OF_BAND_URI, findAppByClientId, isRegisteredUri } from '../../domain/oauth/apps.ts'
import { DEFAULT_SCOPES, coversScopes, parseScopes } from '../../domain/oauth/scopes.ts'
import type { OAuthErrorCode } from './oauth-error.ts'
import { type RefusalId, pageError } from './page-error.ts'

const Text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

export const AUTHORIZE_MEMBERS = {
  response_type: Text(60),
  client_id: Text(200),
  redirect_uri: Text(2_000),
  scope: Text(2_000),
  state: Text(4_000),
  code_challenge: Text(200),
  code_challenge_method: Text(20),
  force_login: Type.Optional(Type.Boolean()),
}

const AuthorizeQuery = Type.Object(AUTHORIZE_MEMBERS)

export type AuthorizeParams = Static<typeof AuthorizeQuery>

export interface AuthorizeRequest {
  readonly app: AppRow
  readonly redirectUri: string
  readonly isOutOfBand: boolean
  readonly scopes: readonly string[]
  readonly state: string | null
  readonly codeChallenge: string | null
  /** Told with every answer; null for apps too plain to look. */
  readonly issuer: string | null
}

export type CheckedRequest =
  | { readonly isGood: true; readonly request: AuthorizeRequest }
  /** To be told to the app, whose address is known to be right. */
  | { readonly isGood: false; readonly redirect: string }

/**
 * @param issuer  the origin by which the browser reached this home, which every answer names, so that an app that speaks to
 *   several homes knows whose it is. Apps that send neither state nor challenge are not told: some cut the answer at `code=`
 * @throws HomebirdError BAD_REQUEST where the app or its address is not known for sure: then nobody is redirected
 * @see RFC 6749 4.1.2.1, RFC 9207; security rules 70, 71
 */
export async function checkAuthorizeRequest(
  db: Database,
  params: AuthorizeParams,
  issuer: string,
): Promise<CheckedRequest> {
  const app = await findAppByClientId(db, params.client_id ?? '')
  if (app === undefined) throw unsure('refused.unknown_app')
  const redirectUri = params.redirect_uri ?? ''
  if (!isRegisteredUri(app.redirect_uris, redirectUri)) {
    throw unsure('refused.unknown_address')
  }
  const state = params.state ?? null
  const told = state === null && (params.code_challenge ?? '') === '' ? null : issuer
  const refuse = (error: OAuthErrorCode, description: string): CheckedRequest => ({
    isGood: false,
    redirect: answerUri(redirectUri, { error, error_description: description, state, iss: told }),
  })
  const isOutOfBand = redirectUri === OUT_OF_BAND_URI
  if (params.response_type !== 'code') {
    if (isOutOfBand) throw unsure('refused.unknown_way')
    return refuse('unsupported_response_type', 'Only the response type code is supported.')
  }
  const scopes = scopesOf(params.scope)
  if (scopes === null || !coversScopes(app.scopes, scopes)) {
    if (isOutOfBand) throw unsure('refused.too_much')
    return refuse('invalid_scope', 'The scope is unknown, or not one the app registered for.')
  }
  const codeChallenge = params.code_challenge ?? ''
  if (codeChallenge !== '' && !isGoodChallenge(codeChallenge, params.code_challenge_method)) {
    if (isOutOfBand) throw unsure('refused.challenge')
    return refuse('invalid_request', 'The code challenge must be of the method S256.')
  }
  return {
    isGood: true,
    request: {
      app,
      redirectUri,
      isOutOfBand,
      scopes,
      state,
      codeChallenge: codeChallenge || null,
      issuer: told,
    },
  }
}

const isGoodChallenge = (challenge: string, method: string | undefined): boolean =>
  method === 'S256' && /^[A-Za-z0-9_-]{43}$/.test(challenge)

function scopesOf(text: string | undefined): readonly string[] | null {
  return text === undefined || text.trim() === '' ? DEFAULT_SCOPES : parseScopes(text)
}

const unsure = (why: RefusalId): HomebirdError =>
  pageError('BAD_REQUEST', why, `an authorization request is refused: ${why}`)

/** The app's address with the answer in its query; the address stays letter by letter what was registered. */
export function answerUri(redirectUri: string, answer: Readonly<Record<string, string | null>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(answer)) if (value !== null) query.set(name, value)
  return `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${query}`
}
