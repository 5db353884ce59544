/** Requests as strangers sign them, right or with one thing wrong, for the tests of signatures. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { contentDigestHeader, digestHeader, digestOf } from '../../../server/activitypub/digest.ts'
import {
  parseSignature,
  type ReceivedRequest,
  type SignatureRefusal,
  type VerifiedRequest,
  verifySignature,
} from '../../../server/activitypub/http-signature.ts'
import { signatureHeaders, type SigningPlan } from '../../support/fake-peer-signatures.ts'

export const NOW = new Date('2026-11-22T12:00:00Z')
export const SECONDS = NOW.getTime() / 1000
export const BODY = '{"type":"Create","actor":"https://peer.example/users/ana"}'
export const KEY_URI = 'https://peer.example/users/ana#main-key'
export const HOST = 'home.example'
export const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const ed25519 = generateKeyPairSync('ed25519')

export const DATE = NOW.toUTCString()
export const DIGEST = digestHeader(digestOf(BODY))
export const CONTENT_DIGEST = contentDigestHeader(digestOf(BODY))

type Headers = Readonly<Record<string, string>>

export function received(headers: Headers, changes: Partial<ReceivedRequest> = {}): ReceivedRequest {
  return {
    method: 'POST',
    rawPath: '/inbox',
    rawHeaders: Object.entries(headers).flat(),
    body: Buffer.from(BODY),
    isOwnHost: (host) => host === HOST,
    ...changes,
  }
}

export function judge(
  request: ReceivedRequest,
  key: KeyObject = rsa.publicKey,
): VerifiedRequest | SignatureRefusal {
  const parsed = parseSignature(request, NOW)
  return parsed.kind === 'refused' ? parsed : verifySignature(parsed, key)
}

/** `verified`, or the reason of the refusal. */
export function verdict(request: ReceivedRequest, key?: KeyObject): string {
  const outcome = judge(request, key)
  return outcome.kind === 'refused' ? outcome.reason : outcome.kind
}

export const CAVAGE_HEADERS: Headers = {
  host: HOST,
  date: DATE,
  digest: DIGEST,
  'content-type': 'application/activity+json',
}
const RFC_HEADERS: Headers = {
  host: HOST,
  date: DATE,
  'content-digest': CONTENT_DIGEST,
  'content-type': 'application/activity+json',
}

/** A request as a stranger signs it, with what is to be wrong about it. */
export function cavage(
  plan: Partial<SigningPlan> = {},
  changes: Partial<ReceivedRequest> = {},
): ReceivedRequest {
  const headers = { ...CAVAGE_HEADERS, ...plan.headers }
  const whole: SigningPlan = {
    scheme: 'cavage',
    key: { keyUri: KEY_URI, privateKey: rsa.privateKey },
    method: 'POST',
    path: '/inbox',
    host: HOST,
    covers: ['(request-target)', 'host', 'date', 'digest'],
    created: SECONDS,
    algorithm: 'rsa-sha256',
    ...plan,
    headers,
  }
  return received({ ...headers, ...signatureHeaders(whole) }, changes)
}

export function rfc9421(
  plan: Partial<SigningPlan> = {},
  changes: Partial<ReceivedRequest> = {},
): ReceivedRequest {
  const headers = { ...RFC_HEADERS, ...plan.headers }
  const whole: SigningPlan = {
    scheme: 'rfc9421',
    key: { keyUri: KEY_URI, privateKey: rsa.privateKey },
    method: 'POST',
    path: '/inbox',
    host: HOST,
    covers: ['@method', '@target-uri', 'content-digest'],
    created: SECONDS,
    ...plan,
    headers,
  }
  return received({ ...headers, ...signatureHeaders(whole) }, changes)
}

/** The same request with one header's text changed. */
export function changed(
  request: ReceivedRequest,
  name: string,
  change: (value: string) => string,
): ReceivedRequest {
  const rawHeaders = request.rawHeaders.map((value, at) =>
    at % 2 === 1 && request.rawHeaders[at - 1] === name ? change(value) : value,
  )
  assert.notDeepEqual(rawHeaders, request.rawHeaders, `${name} was not changed`)
  return { ...request, rawHeaders }
}

export function added(request: ReceivedRequest, name: string, value: string): ReceivedRequest {
  return { ...request, rawHeaders: [...request.rawHeaders, name, value] }
}

export const GET = { method: 'GET', body: null } as const
export const QUERY = { rawPath: '/inbox?a=1' } as const
export const CREATED = ['(request-target)', 'host', '(created)', '(expires)', 'digest'] as const
export const ALL_COMPONENTS = [
  '@method',
  '@target-uri',
  '@authority',
  '@request-target',
  '@path',
  '@query',
] as const
export const EDGE_MS = 3_900_000

export const at = (offsetMs: number): Headers => ({ date: new Date(NOW.getTime() + offsetMs).toUTCString() })

export function withoutHeader(request: ReceivedRequest, name: string): ReceivedRequest {
  const index = request.rawHeaders.indexOf(name)
  return { ...request, rawHeaders: request.rawHeaders.toSpliced(index, 2) }
}
