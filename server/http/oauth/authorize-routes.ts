/** The owner decides about an app: consent, and the answer to the app. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { isContentKey } from '../../storage/media-store.ts'
import { type Actor, listIdentities } from '../../domain/actors/actor.ts'
import { issueCode } from '../../domain/oauth/codes.ts'
import { scopesAsMay } from '../../domain/oauth/scopes.ts'
import { endSignIn } from '../../domain/oauth/sign-ins.ts'
import { UNPUBLISHED_DOMAIN } from '../../domain/owner/own-uris.ts'
import { askForPatience, noteError, toHomebirdError } from '../plugins/answers.ts'
import { OPEN } from '../client-api/access.ts'
import type { Api, ApiApp } from '../client-api/api.ts'
import { originOf } from '../client-api/pages.ts'
import {
  AUTHORIZE_MEMBERS,
  type AuthorizeParams,
  type AuthorizeRequest,
  answerUri,
  checkAuthorizeRequest,
} from './authorize-request.ts'
import { PLAIN, clearSignInCookie, formToken, requireOwnForm, sendPage, signInTokenOf } from './page-guard.ts'
import { pageError, refusalOf } from './page-error.ts'
import { type AnswerPlace, STYLE, codePage, consentPage, deniedPage, refusedPage } from './pages.ts'
import { FORM_MEMBERS, fieldsOf, isRequestSignedIn, showSignIn } from './sign-in-routes.ts'
import { speechFor } from './words/speech.ts'

const Text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))
const Query = Type.Object(AUTHORIZE_MEMBERS)
const ConsentForm = Type.Object({ ...FORM_MEMBERS, decision: Text(10), identity: Text(40) })

export function authorizeRoutes(api: Api): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    app.get('/oauth/authorize', { ...OPEN, schema: { querystring: Query } }, async (request, reply) =>
      showAuthorize(api, request, reply, request.query),
    )
    app.post('/oauth/authorize', { ...OPEN, schema: { body: ConsentForm } }, async (request, reply) =>
      decide(api, request, reply, request.body),
    )
  }
}

/** A person reads these; the technical half is for the log. */
export function errorPages({ context }: Api) {
  return async (raw: unknown, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const error = toHomebirdError(raw)
    noteError(context.log, error, request)
    askForPatience(reply, error)
    // A database that did not answer is not asked in which language to say so.
    const speech = await speechFor(error.status === 503 ? null : context.db, request, reply)
    const page = refusedPage(speech, refusalOf(error))
    return sendPage(reply.code(error.status), page, STYLE, PLAIN)
  }
}

async function showAuthorize(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  params: AuthorizeParams,
): Promise<FastifyReply> {
  const checked = await checkAuthorizeRequest(api.context.db, params, originOf(api, request))
  if (!checked.isGood) return reply.redirect(checked.redirect, 302)
  const isIn = params.force_login !== true && (await isRequestSignedIn(api, request))
  return isIn
    ? showConsent(api, request, reply, checked.request)
    : showSignIn(api, request, reply, checked.request, 'asked')
}

async function showConsent(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: AuthorizeRequest,
): Promise<FastifyReply> {
  const identities = await listIdentities(api.context.db)
  const page = consentPage(await speechFor(api.context.db, request, reply), {
    appName: wanted.app.name,
    website: wanted.app.website,
    answered: answeredAt(wanted),
    may: scopesAsMay(wanted.scopes),
    identities: identities.map((identity) => ({
      id: identity.id,
      name: identity.display_name === '' ? identity.username : identity.display_name,
      handle: handleOf(identity),
      avatar: pathOf(api.urls.avatar(identity)),
    })),
    fields: fieldsOf(wanted, formToken(request, reply, 'consent')),
  })
  return sendPage(reply, page, STYLE, {
    ...PLAIN,
    formTarget: wanted.isOutOfBand ? null : wanted.redirectUri,
  })
}

/** Whole, but for a home without a name that anybody would know. */
function handleOf({ username, handle_domain: domain }: Actor): string {
  return domain === null || domain === UNPUBLISHED_DOMAIN ? `@${username}` : `@${username}@${domain}`
}

/** The page is this host's, by whatever name it was reached, and shows no other: own files are here too where they are given out elsewhere. */
function pathOf(url: string): string {
  const { pathname } = URL.parse(url) ?? { pathname: url }
  const key = pathname.split('/').slice(-2).join('/')
  return isContentKey(key) ? `/media/${key}` : pathname
}

function answeredAt({ redirectUri, isOutOfBand }: AuthorizeRequest): AnswerPlace {
  if (isOutOfBand) return { kind: 'code' }
  const { protocol, host } = new URL(redirectUri)
  const isWeb = protocol === 'https:' || protocol === 'http:'
  return isWeb ? { kind: 'host', host } : { kind: 'device' }
}

async function decide(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Static<typeof ConsentForm>,
): Promise<FastifyReply> {
  const { db } = api.context
  requireOwnForm(request, 'consent', form.form_token)
  const checked = await checkAuthorizeRequest(db, form, originOf(api, request))
  if (!checked.isGood) return reply.redirect(checked.redirect, 303)
  const wanted = checked.request
  if (!(await isRequestSignedIn(api, request))) return showSignIn(api, request, reply, wanted, 'asked')
  const identity = await chosenIdentity(api, form.identity)
  await endRequestSignIn(api, request, reply)
  if (form.decision !== 'allow') return refuseApp(api, request, reply, wanted)
  const code = await issueCode(
    db,
    {
      appId: wanted.app.id,
      actorId: identity.id,
      redirectUri: wanted.redirectUri,
      scopes: wanted.scopes,
      codeChallenge: wanted.codeChallenge,
    },
    api.now(),
  )
  if (wanted.isOutOfBand) {
    const speech = await speechFor(db, request, reply)
    return sendPage(reply, codePage(speech, wanted.app.name, code), STYLE, PLAIN)
  }
  const answer = { code, state: wanted.state, iss: wanted.issuer }
  return reply.redirect(answerUri(wanted.redirectUri, answer), 303)
}

/** One decision for one sign-in: whoever sits down after the owner finds nothing open. */
async function endRequestSignIn(api: Api, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const token = signInTokenOf(request)
  if (token !== null) await endSignIn(api.context.db, token)
  clearSignInCookie(reply)
}

async function chosenIdentity(api: Api, id: string | undefined): Promise<Actor> {
  const identities = await listIdentities(api.context.db)
  const chosen = identities.find((identity) => identity.id === id)
  if (chosen !== undefined) return chosen
  throw pageError('UNPROCESSABLE', 'refused.identity', 'the identity of a consent is none of this home')
}

async function refuseApp(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: AuthorizeRequest,
): Promise<FastifyReply> {
  if (wanted.isOutOfBand) {
    return sendPage(reply, deniedPage(await speechFor(api.context.db, request, reply)), STYLE, PLAIN)
  }
  const description = 'The owner of this home gave no access.'
  const answer = {
    error: 'access_denied',
    error_description: description,
    state: wanted.state,
    iss: wanted.issuer,
  }
  return reply.redirect(answerUri(wanted.redirectUri, answer), 303)
}
