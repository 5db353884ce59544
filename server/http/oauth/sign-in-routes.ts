/** The owner signs in on the public listener, to answer an app: by password and code, or by passkey. */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import type { AuthenticationResponseJSON } from '@simplewebauthn/server'
import { type Static, Type } from 'typebox'
import { isHomebirdError } from '../../core/errors.ts'
import { isKnownDevice, rememberDevice } from '../../domain/oauth/known-devices.ts'
import { endSignIn, isSignedIn, openSignIn } from '../../domain/oauth/sign-ins.ts'
import { UNPUBLISHED_DOMAIN } from '../../domain/owner/own-uris.ts'
import type { Challenges } from '../../domain/sign-in/challenges.ts'
import { finishUsing, hasPasskeys, passkeyPlace } from '../../domain/sign-in/passkeys.ts'
import { asksForCode, proveOwner } from '../../domain/sign-in/prove-owner.ts'
import { OPEN } from '../client-api/access.ts'
import type { Api, ApiApp } from '../client-api/api.ts'
import { originOf } from '../client-api/pages.ts'
import { AUTHORIZE_MEMBERS, type AuthorizeRequest, checkAuthorizeRequest } from './authorize-request.ts'
import {
  deviceTokenOf,
  formToken,
  requireOwnForm,
  sendPage,
  setDeviceCookie,
  setSignInCookie,
  signInTokenOf,
} from './page-guard.ts'
import { parsePasskeyText, requirePlace, scriptOf } from './passkey-pages.ts'
import { pageError } from './page-error.ts'
import { STYLE, signInPage } from './pages.ts'
import { SignInGate } from './sign-in-gate.ts'
import { speechFor } from './words/speech.ts'

const Text = (maxLength: number) => Type.Optional(Type.String({ maxLength }))

/** The request of the app goes with every form, and is checked anew with each. */
export const FORM_MEMBERS = { ...AUTHORIZE_MEMBERS, form_token: Text(100) }

const SignInForm = Type.Object({
  ...FORM_MEMBERS,
  password: Text(2_000),
  code: Text(100),
  /** What the device signed, as JSON. */
  passkey: Text(20_000),
})

export function signInRoutes(api: Api, challenges: Challenges): FastifyPluginAsync {
  return async (plain) => {
    const app: ApiApp = plain.withTypeProvider()
    const desk: Desk = { api, challenges, gate: new SignInGate(api.context.clock) }
    app.post('/oauth/sign-in', { ...OPEN, schema: { body: SignInForm } }, async (request, reply) =>
      signIn(desk, request, reply, request.body),
    )
  }
}

interface Desk {
  readonly api: Api
  readonly challenges: Challenges
  readonly gate: SignInGate
}

export async function isRequestSignedIn(api: Api, request: FastifyRequest): Promise<boolean> {
  const token = signInTokenOf(request)
  return token !== null && isSignedIn(api.context.db, token, api.now())
}

/** The request itself travels with the forms and is checked anew with each. */
export function fieldsOf(request: AuthorizeRequest, token: string): Record<string, string> {
  return {
    response_type: 'code',
    client_id: request.app.client_id,
    redirect_uri: request.redirectUri,
    scope: request.scopes.join(' '),
    ...(request.state === null ? {} : { state: request.state }),
    ...(request.codeChallenge === null
      ? {}
      : { code_challenge: request.codeChallenge, code_challenge_method: 'S256' }),
    form_token: token,
  }
}

/** @param why  `wrong` after a try that did not do: which half was wrong is not said */
export async function showSignIn(
  api: Api,
  request: FastifyRequest,
  reply: FastifyReply,
  wanted: AuthorizeRequest,
  why: 'asked' | 'wrong',
): Promise<FastifyReply> {
  const { db, home } = api.context
  const place = passkeyPlace(originOf(api, request))
  const [asks, takesPasskey] = await Promise.all([
    asksForCode(db),
    place === null ? false : hasPasskeys(db, place.rpId),
  ])
  const page = signInPage(await speechFor(db, request, reply), {
    appName: wanted.app.name,
    domain: nameOf(home.primaryDomain()?.domain),
    fields: fieldsOf(wanted, formToken(request, reply, 'sign in')),
    isWrong: why === 'wrong',
    asksForCode: asks,
    takesPasskey,
  })
  const script = takesPasskey ? scriptOf(api, request) : null
  return sendPage(reply.code(why === 'wrong' ? 422 : 200), page, STYLE, { formTarget: null, script })
}

/** A home that is only on its computer has no name that anybody would know. */
function nameOf(domain: string | undefined): string | null {
  return domain === undefined || domain === UNPUBLISHED_DOMAIN ? null : domain
}

/** @throws HomebirdError RATE_LIMITED when there were too many wrong tries from where this comes */
async function signIn(
  desk: Desk,
  request: FastifyRequest,
  reply: FastifyReply,
  form: Static<typeof SignInForm>,
): Promise<FastifyReply> {
  const { api, gate } = desk
  const { db } = api.context
  requireOwnForm(request, 'sign in', form.form_token)
  const checked = await checkAuthorizeRequest(db, form, originOf(api, request))
  if (!checked.isGood) return reply.redirect(checked.redirect, 303)
  const device = await knownDeviceOf(api, request)
  takeTry(gate, device)
  if (!(await isOwner(desk, request, device, form))) {
    return showSignIn(api, request, reply, checked.request, 'wrong')
  }
  gate.giveBack(device)
  if (device === null) {
    setDeviceCookie(reply, await rememberDevice(db, request.headers['user-agent'] ?? '', api.now()))
  }
  const former = signInTokenOf(request)
  if (former !== null) await endSignIn(db, former)
  setSignInCookie(reply, await openSignIn(db, request.headers['user-agent'] ?? '', api.now()))
  const { form_token: _token, ...params } = fieldsOf(checked.request, '')
  return reply.redirect(`/oauth/authorize?${new URLSearchParams(params)}`, 303)
}

async function isOwner(
  desk: Desk,
  request: FastifyRequest,
  device: string | null,
  form: Static<typeof SignInForm>,
): Promise<boolean> {
  const { api, gate } = desk
  if (form.passkey !== undefined && form.passkey !== '') return isOwnersPasskey(desk, request, form.passkey)
  const proof = { password: form.password ?? '', code: form.code ?? '' }
  const takesSteps = gate.takeCode(device)
  const verdict = await proveOwner(api.context.db, proof, api.now(), takesSteps)
  if (takesSteps && verdict !== 'wrong_code') gate.giveCodeBack(device)
  return verdict === 'proved'
}

async function isOwnersPasskey(
  { api, challenges }: Desk,
  request: FastifyRequest,
  text: string,
): Promise<boolean> {
  try {
    const response = (await parsePasskeyText(text)) as unknown as AuthenticationResponseJSON
    await finishUsing(api.context.db, challenges, requirePlace(api, request), response, api.now())
    return true
  } catch (error) {
    if (isHomebirdError(error, 'UNPROCESSABLE')) return false
    throw error
  }
}

async function knownDeviceOf(api: Api, request: FastifyRequest): Promise<string | null> {
  const token = deviceTokenOf(request)
  return token !== null && (await isKnownDevice(api.context.db, token, api.now())) ? token : null
}

function takeTry(gate: SignInGate, device: string | null): void {
  const retryAfterSeconds = gate.take(device)
  if (retryAfterSeconds === 0) return
  const who = device === null ? 'browsers that are not known' : 'a known browser'
  throw pageError('RATE_LIMITED', 'refused.too_often', `too many wrong tries from ${who}`, {
    retryAfterSeconds,
  })
}
