/** The checks that end the first run: each proves one part of the home by using it. */
import { createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import fastify from 'fastify'
import type { JsonObject } from '../../activitypub/json.ts'
import { parseWebfinger, webfingerUrl } from '../../activitypub/webfinger.ts'
import type { CheckName, CheckResult } from '../../contracts/owner-api.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import { UNPUBLISHED_DOMAIN } from '../../domain/owner/own-uris.ts'
import { isHomeSetUp } from '../../domain/owner/set-up.ts'
import { openSurface } from '../federation/surface.ts'
import { wellKnownRoutes } from '../federation/well-known-routes.ts'
import type { HttpContext } from '../http-context.ts'
import { OWN_COMPILERS } from '../plugins/own-compilers.ts'
import { runOutsideChecks } from './outside-checks.ts'

/** @param identityId  the identity whose keys and handle are tried */
export async function runChecks(context: HttpContext, identityId: string): Promise<CheckResult[]> {
  const [inside, outside] = await Promise.all([
    Promise.all([
      runCheck(context, 'database', async () => isHomeSetUp(context.db)),
      runCheck(context, 'keys', async () => checkKeys(context, identityId)),
      runCheck(context, 'webfinger', async () => checkWebfinger(context, identityId)),
    ]),
    outsideChecks(context, identityId),
  ])
  return [...inside, ...outside]
}

/** A home that is only on this computer has no address to be asked. */
async function outsideChecks(context: HttpContext, identityId: string): Promise<CheckResult[]> {
  const profile = await context.db
    .selectFrom('actors')
    .innerJoin('domains', 'domains.id', 'actors.domain_id')
    .select(['actors.uri', 'actors.username', 'domains.domain', 'domains.service_host as serviceHost'])
    .where('actors.id', '=', identityId)
    .executeTakeFirst()
  if (profile === undefined || profile.domain === UNPUBLISHED_DOMAIN) return []
  return runOutsideChecks(context, profile)
}

async function runCheck(
  context: HttpContext,
  name: CheckName,
  check: () => Promise<unknown>,
): Promise<CheckResult> {
  const startedMs = context.clock.monotonicMs()
  const answer = (isGood: boolean, reason: string | null): CheckResult => ({
    name,
    isGood,
    flaw: null,
    reason,
    ms: Math.round(context.clock.monotonicMs() - startedMs),
  })
  try {
    await check()
    return answer(true, null)
  } catch (error) {
    context.log.warn({ event: 'owner.check_failed', check: name, error })
    return answer(false, error instanceof HomebirdError ? error.message : describeError(error).slice(0, 200))
  }
}

/** What the private half signs, the public half that others are shown must confirm. */
export async function checkKeys({ db, home }: HttpContext, identityId: string): Promise<void> {
  for (const algorithm of ['rsa', 'ed25519'] as const) {
    const { keyUri, privateKey } = await home.signingKey(identityId, algorithm)
    const stored = await db
      .selectFrom('actor_keys')
      .select('public_key_pem')
      .where('key_uri', '=', keyUri)
      .executeTakeFirst()
    const message = randomBytes(32)
    const hash = algorithm === 'rsa' ? 'sha256' : null
    const isConfirmed =
      stored !== undefined &&
      verify(hash, message, createPublicKey(stored.public_key_pem), sign(hash, message, privateKey))
    if (!isConfirmed) {
      throw new HomebirdError('SIGNING_KEY_MISSING', `the halves of the ${algorithm} key do not fit`)
    }
  }
}

/** Asks the routes of the public listener for the own handle, as another server would, and reads the answer as it would. */
export async function checkWebfinger(context: HttpContext, identityId: string): Promise<void> {
  const own = await context.db
    .selectFrom('actors')
    .select(['username', 'handle_domain', 'uri'])
    .where('id', '=', identityId)
    .executeTakeFirstOrThrow()
  const handle = `${own.username}@${own.handle_domain}`
  const surface = openSurface(context)
  const app = fastify({ logger: false, ...OWN_COMPILERS })
  try {
    await app.register(wellKnownRoutes(surface))
    const path = new URL(webfingerUrl(own.handle_domain, `acct:${handle}`))
    const answer = await app.inject({ url: `${path.pathname}${path.search}`, headers: { host: path.host } })
    const facts = answer.statusCode === 200 ? parseWebfinger(answer.json<JsonObject>()) : null
    if (facts?.selfUri !== own.uri || facts.subject?.host !== own.handle_domain) {
      throw new HomebirdError('NOT_FOUND', `WebFinger answers ${answer.statusCode} for ${handle}`)
    }
  } finally {
    await app.close()
  }
}
