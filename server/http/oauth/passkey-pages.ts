/** The page on which a device of the owner makes a passkey, by a link from the window; and the script of passkeys. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { RegistrationResponseJSON } from '@simplewebauthn/server'
import { type Static, Type } from 'typebox'
import { HomebirdError } from '../../core/errors.ts'
import type { Challenges } from '../../domain/sign-in/challenges.ts'
import { isPasskeyLink, takePasskeyLink } from '../../domain/sign-in/passkey-links.ts'
import {
  type PasskeyPlace,
  beginMaking,
  beginUsing,
  finishMaking,
  passkeyPlace,
} from '../../domain/sign-in/passkeys.ts'
import { OPEN } from '../client-api/access.ts'
import type { Api, ApiApp } from '../client-api/api.ts'
import { normalize } from '../client-api/normalize.ts'
import { originOf } from '../client-api/pages.ts'
import { PasskeyAnswer, ownerHandle, passkeyName } from '../plugins/passkey-answer.ts'
import { requireOwnOrigin, sendPage } from './page-guard.ts'
import { pageError } from './page-error.ts'
import { STYLE, passkeyPage } from './pages.ts'
import { speechFor } from './words/speech.ts'

const SCRIPT = join(import.meta.dirname, '..', '..', '..', 'resources', 'pages', 'passkey.js')

const Link = Type.String({ maxLength: 200 })
const LinkForm = Type.Object({ link: Link })
const NewForm = Type.Object({ link: Link, name: Type.String({ maxLength: 1_000 }), response: PasskeyAnswer })

/** What a person opens. */
export function passkeyPageRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/oauth/passkey', OPEN, async (request, reply) => {
      const { rpId } = requirePlace(api, request)
      const page = passkeyPage(await speechFor(api.context.db, request, reply), rpId)
      return sendPage(reply, page, STYLE, { formTarget: null, script: scriptOf(api, request) })
    })
  }
}

/** The script, and what it asks. A link is as long as a token: guesses need no limit. */
export function passkeyScriptRoutes(api: Api, challenges: Challenges): FastifyPluginAsync {
  const { db } = api.context
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const script = await readFile(SCRIPT)
    app.get('/oauth/passkey.js', OPEN, async (_request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(script),
    )
    app.post('/oauth/passkey/use', OPEN, async (request) => {
      requireOwnOrigin(request)
      return beginUsing(challenges, requirePlace(api, request))
    })
    app.post('/oauth/passkey/make', { ...OPEN, schema: { body: LinkForm } }, async (request) => {
      const place = await requireLink(api, request, request.body.link)
      return beginMaking(db, challenges, place, await ownerHandle(db))
    })
    app.post('/oauth/passkey', { ...OPEN, schema: { body: NewForm } }, async (request) => {
      const { link, name, response } = request.body
      const place = await requireLink(api, request, link)
      const made = {
        response: response as unknown as RegistrationResponseJSON,
        name: passkeyName(name),
      }
      await finishMaking(db, challenges, place, made, api.now(), async (tx) => {
        if (!(await takePasskeyLink(tx, link))) throw usedLink()
      })
      return {}
    })
  }
}

/** The only script that a page of sign-in may run. */
export const scriptOf = (api: Api, request: FastifyRequest): string =>
  `${originOf(api, request)}/oauth/passkey.js`

/** @throws HomebirdError FORBIDDEN for a page of another site, and for a link that is old, used or of another host */
async function requireLink(api: Api, request: FastifyRequest, link: string): Promise<PasskeyPlace> {
  requireOwnOrigin(request)
  const place = requirePlace(api, request)
  if (await isPasskeyLink(api.context.db, link, place.rpId, api.now())) return place
  throw usedLink()
}

const usedLink = (): HomebirdError =>
  pageError('FORBIDDEN', 'passkey.used_link', 'a link to make a passkey is not good')

/** @throws HomebirdError UNPROCESSABLE for a home that is reached by a number */
export function requirePlace(api: Api, request: FastifyRequest): PasskeyPlace {
  const place = passkeyPlace(originOf(api, request))
  if (place !== null) return place
  throw pageError(
    'UNPROCESSABLE',
    'refused.no_name',
    'no passkey is possible where the home is reached by a number',
  )
}

/**
 * The answer of a browser, sent in the field of a form.
 * @throws HomebirdError UNPROCESSABLE for every other text
 */
export async function parsePasskeyText(text: string): Promise<Static<typeof PasskeyAnswer>> {
  const { Value } = await import('typebox/value')
  const answer = normalize(PasskeyAnswer, parseJson(text))
  if (Value.Check(PasskeyAnswer, answer)) return answer
  throw new HomebirdError('UNPROCESSABLE', 'a field holds no answer of a passkey')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // which is no answer either
  }
}
