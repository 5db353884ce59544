/** Tokens: given for codes and to apps themselves, taken back, explained; and the document that says how. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { Token, UserInfo } from '../../contracts/oauth.ts'
import { inTransaction } from '../../db/transaction.ts'
import { type AppRow, findAppBySecret } from '../../domain/oauth/apps.ts'
import { exchangeCode } from '../../domain/oauth/codes.ts'
import { DEFAULT_SCOPES, SCOPES, coversScopes, parseScopes } from '../../domain/oauth/scopes.ts'
import { type IssuedToken, issueToken, revokeToken } from '../../domain/oauth/tokens.ts'
import { OPEN, forUser } from '../client-api/access.ts'
import type { Api, ApiApp } from '../client-api/api.ts'
import { grantCacheOf } from '../client-api/grant-cache.ts'
import { originOf } from '../client-api/pages.ts'
import { oauthError } from './oauth-error.ts'

const Text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

const CLIENT = { client_id: Text(200), client_secret: Text(200) }

const TokenForm = Type.Object({
  ...CLIENT,
  grant_type: Text(100),
  code: Text(200),
  redirect_uri: Text(2_000),
  code_verifier: Text(200),
  scope: Text(2_000),
})

const RevokeForm = Type.Object({ ...CLIENT, token: Text(200) })

/** Guesses of secrets are hopeless; what is limited is the work they make. */
const SIXTY_A_MINUTE = { max: 60, timeWindow: 60_000 }

export function tokenRoutes(api: Api): FastifyPluginAsync {
  const { context } = api
  const { db } = context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const config = { ...OPEN.config, rateLimit: SIXTY_A_MINUTE }
    app.post('/oauth/token', { config, schema: { body: TokenForm } }, async (request, reply) => {
      const client = await clientOf(api, request, reply, request.body)
      return tokenFrom(await grantToken(api, client, request.body))
    })
    app.post('/oauth/revoke', { config, schema: { body: RevokeForm } }, async (request, reply) => {
      const client = await clientOf(api, request, reply, request.body)
      const { token = '' } = request.body
      await inTransaction(db, async (tx) => revokeToken(tx, client.id, token, api.now()))
      grantCacheOf(context).clear()
      return {}
    })
    for (const method of ['GET', 'POST'] as const) {
      app.route({
        ...forUser('profile'),
        method,
        url: '/oauth/userinfo',
        handler: async (request) => userInfo(api, request),
      })
    }
    app.get('/.well-known/oauth-authorization-server', OPEN, async (request) =>
      metadata(originOf(api, request)),
    )
  }
}

/**
 * The app that asks, by its secret in the body or as Basic authentication, never both.
 * @throws HomebirdError invalid_client
 */
async function clientOf(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  body: { readonly client_id?: string; readonly client_secret?: string },
): Promise<AppRow> {
  const basic = basicCredentials(request.headers.authorization)
  const id = basic?.id ?? body.client_id ?? ''
  const secret = basic?.secret ?? body.client_secret ?? ''
  const isTwice = basic !== null && body.client_secret !== undefined && body.client_secret !== basic.secret
  const app = isTwice ? undefined : await findAppBySecret(api.context.db, id, secret)
  if (app !== undefined) return app
  if (basic !== null) void reply.header('www-authenticate', 'Basic realm="Homebird"')
  throw oauthError('invalid_client', 'Client authentication failed.')
}

/** Both halves are form-encoded before they are joined. @see RFC 6749 2.3.1 */
function basicCredentials(header: string | undefined): { id: string; secret: string } | null {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]{1,1000})$/i.exec(header ?? '')?.[1]
  if (encoded === undefined) return null
  const [id = '', secret = ''] = Buffer.from(encoded, 'base64').toString('utf8').split(':', 2)
  return { id: decodePart(id), secret: decodePart(secret) }
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // not encoded, as some apps send it
  }
}

async function grantToken(api: Api, client: AppRow, form: Static<typeof TokenForm>): Promise<IssuedToken> {
  const { db } = api.context
  switch (form.grant_type) {
    case 'authorization_code': {
      const { code, redirect_uri: redirectUri } = form
      if (code === undefined || redirectUri === undefined) {
        throw oauthError('invalid_request', 'code and redirect_uri are needed.')
      }
      const codeVerifier =
        form.code_verifier === undefined || form.code_verifier === '' ? null : form.code_verifier
      const exchange = { appId: client.id, code, redirectUri, codeVerifier }
      const token = await exchangeCode(db, exchange, api.now())
      if (token !== null) return token
      grantCacheOf(api.context).clear()
      throw oauthError(
        'invalid_grant',
        'The code is invalid, expired, used, or was given for something else.',
      )
    }
    case 'client_credentials': {
      const scopes = form.scope === undefined || form.scope === '' ? DEFAULT_SCOPES : parseScopes(form.scope)
      if (scopes === null || !coversScopes(client.scopes, scopes)) {
        throw oauthError('invalid_scope', 'The scope is unknown, or not one the app registered for.')
      }
      return issueToken(db, { appId: client.id, actorId: null, scopes }, api.now())
    }
    case undefined:
    default:
      throw oauthError('unsupported_grant_type', 'Use authorization_code or client_credentials.')
  }
}

const tokenFrom = (issued: IssuedToken): Token => ({
  access_token: issued.token,
  token_type: 'Bearer',
  scope: issued.scopes.join(' '),
  created_at: Math.floor(issued.createdAt.getTime() / 1_000),
})

async function userInfo(api: Api, request: FastifyRequest): Promise<UserInfo> {
  const actor = await api.actorOf(request)
  return {
    iss: originOf(api, request),
    sub: actor.uri,
    name: actor.display_name,
    preferred_username: actor.username,
    profile: actor.page_url ?? actor.uri,
    picture: api.urls.avatar(actor),
  }
}

/** @see RFC 8414 */
function metadata(origin: string): object {
  return {
    issuer: origin,
    authorization_endpoint: `${origin}/oauth/authorize`,
    token_endpoint: `${origin}/oauth/token`,
    revocation_endpoint: `${origin}/oauth/revoke`,
    userinfo_endpoint: `${origin}/oauth/userinfo`,
    app_registration_endpoint: `${origin}/api/v1/apps`,
    scopes_supported: SCOPES,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    service_documentation: 'https://docs.joinmastodon.org/',
  }
}
