/** Apps that may ask for access, and the addresses to which they are answered. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { hashSecret, isSecret, newSecret } from './secrets.ts'

export type AppRow = Row<'oauth_apps'>

/** The code is shown to the person, who types it into the app. */
export const OUT_OF_BAND_URI = 'urn:ietf:wg:oauth:2.0:oob'

const MAX_REDIRECT_URIS = 20
const MAX_URI_LENGTH = 2_000
/** Schemes that run or show something instead of leading to an app. */
const REFUSED_SCHEMES: ReadonlySet<string> = new Set(
  'javascript: data: vbscript: file: blob: about: view-source: ws: wss: ftp: filesystem: mailto: tel: sms: intent:'.split(
    ' ',
  ),
)
/** By its number alone: a name such as localhost may lead elsewhere. @see RFC 8252 7.3 and 8.3 */
const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|\[::1\])(?::\d{1,5})?(?=[/?]|$)/
/** An app that nobody ever gave access to is forgotten then. */
const UNUSED_APP_DAYS = 30

export interface AppDraft {
  readonly name: string
  readonly website: string | null
  readonly redirectUris: readonly string[]
  readonly scopes: readonly string[]
}

export interface RegisteredApp {
  readonly app: AppRow
  /** Nowhere else and never again. */
  readonly clientSecret: string
}

export async function registerApp(db: Querier, draft: AppDraft, now: Date): Promise<RegisteredApp> {
  await forgetUnusedApps(db, now)
  const clientSecret = newSecret()
  const app = await db
    .insertInto('oauth_apps')
    .values({
      client_id: newSecret(),
      client_secret_hash: hashSecret(clientSecret),
      name: draft.name,
      website: draft.website,
      redirect_uris: parseRedirectUris(draft.redirectUris),
      scopes: [...draft.scopes],
      created_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  return { app, clientSecret }
}

/** Everybody may register apps. One that had access once stays: web apps keep what they are known as for ever. */
async function forgetUnusedApps(db: Querier, now: Date): Promise<void> {
  const before = new Date(now.getTime() - UNUSED_APP_DAYS * 86_400_000)
  await sql`
    delete from oauth_apps
     where created_at < ${before}
       and not exists (select from oauth_tokens where app_id = oauth_apps.id and actor_id is not null)
       and not exists (select from oauth_tokens where app_id = oauth_apps.id and last_used_at > ${before})
       and not exists (select from oauth_codes where app_id = oauth_apps.id)`.execute(db)
}

/**
 * Absolute addresses without fragment, of the web or of an app's own scheme; kept as written, since they are compared
 * letter by letter.
 * @throws HomebirdError UNPROCESSABLE naming the first that cannot be used
 */
export function parseRedirectUris(given: readonly string[]): string[] {
  const uris = [...new Set(given.map((uri) => uri.trim()).filter((uri) => uri !== ''))]
  if (uris.length === 0) throw refusedUri('is missing')
  if (uris.length > MAX_REDIRECT_URIS)
    throw refusedUri(`is given ${uris.length} times; the limit is ${MAX_REDIRECT_URIS}`)
  for (const uri of uris) {
    const flaw = redirectFlaw(uri)
    if (flaw !== null) throw refusedUri(flaw)
  }
  return uris
}

function redirectFlaw(uri: string): string | null {
  if (uri === OUT_OF_BAND_URI) return null
  // Kept as written it becomes a header, in which nothing but ASCII can stand.
  if (uri.length > MAX_URI_LENGTH || !/^[\x21-\x7e]+$/.test(uri) || !URL.canParse(uri))
    return 'must be an absolute URI'
  const { protocol, hash, username, password, host } = new URL(uri)
  if (REFUSED_SCHEMES.has(protocol)) return 'has a forbidden scheme'
  if (hash !== '' || uri.includes('#')) return 'cannot contain a fragment'
  if (username !== '' || password !== '') return 'cannot contain a password'
  const isWeb = protocol === 'https:' || protocol === 'http:'
  // A URL may have a host with `;` in it, which would end a directive of the content policy of the consent page.
  return isWeb && !/^[\w.:[\]-]+$/.test(host) ? 'must be an absolute URI' : null
}

/**
 * Letter by letter, but that an app on the same computer is given its port by the system when it starts.
 * @see RFC 8252 7.3; security rule 70
 */
export function isRegisteredUri(registered: readonly string[], uri: string): boolean {
  if (registered.includes(uri)) return true
  if (!LOOPBACK.test(uri) || redirectFlaw(uri) !== null) return false
  return registered.some((one) => LOOPBACK.test(one) && withoutPort(one) === withoutPort(uri))
}

const withoutPort = (uri: string): string =>
  uri.replace(LOOPBACK, (origin) => origin.replace(/:\d{1,5}$/, ''))

function refusedUri(flaw: string): HomebirdError {
  return new HomebirdError('UNPROCESSABLE', `a redirect URI ${flaw}`, {
    safe: `Validation failed: Redirect URI ${flaw}`,
  })
}

export async function findAppByClientId(db: Querier, clientId: string): Promise<AppRow | undefined> {
  if (clientId === '' || clientId.length > 200) return undefined
  return db.selectFrom('oauth_apps').selectAll().where('client_id', '=', clientId).executeTakeFirst()
}

/** The app whose id and secret these are, or undefined. */
export async function findAppBySecret(
  db: Querier,
  clientId: string,
  clientSecret: string,
): Promise<AppRow | undefined> {
  const app = await findAppByClientId(db, clientId)
  return app !== undefined && isSecret(clientSecret, app.client_secret_hash) ? app : undefined
}
