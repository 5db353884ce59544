/**
 * The only way out: every request of the program to another machine is made here. Public addresses, https, bounded
 * bytes, bounded time, bounded connections; no cookie, no referrer, nothing carried from one origin to another.
 */
import { type HomebirdError, isHomebirdError } from '../core/errors.ts'
import { createAddressGuard } from './address-guard.ts'
import { ACCEPT_ENCODING, contentEncodingOf, decodeBody, decodeStream } from './body-reader.ts'
import { ConnectionPool } from './connection-pool.ts'
import { createConnector } from './connector.ts'
import { Deadline } from './deadline.ts'
import { tracedExchange } from './exchange-span.ts'
import {
  type ExchangeRequest,
  type ExchangeResult,
  type PlanBody,
  runExchange,
  StaleConnection,
} from './exchange.ts'
import { fetchFailed, fetchRefused } from './fetch-errors.ts'
import { SAMPLE, alternateOf, documentPlan, mediaPlan, redirectTarget } from './fetch-plans.ts'
import {
  type DocumentOptions,
  FETCH_LIMITS,
  type FetchedDocument,
  type FetchedMedia,
  type HeaderRecord,
  type JsonOptions,
  type MediaOptions,
  type OutgoingOrder,
  type OutgoingPost,
  type OutgoingPush,
  type PostOutcome,
  type SafeFetch,
  type SafeFetchOptions,
  type ServiceQuestion,
  type SignHop,
} from './fetch-types.ts'
import { createHostResolver, type HostResolver } from './host-resolver.ts'
import { ACTIVITY_ACCEPT, isActivityType, parseMediaType } from './media-type.ts'
import { parseRemoteUrl, type RemoteUrl } from './origin.ts'
import { parseRetryAfter } from './retry-after.ts'

export type { SafeFetch, SafeFetchOptions } from './fetch-types.ts'

/** One answered hop. */
interface Answer extends ExchangeResult {
  readonly url: RemoteUrl
}

/** How long one call may take. */
interface Timing {
  readonly totalMs?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly readSeconds?: number | undefined
}

/** What one call asks for, the same over all its hops. */
interface Call {
  readonly sign: SignHop | undefined
  readonly headers: HeaderRecord
  readonly planBody: (url: RemoteUrl) => PlanBody
  readonly deadline: Deadline
  redirects: number
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Headers that the connection, or nobody, may set. */
const FORBIDDEN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'cookie',
  'authorization',
  'proxy-authorization',
  'referer',
  'origin',
])
const EXCERPT_LENGTH = 500
const JSON_TYPE = 'application/json'

/** `Homebird/<version> (+https://<service domain>/)`; a home without an address yet says only what it is. */
export function userAgentOf(version: string, serviceDomain: string | null): string {
  return serviceDomain === null ? `Homebird/${version}` : `Homebird/${version} (+https://${serviceDomain}/)`
}

/** Opens the way out of one process; `close` ends it. */
export function createSafeFetch(options: SafeFetchOptions): SafeFetch {
  return new Fetcher(options)
}

class Fetcher implements SafeFetch {
  readonly #options: SafeFetchOptions
  readonly #resolver: HostResolver
  readonly #pool: ConnectionPool
  readonly #running = new Set<Deadline>()
  #closed = false

  constructor(options: SafeFetchOptions) {
    this.#options = options
    const { clock, hostAddresses, tlsCa } = options
    const guard = createAddressGuard(options.allowPrivateAddresses)
    const monotonicMs = (): number => clock.monotonicMs()
    this.#resolver = createHostResolver({ servers: options.dnsServers, monotonicMs })
    const connector = createConnector({ guard, resolver: this.#resolver, hostAddresses, tlsCa })
    this.#pool = new ConnectionPool({ clock, connector })
  }

  async fetchDocument(rawUrl: string, options: DocumentOptions = {}): Promise<FetchedDocument> {
    const maxBytes = Math.min(options.maxBytes ?? FETCH_LIMITS.documentBytes, FETCH_LIMITS.documentBytes)
    const accept = options.followAlternate === true ? `${ACTIVITY_ACCEPT}, text/html;q=0.1` : ACTIVITY_ACCEPT
    return this.#inTime(rawUrl, FETCH_LIMITS.documentTotalMs, options, async (deadline) => {
      const call = (isWanted: (contentType: string | undefined) => boolean): Call => ({
        sign: options.sign,
        headers: { accept, 'accept-encoding': ACCEPT_ENCODING },
        planBody: (url) => documentPlan(url, maxBytes, isWanted),
        deadline,
        redirects: 0,
      })
      const isActivity = (contentType: string | undefined): boolean =>
        isActivityType(parseMediaType(contentType))
      const isPage = (contentType: string | undefined): boolean =>
        options.followAlternate === true && parseMediaType(contentType)?.essence === 'text/html'
      const first = call((type) => isActivity(type) || isPage(type))
      const found = await this.#document(parseRemoteUrl(rawUrl), first, maxBytes)
      if (!isPage(found.headers['content-type'])) return found
      const alternate = alternateOf(found)
      return this.#document(alternate, { ...call(isActivity), redirects: first.redirects }, maxBytes)
    })
  }

  async fetchJson(rawUrl: string, options: JsonOptions): Promise<FetchedDocument> {
    const maxBytes = Math.min(options.maxBytes ?? FETCH_LIMITS.documentBytes, FETCH_LIMITS.documentBytes)
    return this.#inTime(rawUrl, FETCH_LIMITS.documentTotalMs, options, async (deadline) => {
      const isWanted = (contentType: string | undefined): boolean =>
        options.types.includes(parseMediaType(contentType)?.essence ?? '')
      const call: Call = {
        sign: options.sign,
        headers: { accept: options.types.join(', '), 'accept-encoding': ACCEPT_ENCODING },
        planBody: (url) => documentPlan(url, maxBytes, isWanted),
        deadline,
        redirects: 0,
      }
      return this.#document(parseRemoteUrl(rawUrl), call, maxBytes)
    })
  }

  async fetchMedia(rawUrl: string, options: MediaOptions = {}): Promise<FetchedMedia> {
    const maxBytes = Math.min(options.maxBytes ?? FETCH_LIMITS.mediaBytes, FETCH_LIMITS.mediaBytes)
    return this.#stream(rawUrl, options, maxBytes, FETCH_LIMITS.mediaTotalMs)
  }

  async fetchProgram(rawUrl: string): Promise<FetchedMedia> {
    return this.#stream(rawUrl, {}, FETCH_LIMITS.programBytes, FETCH_LIMITS.programTotalMs)
  }

  async #stream(
    rawUrl: string,
    options: MediaOptions,
    maxBytes: number,
    limitMs: number,
  ): Promise<FetchedMedia> {
    const deadline = this.#start(rawUrl, limitMs, options)
    try {
      const call: Call = {
        sign: options.sign,
        headers: { accept: options.accept ?? '*/*', 'accept-encoding': 'identity' },
        planBody: (url) => mediaPlan(url, maxBytes),
        deadline,
        redirects: 0,
      }
      const { url, headers, stream } = await this.#follow(parseRemoteUrl(rawUrl), call)
      if (stream === null) throw fetchFailed(url.href, 'protocol', 'the answer has no body')
      const encoding = contentEncodingOf(url.href, headers)
      const body = decodeStream(url.href, encoding, stream, maxBytes)
      stream.once('close', () => this.#end(deadline))
      const length = Number(headers['content-length'] ?? Number.NaN)
      return {
        finalUrl: url.href,
        status: 200,
        contentType: parseMediaType(headers['content-type'])?.essence ?? '',
        contentLength: encoding === 'identity' && Number.isSafeInteger(length) ? length : null,
        headers,
        body,
      }
    } catch (error) {
      this.#end(deadline)
      throw this.#logged(rawUrl, error)
    }
  }

  async postActivity(rawUrl: string, post: OutgoingPost): Promise<PostOutcome> {
    return this.#post(rawUrl, post, { accept: ACTIVITY_ACCEPT })
  }

  async postPush(rawUrl: string, push: OutgoingPush): Promise<PostOutcome> {
    return this.#post(rawUrl, push, { authorization: push.authorization })
  }

  async tellService(rawUrl: string, order: OutgoingOrder): Promise<PostOutcome> {
    const { authorization = null } = order
    return this.#post(rawUrl, order, {
      accept: JSON_TYPE,
      ...(authorization === null ? {} : { authorization }),
    })
  }

  async #post(rawUrl: string, post: OutgoingPost, own: HeaderRecord): Promise<PostOutcome> {
    return this.#inTime(rawUrl, FETCH_LIMITS.documentTotalMs, post, async (deadline) => {
      const url = this.#permitted(parseRemoteUrl(rawUrl))
      const body = typeof post.body === 'string' ? Buffer.from(post.body) : post.body
      const headers = this.#headersFor(url, own, post.headers)
      const answer = await this.#exchange({ method: 'POST', url, headers, body }, () => SAMPLE, deadline)
      const succeeded = answer.status >= 200 && answer.status < 300
      return {
        status: answer.status,
        retryAfterSeconds: this.#retryAfter(answer),
        headers: answer.headers,
        excerpt: succeeded
          ? ''
          : answer.body.toString('utf8', 0, 4 * EXCERPT_LENGTH).slice(0, EXCERPT_LENGTH),
      }
    })
  }

  async askService(rawUrl: string, question: ServiceQuestion): Promise<FetchedDocument> {
    const { json, authorization = null, readSeconds } = question
    return this.#inTime(rawUrl, FETCH_LIMITS.documentTotalMs, { readSeconds }, async (deadline) => {
      const url = this.#permitted(parseRemoteUrl(rawUrl))
      const own = {
        accept: JSON_TYPE,
        'accept-encoding': ACCEPT_ENCODING,
        ...(json === undefined ? {} : { 'content-type': JSON_TYPE }),
        ...(authorization === null ? {} : { authorization }),
      }
      const request = {
        method: json === undefined ? 'GET' : 'POST',
        url,
        headers: this.#headersFor(url, own, {}),
      } as const
      const isWanted = (type: string | undefined): boolean => parseMediaType(type)?.essence === JSON_TYPE
      const plan = documentPlan(url, FETCH_LIMITS.documentBytes, isWanted)
      const body = json === undefined ? {} : { body: Buffer.from(json) }
      return this.#decoded(
        { ...(await this.#exchange({ ...request, ...body }, plan, deadline)), url },
        FETCH_LIMITS.documentBytes,
      )
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const deadline of this.#running)
      deadline.fail(fetchFailed(deadline.url, 'closed', 'the program is ending'))
    this.#resolver.close()
    await this.#pool.close()
  }

  async #inTime<T>(
    rawUrl: string,
    limitMs: number,
    options: Timing,
    work: (deadline: Deadline) => Promise<T>,
  ): Promise<T> {
    const deadline = this.#start(rawUrl, limitMs, options)
    try {
      return await work(deadline)
    } catch (error) {
      throw this.#logged(rawUrl, error)
    } finally {
      this.#end(deadline)
    }
  }

  #start(url: string, limitMs: number, { totalMs, signal, readSeconds }: Timing): Deadline {
    if (this.#closed) throw fetchFailed(url, 'closed', 'the program is ending')
    const { remoteTimeout } = this.#options
    const phases = { ...remoteTimeout, read: Math.max(readSeconds ?? 0, remoteTimeout.read) }
    const deadline = new Deadline({ url, phases, totalMs: Math.min(totalMs ?? limitMs, limitMs), signal })
    this.#running.add(deadline)
    return deadline
  }

  #end(deadline: Deadline): void {
    deadline.end()
    this.#running.delete(deadline)
  }

  /** The error to throw on; what is no failure of an exchange is a mistake of ours and stays what it is. */
  #logged(url: string, error: unknown): unknown {
    if (isHomebirdError(error, 'FETCH_REFUSED'))
      this.#options.log.info({ event: 'fetch.refused', url, error })
    else this.#options.log.debug({ event: 'fetch.failed', url, error })
    return error
  }

  /** Fetches one document, over redirects, and decodes it. */
  async #document(start: RemoteUrl, call: Call, maxBytes: number): Promise<FetchedDocument> {
    return this.#decoded(await this.#follow(start, call), maxBytes)
  }

  /** @throws HomebirdError FETCH_FAILED for any status but 200 */
  async #decoded(answer: Answer, maxBytes: number): Promise<FetchedDocument> {
    const { url, headers, body } = answer
    if (answer.status !== 200) throw this.#refusedStatus(answer)
    return {
      finalUrl: url.href,
      status: 200,
      contentType: parseMediaType(headers['content-type'])?.essence ?? '',
      headers,
      body: await decodeBody(url.href, contentEncodingOf(url.href, headers), body, maxBytes),
    }
  }

  /** The answer with status 200 at the end of at most three redirects. */
  async #follow(start: RemoteUrl, call: Call): Promise<Answer> {
    for (let url = this.#permitted(start); ;) {
      call.deadline.enter(null)
      const signed = call.sign === undefined ? {} : await call.deadline.race(signHop(call.sign, url))
      const headers = this.#headersFor(url, call.headers, signed)
      const answer = await this.#exchange({ method: 'GET', url, headers }, call.planBody(url), call.deadline)
      if (answer.status === 200) return { ...answer, url }
      if (!REDIRECTS.has(answer.status)) throw this.#refusedStatus({ ...answer, url })
      call.redirects += 1
      if (call.redirects > FETCH_LIMITS.redirects) {
        throw fetchRefused(url.href, 'redirect', `it redirects more than ${FETCH_LIMITS.redirects} times`)
      }
      url = this.#permitted(redirectTarget(url, answer.headers.location))
    }
  }

  async #exchange(request: ExchangeRequest, plan: PlanBody, deadline: Deadline): Promise<ExchangeResult> {
    return tracedExchange(this.#options.tracer, request, async () => this.#send(request, plan, deadline))
  }

  /** Once, and once more on a fresh connection where a kept one had been closed by the other side. */
  async #send(request: ExchangeRequest, planBody: PlanBody, deadline: Deadline): Promise<ExchangeResult> {
    for (let fresh = false; ; fresh = true) {
      const connection = await this.#pool.lease(request.url, deadline, fresh)
      try {
        return await runExchange(connection, request, planBody, deadline, (reusable) => {
          if (reusable) this.#pool.release(connection)
          else this.#pool.discard(connection)
        })
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error
      }
    }
  }

  #permitted(url: RemoteUrl): RemoteUrl {
    const { isOwnHost, isBlockedHost, isPaused } = this.#options
    if (isOwnHost?.(url.host) === true) throw fetchRefused(url.href, 'own_host', 'it is on our own host')
    if (isBlockedHost?.(url.host) === true) throw fetchRefused(url.href, 'blocked', `${url.host} is blocked`)
    if (isPaused?.() === true) throw fetchFailed(url.href, 'paused', 'the owner has paused what goes out')
    return url
  }

  /** @throws HomebirdError FETCH_REFUSED when the signer names another host or sets what is not its to set */
  #headersFor(url: RemoteUrl, own: HeaderRecord, signed: HeaderRecord): HeaderRecord {
    const headers: Record<string, string> = { ...own, 'user-agent': this.#options.userAgent }
    for (const [rawName, value] of Object.entries(signed)) {
      const name = rawName.toLowerCase()
      if (name === 'host' && value === url.host) continue
      if (name === 'host' || FORBIDDEN_HEADERS.has(name)) {
        throw fetchRefused(
          url.href,
          'url',
          `the header ${name} may not be ${JSON.stringify(value.slice(0, 100))}`,
        )
      }
      headers[name] = value
    }
    return headers
  }

  #refusedStatus(answer: Answer): HomebirdError {
    const { url, status } = answer
    const facts = { status, retryAfterSeconds: this.#retryAfter(answer) }
    return fetchFailed(url.href, 'status', `it answered ${status}`, facts)
  }

  #retryAfter({ headers }: ExchangeResult): number | null {
    return parseRetryAfter(headers['retry-after'], this.#options.clock.now())
  }
}

async function signHop(sign: SignHop, url: RemoteUrl): Promise<HeaderRecord> {
  return sign({ method: 'GET', url })
}
