/**
 * Reads documents of other servers, signed by the instance actor: once however many ask, not again for a while after a
 * failure, never from this home or a blocked domain, and only where the document is what its address says.
 */
import { boundedMap } from '../core/bounded-map.ts'
import type { Config } from '../core/config.ts'
import type { Clock } from '../core/clock.ts'
import { describeError, isHomebirdError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Database } from '../db/pool.ts'
import type { Home } from '../domain/owner/home.ts'
import {
  FETCH_LIMITS,
  type FetchFailure,
  type ResponseHeaders,
  type SafeFetch,
  fetchFailureOf,
  isTemporaryFailure,
} from '../net/fetch-types.ts'
import { type RemoteUrl, findRemoteUrl } from '../net/origin.ts'
import { InstanceSigner } from './instance-signer.ts'
import { type JsonObject, parseActivityJson } from './json.ts'

export interface RemoteParts {
  readonly db: Database
  readonly home: Home
  readonly fetch: SafeFetch
  readonly clock: Clock
  readonly log: Logger
  /** How old a profile may be; a day unless said. */
  readonly config?: Pick<Config, 'actorMaxAge'>
}

/** Why there is no document. */
export type DocumentFailure =
  /** 410: it was there. */
  | { readonly outcome: 'gone' }
  /** 404, or no document of ours to read. */
  | { readonly outcome: 'missing'; readonly reason: string }
  /** It will not be read: our own host, a blocked domain, a document that is not what its address says. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** Another time, perhaps. */
  | { readonly outcome: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number }

export interface FoundDocument {
  readonly outcome: 'found'
  readonly document: JsonObject
  /** Canonical address that it came from. */
  readonly finalUrl: string
  /** As they came, for whoever looks at the exchange itself. */
  readonly headers?: ResponseHeaders
}

export type DocumentOutcome = FoundDocument | DocumentFailure

export interface ReadOptions {
  /** Whole exchange, in milliseconds. */
  readonly totalMs?: number
  /** Ask again although the last reading failed a moment ago. */
  readonly isFresh?: boolean
  /** Accept an HTML page that links to the document: for addresses that people paste. */
  readonly followAlternate?: boolean
  /** Documents that name another id than their address are passed on: key documents do. */
  readonly anyId?: boolean
}

const REMEMBERED_FAILURES = 5_000
const FAILURE_MS = 5 * 60_000
const UNAVAILABLE_MS = 60_000
const RETRY_AFTER_SECONDS = 60
const MAX_TEXT_BYTES = 100_000

export class RemoteDocuments {
  readonly #parts: RemoteParts
  readonly #signer: InstanceSigner
  readonly #running = new Map<string, Promise<DocumentOutcome>>()
  readonly #failures = boundedMap<string, DocumentFailure>({ max: REMEMBERED_FAILURES })

  constructor(parts: RemoteParts) {
    this.#parts = parts
    this.#signer = new InstanceSigner(parts)
  }

  /** Never throws for anything that the other side does. */
  async read(uri: string, options: ReadOptions = {}): Promise<DocumentOutcome> {
    const url = this.#address(uri)
    if ('outcome' in url) return url
    const key = `${options.followAlternate === true} ${options.anyId === true} ${url.href}`
    const running = this.#running.get(key)
    if (running !== undefined) return running
    const failed = options.isFresh === true ? undefined : this.#failures.get(key)
    if (failed !== undefined) return failed
    const reading = this.#read(url, options, 1).then((outcome) => {
      this.#remember(key, outcome)
      return outcome
    })
    this.#running.set(key, reading)
    try {
      return await reading
    } finally {
      this.#running.delete(key)
    }
  }

  /** Reads WebFinger, NodeInfo and the like, unsigned. @param types  media types in lower case */
  async readJson(uri: string, types: readonly string[], totalMs?: number): Promise<DocumentOutcome> {
    const url = this.#address(uri)
    if ('outcome' in url) return url
    try {
      const { body, finalUrl } = await this.#parts.fetch.fetchJson(url.href, {
        types,
        ...(totalMs === undefined ? {} : { totalMs }),
      })
      const parsed = parseActivityJson(body)
      if (!parsed.ok) return { outcome: 'refused', reason: parsed.reason }
      return { outcome: 'found', document: parsed.document, finalUrl }
    } catch (error) {
      return this.#failureOf(url, error)
    }
  }

  /** Reads a small text, unsigned; null where there is none of these types. */
  async readText(uri: string, types: readonly string[], totalMs?: number): Promise<string | null> {
    const url = this.#address(uri)
    if ('outcome' in url) return null
    try {
      const { body } = await this.#parts.fetch.fetchJson(url.href, {
        types,
        maxBytes: MAX_TEXT_BYTES,
        ...(totalMs === undefined ? {} : { totalMs }),
      })
      return body.toString()
    } catch (error) {
      this.#failureOf(url, error)
      return null
    }
  }

  /** Forgets that an address failed. */
  forget(uri: string): void {
    const href = findRemoteUrl(uri)?.href
    for (const key of this.#failures.keys()) if (key.endsWith(` ${href}`)) this.#failures.delete(key)
  }

  #address(uri: string): RemoteUrl | DocumentFailure {
    const url = findRemoteUrl(uri)
    if (url === undefined) return { outcome: 'refused', reason: 'it is no https address' }
    const { home } = this.#parts
    if (home.isOwnHost(url.host)) return { outcome: 'refused', reason: `${url.host} is this home` }
    if (home.isBlockedDomain(url.host)) return { outcome: 'refused', reason: `${url.host} is blocked` }
    return url
  }

  /** @param more  how often the document may send us on to the id it names */
  async #read(url: RemoteUrl, options: ReadOptions, more: number): Promise<DocumentOutcome> {
    const { totalMs = FETCH_LIMITS.documentTotalMs, followAlternate } = options
    let found: Omit<FoundDocument, 'outcome'>
    try {
      const { body, finalUrl, headers } = await this.#signer.exchange(totalMs, async (sign, leftMs) =>
        this.#parts.fetch.fetchDocument(url.href, {
          sign,
          totalMs: leftMs,
          ...(followAlternate === undefined ? {} : { followAlternate }),
        }),
      )
      const parsed = parseActivityJson(body)
      if (!parsed.ok) return { outcome: 'refused', reason: parsed.reason }
      found = { document: parsed.document, finalUrl, headers }
    } catch (error) {
      return this.#failureOf(url, error)
    }
    const { document, finalUrl, headers = {} } = found
    const final = this.#address(finalUrl)
    if ('outcome' in final) return final
    if (options.anyId === true) return { outcome: 'found', document, finalUrl, headers }
    const id = findRemoteUrl(document['id'])
    if (id?.href === finalUrl) return { outcome: 'found', document, finalUrl, headers }
    if (id === undefined || id.origin !== final.origin || more === 0) {
      return {
        outcome: 'refused',
        reason: `the document at ${finalUrl} has the id ${String(document['id'])}`,
      }
    }
    return this.#read(id, { ...options, followAlternate: false }, more - 1)
  }

  #failureOf(url: RemoteUrl, error: unknown): DocumentFailure {
    const failure = fetchFailureOf(error)
    if (failure === undefined) {
      // Our own side: before set-up there is nobody who could sign.
      if (!isHomebirdError(error)) throw error
      return { outcome: 'unavailable', reason: describeError(error), retryAfterSeconds: RETRY_AFTER_SECONDS }
    }
    this.#parts.log.debug({ event: 'document.not_read', url: url.href, error: describeError(error) })
    return outcomeOf(failure, describeError(error))
  }

  #remember(key: string, outcome: DocumentOutcome): void {
    if (outcome.outcome === 'found') this.#failures.delete(key)
    else {
      const ttl = outcome.outcome === 'unavailable' ? UNAVAILABLE_MS : FAILURE_MS
      this.#failures.set(key, outcome, { ttl })
    }
  }
}

function outcomeOf(failure: FetchFailure, reason: string): DocumentFailure {
  const { status } = failure
  if (status === 410) return { outcome: 'gone' }
  if (status === 404) return { outcome: 'missing', reason }
  if (!isTemporaryFailure(failure)) return { outcome: 'refused', reason }
  return {
    outcome: 'unavailable',
    reason,
    retryAfterSeconds: failure.retryAfterSeconds ?? RETRY_AFTER_SECONDS,
  }
}
