/** What both kinds of HTTP signature are judged by: the request as it came, its headers, its moments, its refusals. */
import type { KeyObject } from 'node:crypto'
import type { BodyDigest } from './digest.ts'
import { findHost, findRemoteUrl, type Host, type RemoteUrl } from '../net/origin.ts'

/** A request exactly as it came; nothing between the socket and here may rebuild any of it. */
export interface ReceivedRequest {
  /** Upper case, as the router saw it. */
  readonly method: string
  /** Path and query as on the request line. */
  readonly rawPath: string
  /** Name, value, name, value, as in `IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[]
  /** Raw bytes before any parsing; null where the method has none. */
  readonly body: Uint8Array | null
  /** True for the configured public hosts, in canonical form, that this request may be meant for. */
  readonly isOwnHost: (host: string) => boolean
}

export type SignatureRefusalReason =
  /** There is no signature at all. */
  | 'unsigned'
  | 'malformed'
  /** A parameter, a signed header or a signature header occurs twice. */
  | 'duplicate'
  /** The key id is no https address. */
  | 'key_id'
  /** Too little is signed. */
  | 'coverage'
  | 'host'
  | 'date'
  | 'expired'
  | 'digest'
  | 'content_encoding'
  /** The named algorithm is unknown or does not fit the key. */
  | 'algorithm'
  /** The key is of a kind or size that is not verified with. */
  | 'key'
  /** Everything is in order but the signature itself: another key, or another message. */
  | 'mismatch'

export interface SignatureRefusal {
  readonly kind: 'refused'
  readonly reason: SignatureRefusalReason
  /** One sentence for the log. */
  readonly message: string
}

/** What the signature says of its own algorithm; the key decides, and must agree. `any`: nothing certain. */
export type NamedAlgorithm = 'rsa-sha256' | 'rsa-sha512' | 'ed25519' | 'any'

/** A signature that lacks nothing but the check with its key. */
export interface ParsedSignature {
  readonly kind: 'cavage' | 'rfc9421'
  /** As signed; the address of the key. */
  readonly keyId: string
  readonly keyUrl: RemoteUrl
  readonly algorithm: NamedAlgorithm
  readonly signature: Buffer
  /** What may have been signed; draft-cavage signers disagree whether the query belongs to the path. */
  readonly bases: readonly Buffer[]
  readonly request: ReceivedRequest
  /** Headers and parts of the request that are signed, in lower case. */
  readonly covered: readonly string[]
  readonly signedAt: Date
}

/** Whoever signs what is sent. */
export interface Signer {
  readonly keyUri: string
  /** RSA or Ed25519. */
  readonly privateKey: KeyObject
}

export interface RequestToSign {
  readonly method: 'GET' | 'POST'
  readonly url: RemoteUrl
  readonly now: Date
  /** Of the body that goes with a POST. */
  readonly body?: { readonly digest: BodyDigest; readonly contentType: string }
  /** Further headers, which are sent and signed; names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
}

/** How far the clocks of two honest servers may differ, a daylight-saving mistake and five minutes included. */
const MAX_SKEW_MS = 3_900_000
const MAX_LIFETIME_MS = 12 * 3_600_000
const MAX_KEY_ID_LENGTH = 2048
/** 8,192 bits. */
const MAX_SIGNATURE_BYTES = 1024
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

export function refuse(reason: SignatureRefusalReason, message: string): SignatureRefusal {
  return { kind: 'refused', reason, message }
}

export function isRefusal(value: object): value is SignatureRefusal {
  return 'kind' in value && value.kind === 'refused'
}

/** The value of a header that occurs once; undefined when it does not occur, null when it occurs more often. */
export function findHeader(rawHeaders: readonly string[], name: string): string | null | undefined {
  let found: string | undefined
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const candidate = rawHeaders[at] ?? ''
    if (candidate.length !== name.length || candidate.toLowerCase() !== name) continue
    if (found !== undefined) return null
    found = rawHeaders[at + 1] ?? ''
  }
  return found
}

/** The value of a signed header, without the white space around it. */
export function signedHeader(request: ReceivedRequest, name: string): string | SignatureRefusal {
  const value = findHeader(request.rawHeaders, name)
  if (value === undefined) return refuse('malformed', `the signed header ${name} is not there`)
  return value === null ? refuse('duplicate', `the signed header ${name} occurs twice`) : value.trim()
}

/** The canonical host that the request names, which must be one of ours. */
export function ownHostOf(request: ReceivedRequest): Host | SignatureRefusal {
  const raw = findHeader(request.rawHeaders, 'host')
  if (raw === null) return refuse('duplicate', 'there are two Host headers')
  const host = findHost(raw)
  if (host !== undefined && request.isOwnHost(host)) return host
  return refuse('host', `the host ${JSON.stringify(raw ?? null)} is none of ours`)
}

export function readKeyId(keyId: unknown): RemoteUrl | SignatureRefusal {
  const url =
    typeof keyId === 'string' && keyId.length <= MAX_KEY_ID_LENGTH ? findRemoteUrl(keyId) : undefined
  return url ?? refuse('key_id', 'the key id is no https address')
}

/** Decodes strictly: what decodes must also be what was written. */
export function readSignatureBytes(base64: string | undefined): Buffer | SignatureRefusal {
  if (base64 === undefined || base64 === '') return refuse('malformed', 'the signature is empty')
  if (base64.length > (MAX_SIGNATURE_BYTES * 4) / 3 + 4 || base64.length % 4 !== 0 || !BASE64.test(base64)) {
    return refuse('malformed', 'the signature is not base64')
  }
  return Buffer.from(base64, 'base64')
}

/** A body may not be encoded: its digest is over what was sent, and nothing is decoded here. */
export function checkContentEncoding({ rawHeaders }: ReceivedRequest): SignatureRefusal | null {
  const encoding = findHeader(rawHeaders, 'content-encoding')
  if (encoding === undefined || encoding?.trim().toLowerCase() === 'identity') return null
  return refuse('content_encoding', `the body is encoded: ${JSON.stringify(encoding)}`)
}

/** The moment of a Date header in the one form that is sent today. @see RFC 9110 section 5.6.7 */
export function readHttpDate(value: string): number | SignatureRefusal {
  const ms = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(ms) ? refuse('date', `${JSON.stringify(value.slice(0, 60))} is no HTTP date`) : ms
}

/** A time stamp in whole seconds, as parameters carry it, in milliseconds. */
export function readTimestamp(name: string, seconds: unknown): number | SignatureRefusal {
  const value = typeof seconds === 'string' && /^\d{1,12}$/.test(seconds) ? Number(seconds) : seconds
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value * 1000
  return refuse('date', `the parameter ${name} is no whole number of seconds`)
}

/** @param signedAtMs  the moments that the signature covers; at least one */
export function checkMoments(
  signedAtMs: readonly number[],
  expiresMs: number | null,
  now: Date,
): SignatureRefusal | null {
  if (signedAtMs.length === 0) return refuse('coverage', 'no date is signed')
  const nowMs = now.getTime()
  for (const moment of signedAtMs) {
    if (Math.abs(moment - nowMs) <= MAX_SKEW_MS) continue
    return refuse('date', `it was signed ${Math.round((nowMs - moment) / 1000)} s ago, the limit is 3900 s`)
  }
  if (expiresMs === null) return null
  if (expiresMs < nowMs)
    return refuse('expired', `it expired ${Math.round((nowMs - expiresMs) / 1000)} s ago`)
  if (expiresMs - Math.min(...signedAtMs) <= MAX_LIFETIME_MS) return null
  return refuse('expired', 'it is meant to live longer than 12 h')
}

/** Bodies, and the methods that bring them, need a signed digest. */
export function needsDigest({ method, body }: ReceivedRequest): boolean {
  return method === 'POST' || (body !== null && body.byteLength > 0)
}
