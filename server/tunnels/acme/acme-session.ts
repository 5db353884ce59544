/**
 * Speaks to an authority as one account: finds its addresses, signs what is asked, makes the account when there is none. The
 * owner has agreed to the terms by choosing a way in that wants a certificate.
 * @see RFC 8555, 6 (signed requests), 7.1.1 (directory), 7.3 (account)
 */
import { type KeyObject, createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import type { Clock } from '../../core/clock.ts'
import { HomebirdError } from '../../core/errors.ts'
import type { AcmeAnswer, AcmeCalls } from '../../net/acme-calls.ts'
import { parseRetryAfter } from '../../net/retry-after.ts'
import { makeKeyPair, pemOfKey } from './certificate-shapes.ts'

export interface AcmeAccount {
  readonly directory: string
  /** By which the authority knows it; null until it has been told of it. */
  readonly url: string | null
  /** PEM. */
  readonly key: string
}

export interface AcmeAccounts {
  read(): AcmeAccount | null
  write(account: AcmeAccount): void
}

export interface AcmeSessionParts {
  readonly directory: string
  readonly email: string | null
  readonly calls: AcmeCalls
  readonly accounts: AcmeAccounts
  readonly clock: Clock
  readonly signal: AbortSignal
}

export type Json = Readonly<Record<string, unknown>>

export interface AcmeReply {
  readonly status: number
  /** Empty for what is no JSON object. */
  readonly json: Json
  readonly text: string
  readonly location: string | null
  readonly retryAfterSeconds: number | null
}

const MOST_TRIES = 4
const MOST_WORDS = 240
const ERROR = 'urn:ietf:params:acme:error:'

export class AcmeSession {
  readonly #parts: AcmeSessionParts
  #directory: Json = {}
  #account: AcmeAccount
  #key: KeyObject
  #nonce: string | null = null

  constructor(parts: AcmeSessionParts) {
    this.#parts = parts
    const kept = parts.accounts.read()
    this.#account =
      kept?.directory === parts.directory
        ? kept
        : { directory: parts.directory, url: null, key: pemOfKey(makeKeyPair().privateKey) }
    this.#key = createPrivateKey(this.#account.key)
  }

  /** @throws HomebirdError with what the authority answers instead */
  async open(): Promise<void> {
    this.#directory = jsonOf(await this.#call('GET', this.#parts.directory, null))
    const { meta } = this.#directory
    if (isJson(meta) && meta['externalAccountRequired'] === true)
      throw new HomebirdError(
        'UNAVAILABLE',
        `${this.#parts.directory} wants an account that was made elsewhere; name another in HOMEBIRD_ACME_DIRECTORY`,
      )
    if (this.#account.url === null) await this.#register()
  }

  /** Of the directory; null where the authority has none of it. */
  address(name: string): string | null {
    const found = this.#directory[name]
    return typeof found === 'string' ? found : null
  }

  /** What a challenge's token is answered with. @see RFC 8555, 8.1 */
  keyAuthorization(token: string): string {
    return `${token}.${thumbprint(this.#key)}`
  }

  /** Unsigned. */
  async get(url: string): Promise<AcmeReply> {
    return this.#reply(await this.#call('GET', url, null))
  }

  /** @param payload  null only asks. @throws HomebirdError with what the authority says where it refuses */
  async post(url: string, payload: Json | null): Promise<AcmeReply> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#call('POST', url, await this.#signed(url, payload))
      const reply = this.#reply(answer)
      if (reply.status < 400) return reply
      const type = problemOf(reply.json)
      if (type === 'badNonce' && tries < MOST_TRIES) continue
      if (type === 'accountDoesNotExist' && this.#account.url !== null && tries < MOST_TRIES) {
        this.#account = { ...this.#account, url: null }
        await this.#register()
        continue
      }
      throw new HomebirdError('UNAVAILABLE', `the authority refuses: ${wordsOf(reply.json, reply.status)}`, {
        details: { type, retryAfterSeconds: reply.retryAfterSeconds },
      })
    }
  }

  async #register(): Promise<void> {
    const { email, accounts } = this.#parts
    // Kept before it is told of: a crash in between finds the same account again.
    accounts.write(this.#account)
    const contact = email === null ? {} : { contact: [`mailto:${email}`] }
    const url = this.address('newAccount')
    if (url === null) throw noDirectory(this.#parts.directory)
    const { location } = await this.post(url, { termsOfServiceAgreed: true, ...contact })
    if (location === null) throw new HomebirdError('UNAVAILABLE', 'the authority names no account')
    this.#account = { ...this.#account, url: location }
    accounts.write(this.#account)
  }

  async #signed(url: string, payload: Json | null): Promise<string> {
    const who = this.#account.url === null ? { jwk: jwkOf(this.#key) } : { kid: this.#account.url }
    const head = { alg: 'ES256', nonce: await this.#takeNonce(), url, ...who }
    const protectedPart = base64url(JSON.stringify(head))
    const body = payload === null ? '' : base64url(JSON.stringify(payload))
    const signature = sign('sha256', Buffer.from(`${protectedPart}.${body}`), {
      key: this.#key,
      dsaEncoding: 'ieee-p1363',
    })
    return JSON.stringify({
      protected: protectedPart,
      payload: body,
      signature: signature.toString('base64url'),
    })
  }

  async #takeNonce(): Promise<string> {
    if (this.#nonce === null) {
      const url = this.address('newNonce')
      if (url === null) throw noDirectory(this.#parts.directory)
      await this.#call('HEAD', url, null)
    }
    const nonce = this.#nonce
    this.#nonce = null
    if (nonce === null) throw new HomebirdError('UNAVAILABLE', 'the authority gives no nonce')
    return nonce
  }

  async #call(method: 'GET' | 'HEAD' | 'POST', url: string, body: string | null): Promise<AcmeAnswer> {
    const answer = await this.#parts.calls({ method, url, body, signal: this.#parts.signal })
    const nonce = answer.headers['replay-nonce']
    if (typeof nonce === 'string' && /^[\w-]{1,512}$/.test(nonce)) this.#nonce = nonce
    return answer
  }

  #reply(answer: AcmeAnswer): AcmeReply {
    return {
      status: answer.status,
      json: jsonOf(answer),
      text: answer.body.toString('utf8'),
      location: answer.headers.location ?? null,
      retryAfterSeconds: parseRetryAfter(answer.headers['retry-after'], this.#parts.clock.now()),
    }
  }
}

const noDirectory = (url: string): HomebirdError =>
  new HomebirdError('UNAVAILABLE', `${url} is no directory of an authority; look at HOMEBIRD_ACME_DIRECTORY`)

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function jsonOf({ body }: AcmeAnswer): Json {
  try {
    const parsed = JSON.parse(body.toString('utf8')) as unknown
    return isJson(parsed) ? parsed : {}
  } catch {
    return {} // a page of a proxy, or a chain of certificates
  }
}

/** The last part of its name, such as `rateLimited`; empty where it has none. */
const problemOf = ({ type }: Json): string => (typeof type === 'string' ? type.replace(ERROR, '') : '')

/** Its own words, in one short line: they are shown to the owner. */
export function wordsOf(problem: unknown, status: number): string {
  const { detail, type } = isJson(problem) ? problem : {}
  const said = typeof detail === 'string' ? detail : typeof type === 'string' ? type : `it answers ${status}`
  return said.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').slice(0, MOST_WORDS)
}

const base64url = (text: string): string => Buffer.from(text).toString('base64url')

function jwkOf(key: KeyObject): Readonly<Record<'crv' | 'kty' | 'x' | 'y', string>> {
  const { crv = '', kty = '', x = '', y = '' } = createPublicKey(key).export({ format: 'jwk' })
  return { crv, kty, x, y }
}

/** The members in this order, without white space. @see RFC 7638, 3 */
const thumbprint = (key: KeyObject): string =>
  createHash('sha256')
    .update(JSON.stringify(jwkOf(key)))
    .digest('base64url')
