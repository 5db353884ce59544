/** Apps make themselves known, and ask what they are known as. */
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Application, CredentialApplication } from '../../contracts/oauth.ts'
import { HomebirdError } from '../../core/errors.ts'
import { type AppRow, registerApp } from '../../domain/oauth/apps.ts'
import { DEFAULT_SCOPES, parseScopes } from '../../domain/oauth/scopes.ts'
import { calmMarks, cleanLine, stripBidiControls } from '../../domain/text/clean-text.ts'
import { OPEN, forApps } from '../client-api/access.ts'
import type { Api, ApiApp } from '../client-api/api.ts'

const MAX_NAME = 120
/** Rule 76. */
const FIVE_IN_TEN_MINUTES = { max: 5, timeWindow: 600_000 }

const AppForm = Type.Object({
  client_name: Type.String({ maxLength: 1_000 }),
  redirect_uris: Type.Array(Type.String({ maxLength: 20_000 }), { maxItems: 50 }),
  scopes: Type.Optional(Type.String({ maxLength: 2_000 })),
  website: Type.Optional(Type.String({ maxLength: 2_000 })),
})

export function appRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const config = { ...OPEN.config, rateLimit: FIVE_IN_TEN_MINUTES }
    app.post('/api/v1/apps', { config, schema: { body: AppForm } }, async (request) => {
      const form = request.body
      const draft = {
        name: nameOf(form.client_name),
        website: websiteOf(form.website),
        // A list, or one text that holds several.
        redirectUris: form.redirect_uris.flatMap((text) => text.split(/\s+/)),
        scopes: scopesOf(form.scopes),
      }
      const { app: row, clientSecret } = await registerApp(api.context.db, draft, api.now())
      const credentials: CredentialApplication = {
        ...applicationOf(api, row),
        client_id: row.client_id,
        client_secret: clientSecret,
        client_secret_expires_at: 0,
      }
      return credentials
    })
    app.get('/api/v1/apps/verify_credentials', forApps, async (request) => applicationOf(api, appOf(request)))
  }
}

/** The owner reads it where access is given: it turns no words around, covers none and can be seen. */
function nameOf(typed: string): string {
  const name = calmMarks(stripBidiControls(cleanLine(typed, MAX_NAME)))
  if (/[\p{L}\p{N}\p{P}\p{S}]/u.test(name)) return name
  throw new HomebirdError('UNPROCESSABLE', 'an app has no name', {
    safe: "Validation failed: Application name can't be blank",
  })
}

function websiteOf(typed: string | undefined): string | null {
  if (typed === undefined || typed.trim() === '') return null
  const url = URL.canParse(typed.trim()) ? new URL(typed.trim()) : null
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return url.href
  throw new HomebirdError('UNPROCESSABLE', 'the website of an app is none', {
    safe: 'Validation failed: Application website must be a valid URL',
  })
}

function scopesOf(text: string | undefined): readonly string[] {
  if (text === undefined || text.trim() === '') return DEFAULT_SCOPES
  const scopes = parseScopes(text)
  if (scopes !== null) return scopes
  throw new HomebirdError('UNPROCESSABLE', `unknown scopes ${text.slice(0, 100)}`, {
    safe: 'Validation failed: Scopes doesn’t match configured on the server.',
  })
}

function appOf(request: FastifyRequest) {
  const grant = request.access?.grant
  if (grant === undefined || grant === null) throw new HomebirdError('UNAUTHORIZED', 'no token of an app')
  return grant.app
}

function applicationOf(
  api: Api,
  app: Pick<AppRow, 'id' | 'name' | 'website' | 'scopes' | 'redirect_uris'>,
): Application {
  return {
    id: app.id,
    name: app.name,
    website: app.website,
    scopes: app.scopes,
    redirect_uris: app.redirect_uris,
    redirect_uri: app.redirect_uris.join('\n'),
    vapid_key: api.vapid.publicKey,
  }
}
