/** What `safe-fetch` takes and gives: the shapes of every outbound exchange, its limits and its failures. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { Clock } from '../core/clock.ts'
import { isHomebirdError } from '../core/errors.ts'
import type { Logger } from '../core/log.ts'
import type { Tracer } from '../core/tracer.ts'
import type { HostAddresses, RemoteTimeout } from '../core/setting-types.ts'
import type { RemoteUrl } from './origin.ts'

/** Figures of the security rules 40 to 47. */
export const FETCH_LIMITS = {
  redirects: 3,
  documentBytes: 1_048_576,
  mediaBytes: 40 * 1_048_576,
  emojiBytes: 100_000,
  documentTotalMs: 30_000,
  mediaTotalMs: 120_000,
  programBytes: 128 * 1_048_576,
  programTotalMs: 900_000,
  mediaMinBytesPerSecond: 2000,
  headerBytes: 16_384,
  connectionsPerHost: 4,
  connections: 64,
  /** Most that is read of an answer whose body nobody wants, so that its connection can be used again. */
  discardedBytes: 65_536,
  retryAfterSeconds: 86_400,
} as const

export interface SafeFetchOptions {
  readonly remoteTimeout: RemoteTimeout
  /** CIDR networks that are let through although private. */
  readonly allowPrivateAddresses: readonly string[]
  /** Host (with port where it is not 443, or without) to `address[:port]`; exempt from the address guard. */
  readonly hostAddresses: HostAddresses
  /** See `userAgentOf`. */
  readonly userAgent: string
  readonly clock: Clock
  readonly log: Logger
  /** Canonical `host[:port]` of our own services: never fetched from, never redirected to. */
  readonly isOwnHost?: (host: string) => boolean
  /** Canonical `host[:port]` that nothing is sent to, whatever it is for and wherever a redirect came from. */
  readonly isBlockedHost?: (host: string) => boolean
  /** True while the owner has paused what goes out: everything is refused at once, with the reason `paused`. */
  readonly isPaused?: () => boolean
  /** Further trusted certificate authorities, PEM, beside the trust store of the process. */
  readonly tlsCa?: readonly string[]
  /** `address:port` of name servers to ask instead of those of the system. */
  readonly dnsServers?: readonly string[]
  /** Left out where nobody looks on. */
  readonly tracer?: Tracer | null
}

/** One hop that is about to be sent, for the signer. */
export interface HopRequest {
  readonly method: 'GET'
  readonly url: RemoteUrl
}

/**
 * Makes the headers of one hop, anew for each redirect: nothing is carried over from one origin to another. A `host`
 * header among them must name the host of the URL.
 */
export type SignHop = (request: HopRequest) => HeaderRecord | Promise<HeaderRecord>

/** Header names in any case with their one value. */
export type HeaderRecord = Readonly<Record<string, string>>

/** Header names in lower case, as they came. */
export type ResponseHeaders = Readonly<IncomingHttpHeaders>

interface CommonOptions {
  readonly sign?: SignHop
  /** Whole exchange over all hops, in milliseconds; never above the limit of its kind. */
  readonly totalMs?: number
  /** Ends the exchange early, with FETCH_FAILED. */
  readonly signal?: AbortSignal
}

export interface DocumentOptions extends CommonOptions {
  readonly maxBytes?: number
  /** Follow, once, the same-origin ActivityPub alternate that an HTML page links to. */
  readonly followAlternate?: boolean
}

export interface JsonOptions extends CommonOptions {
  /** Media types that are accepted, in lower case and without parameters; sent as the Accept header. */
  readonly types: readonly string[]
  readonly maxBytes?: number
}

export interface MediaOptions extends CommonOptions {
  readonly accept?: string
  readonly maxBytes?: number
}

export interface FetchedDocument {
  /** Canonical URL of the last hop: what the id of the document must be. */
  readonly finalUrl: string
  readonly status: 200
  /** Media type in lower case, without parameters. */
  readonly contentType: string
  readonly headers: ResponseHeaders
  /** Decoded bytes. */
  readonly body: Buffer
}

export interface FetchedMedia {
  readonly finalUrl: string
  readonly status: 200
  /** As the other side says; to be checked by content. Empty when it says nothing. */
  readonly contentType: string
  readonly contentLength: number | null
  readonly headers: ResponseHeaders
  /** Decoded bytes; fails with FETCH_TOO_LARGE, FETCH_TIMEOUT or FETCH_FAILED. To be read to its end or destroyed. */
  readonly body: Readable
}

export interface OutgoingPost {
  readonly body: string | Uint8Array
  /** Content-Type, Date, Digest, Signature, as the signer made them. */
  readonly headers: HeaderRecord
  readonly totalMs?: number
  readonly signal?: AbortSignal
}

/** An encrypted message for a push service. */
export interface OutgoingPush extends OutgoingPost {
  /** Made for the origin of this address alone; redirects are not followed, so it goes nowhere else. */
  readonly authorization: string
}

/** Something that a service of the owner is told. */
export interface OutgoingOrder extends OutgoingPost {
  /** As in `ServiceQuestion`. */
  readonly authorization?: string | null
}

/** A question to a service that the owner has chosen. */
export interface ServiceQuestion {
  /** The body of a POST; left out, it is a GET. */
  readonly json?: string | undefined
  /** Made for this service alone; redirects are not followed, so it goes nowhere else. */
  readonly authorization?: string | null
  /** How long it may think, where that is more than other servers get. */
  readonly readSeconds?: number
}

/** What the other side answered to a delivery; every status is an outcome, also a redirect, which is not followed. */
export interface PostOutcome {
  readonly status: number
  /** From Retry-After, at most a day; null when absent or unreadable. */
  readonly retryAfterSeconds: number | null
  readonly headers: ResponseHeaders
  /** The beginning of a refusal's body, at most 500 characters, for the log; empty for 2xx. */
  readonly excerpt: string
}

export interface SafeFetch {
  /**
   * Fetches an ActivityPub document: status 200 and an ActivityStreams type, or it fails.
   * @throws HomebirdError FETCH_REFUSED, FETCH_FAILED (see `fetchFailureOf`), FETCH_TIMEOUT, FETCH_TOO_LARGE
   */
  fetchDocument(url: string, options?: DocumentOptions): Promise<FetchedDocument>
  /** Fetches WebFinger, host-meta, NodeInfo and the like; errors as `fetchDocument`. */
  fetchJson(url: string, options: JsonOptions): Promise<FetchedDocument>
  /** Opens an image, a video, a sound; resolves at the head, the body streams. Errors as `fetchDocument`. */
  fetchMedia(url: string, options?: MediaOptions): Promise<FetchedMedia>
  /** The same for a program, larger and slower than what others publish; whoever asks knows what it must hash to. */
  fetchProgram(url: string): Promise<FetchedMedia>
  /**
   * Sends one signed activity once. Retrying is Stator's business.
   * @throws HomebirdError FETCH_REFUSED, FETCH_FAILED, FETCH_TIMEOUT where no answer came
   */
  postActivity(url: string, post: OutgoingPost): Promise<PostOutcome>
  /**
   * Hands one message to a push service, once.
   * @throws as `postActivity`
   */
  postPush(url: string, push: OutgoingPush): Promise<PostOutcome>
  /**
   * Asks a service of the owner for JSON; a redirect is a failure.
   * @throws HomebirdError as `fetchDocument`
   */
  askService(url: string, question: ServiceQuestion): Promise<FetchedDocument>
  /**
   * Tells a service of the owner something, once.
   * @throws as `postActivity`
   */
  tellService(url: string, order: OutgoingOrder): Promise<PostOutcome>
  /** Ends all exchanges and connections. */
  close(): Promise<void>
}

export type FetchPhase = 'pool' | 'connect' | 'write' | 'read' | 'rate' | 'total'

export type FetchFailureReason =
  | 'url'
  | 'own_host'
  | 'blocked'
  | 'paused'
  | 'address'
  | 'redirect'
  | 'name'
  | 'connection'
  | 'certificate'
  | 'protocol'
  | 'status'
  | 'type'
  | 'encoding'
  | 'aborted'
  | 'closed'
  | 'size'
  | 'timeout'

/** The facts of a failed exchange, from the `details` of its error. */
export interface FetchFailure {
  readonly url: string
  readonly reason: FetchFailureReason
  /** With reason `status`: what was answered, such as 404 or 410. */
  readonly status: number | null
  readonly retryAfterSeconds: number | null
  /** With FETCH_TIMEOUT: which limit ran out. */
  readonly phase: FetchPhase | null
}

const PASSING_REASONS: ReadonlySet<FetchFailureReason> = new Set<FetchFailureReason>([
  'name',
  'connection',
  'certificate',
  'protocol',
  'aborted',
  'closed',
  'timeout',
])

/** Whether another try may go better: nobody answered, or somebody who is in trouble. */
export function isTemporaryFailure({ status, reason }: FetchFailure): boolean {
  return status === null ? PASSING_REASONS.has(reason) : status >= 500 || status === 408 || status === 429
}

/** The facts of a FETCH_* error, or undefined for any other error. */
export function fetchFailureOf(error: unknown): FetchFailure | undefined {
  if (!isHomebirdError(error) || !error.code.startsWith('FETCH_')) return undefined
  const { url, reason, status, retryAfterSeconds, phase } = error.details
  return {
    url: String(url),
    reason: reason as FetchFailureReason,
    status: typeof status === 'number' ? status : null,
    retryAfterSeconds: typeof retryAfterSeconds === 'number' ? retryAfterSeconds : null,
    phase: (phase as FetchPhase | undefined) ?? null,
  }
}
