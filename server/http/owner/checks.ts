/** The checks that end the first run: each proves one part of the home by using it. */
import { createPublicKey, randomBytes, sign, verify } from 'node:crypto'
import { sql } from 'kysely'
import { parseWebfinger, parseWebfingerResource, webfingerDocument } from '../../activitypub/webfinger.ts'
import type { CheckName, CheckResult } from '../../contracts/owner-api.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import type { Row } from '../../db/tables.ts'
import type { HttpContext } from '../http-context.ts'

type Parts = Pick<HttpContext, 'db' | 'home' | 'clock' | 'log'>

/** @param identityId  the identity whose keys and handle are tried */
export async function runChecks(context: Parts, identityId: string): Promise<CheckResult[]> {
  return Promise.all([
    runCheck(context, 'database', async () => sql`select 1`.execute(context.db)),
    runCheck(context, 'keys', async () => checkKeys(context, identityId)),
    runCheck(context, 'webfinger', async () => checkWebfinger(context, identityId)),
  ])
}

async function runCheck(
  context: Parts,
  name: CheckName,
  check: () => Promise<unknown>,
): Promise<CheckResult> {
  const startedMs = context.clock.monotonicMs()
  const answer = (isGood: boolean, reason: string | null): CheckResult => ({
    name,
    isGood,
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
async function checkKeys({ db, home }: Parts, identityId: string): Promise<void> {
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

/** Asks for the own handle as another server would, and reads the answer as it would. */
async function checkWebfinger(context: Parts, identityId: string): Promise<void> {
  const own = await context.db
    .selectFrom('actors')
    .selectAll()
    .where('id', '=', identityId)
    .executeTakeFirstOrThrow()
  const handle = `${own.username}@${own.handle_domain}`
  const asked = parseWebfingerResource(`acct:${handle}`)
  const found = asked?.kind === 'acct' ? await findOwnActor(context, asked.username, asked.host) : undefined
  const facts =
    found === undefined
      ? null
      : parseWebfinger(
          webfingerDocument({
            username: found.username,
            handleDomain: found.handle_domain,
            actorUri: found.uri,
            pageUrl: found.page_url,
            subscribeTemplate: null,
          }),
        )
  if (facts?.selfUri !== own.uri || facts.subject?.host !== own.handle_domain) {
    throw new HomebirdError('NOT_FOUND', `${handle} is not found by its handle`)
  }
}

async function findOwnActor(
  { db, home }: Parts,
  username: string,
  host: string,
): Promise<Row<'actors'> | undefined> {
  if (!home.isOwnHost(host)) return undefined
  return db
    .selectFrom('actors')
    .selectAll()
    .where('username', '=', username)
    .where('handle_domain', '=', host)
    .where('domain_id', 'is not', null)
    .executeTakeFirst()
}
