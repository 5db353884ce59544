/**
 * Who sent a request: the signature is read, its key found, and the sender held to what the key says. Only what comes out
 * of here as a `VerifiedActivity` may be stored.
 * @see security rules 1 to 16
 */
import type { Clock } from '../core/clock.ts'
import { HomebirdError } from '../core/errors.ts'
import type { Home } from '../domain/owner/home.ts'
import { sameOrigin } from '../net/origin.ts'
import type { FollowOffer } from '../db/tables.ts'
import { digestOf } from './digest.ts'
import { readFollowOffer } from './follow-offer.ts'
import {
  type ParsedSignature,
  type ReceivedRequest,
  type SignatureRefusal,
  type VerifiedRequest,
  parseSignature,
  verifySignature,
} from './http-signature.ts'
import { idOf, parseActivityJson } from './json.ts'
import { parseActivity } from './parse-activity.ts'
import type { KeyLookup, RemoteKey, RemoteKeys } from './remote-keys.ts'

/** An entry of an index holds some 2,700 bytes. */
const MAX_INDEXED_BYTES = 2_600

export interface VerifyParts {
  readonly home: Pick<Home, 'isOwnHost' | 'isBlockedDomain'>
  readonly remoteKeys: RemoteKeys
  readonly clock: Clock
}

/** A POST to an inbox whose signer is its actor. */
export interface VerifiedActivity {
  readonly proof: VerifiedRequest
  readonly signerUri: string
  /** Canonical host of the signer. */
  readonly host: string
  /** Its id, on the signer's origin, or `sha256:` and the digest of the body. */
  readonly activityId: string
  readonly activityType: string
  /** Of the one thing that it is about. */
  readonly objectUri: string | null
  readonly followOffer: FollowOffer | null
}

/** Whoever signed a GET. */
export interface VerifiedReader {
  readonly actorUri: string
  readonly host: string
}

interface Envelope {
  readonly type: string
  readonly actorUri: string
  readonly id: string | null
  readonly objectUri: string | null
  /** What the activity says of itself, before anybody has proved it. */
  readonly isDeleteOfActor: boolean
  /** Id of an embedded object. */
  readonly embeddedUri: unknown
}

/**
 * Judges an inbox POST. Everything that needs no key comes first, so that a refused request costs no look-up and no fetch.
 * @param admit  called with the verified host before anything is stored; what it throws is thrown
 * @returns null for a Delete by somebody who was never here: there is nothing to do, and nobody is asked (rule 13)
 * @throws HomebirdError SIGNATURE_INVALID, ACTIVITY_REFUSED, DOCUMENT_INVALID; SIGNER_UNAVAILABLE with
 *   `retryAfterSeconds` when the key cannot be fetched now
 */
export async function verifyInboxPost(
  parts: VerifyParts,
  request: ReceivedRequest & { readonly body: Uint8Array },
  admit: (host: string) => void = () => undefined,
): Promise<VerifiedActivity | null> {
  const parsed = parseSignature(request, parts.clock.now())
  if (isRefused(parsed)) throw signatureInvalid(parsed)
  refuseHost(parts.home, parsed.keyUrl.host)
  let key = parts.remoteKeys.peek(parsed.keyId)
  let envelope: Envelope | undefined
  if (key === undefined) {
    envelope = readEnvelope(request.body)
    if (!sameOrigin(envelope.actorUri, parsed.keyId)) throw refusedActor(envelope, parsed.keyId)
    key = await parts.remoteKeys.findStored(parsed.keyId)
    if (key === undefined && envelope.isDeleteOfActor) return null
    key ??= foundKey(await parts.remoteKeys.find(parsed.keyId), parsed.keyId)
  }
  const verified = await verifyWith(parts.remoteKeys, parsed, key)
  if (isRefused(verified)) throw signatureInvalid(verified)
  envelope ??= readEnvelope(request.body)
  checkAuthority(envelope, verified.key)
  admit(verified.key.host)
  await parts.remoteKeys.keep(verified.key)
  return {
    proof: verified.proof,
    signerUri: verified.key.actorUri,
    host: verified.key.host,
    activityId: activityIdOf(envelope, request.body),
    activityType: envelope.type,
    objectUri: envelope.objectUri,
    followOffer: readFollowOffer(verified.proof, verified.key.actorUri),
  }
}

/**
 * Who signed a GET, or null where nobody did, or not well, or somebody blocked: all of them are strangers.
 */
export async function verifySignedGet(
  parts: VerifyParts,
  request: ReceivedRequest,
): Promise<VerifiedReader | null> {
  const parsed = parseSignature(request, parts.clock.now())
  if (isRefused(parsed)) return null
  const { host } = parsed.keyUrl
  if (parts.home.isOwnHost(host) || parts.home.isBlockedDomain(host)) return null
  const found = await parts.remoteKeys.find(parsed.keyId)
  if (found.outcome !== 'found') return null
  const verified = await verifyWith(parts.remoteKeys, parsed, found.key)
  if (isRefused(verified)) return null
  return { actorUri: verified.key.actorUri, host: verified.key.host }
}

interface VerifiedWithKey {
  readonly kind: 'verified'
  readonly proof: VerifiedRequest
  readonly key: RemoteKey
}

/** A signature that does not hold may be made with a new key: its owner is asked, at most once in five minutes. */
async function verifyWith(
  keys: RemoteKeys,
  parsed: ParsedSignature,
  key: RemoteKey,
): Promise<VerifiedWithKey | SignatureRefusal> {
  const proof = verifySignature(parsed, key.publicKey)
  if (proof.kind === 'verified') return { kind: 'verified', proof, key }
  if (proof.reason !== 'mismatch' && proof.reason !== 'algorithm') return proof
  const renewed = await keys.refetch(key)
  if (renewed.outcome !== 'found') return proof
  const second = verifySignature(parsed, renewed.key.publicKey)
  return second.kind === 'verified' ? { kind: 'verified', proof: second, key: renewed.key } : second
}

/** Two ids can be longer than an index entry; then the activity is known by the digest of its own. */
function activityIdOf({ id, actorUri }: Envelope, body: Uint8Array): string {
  if (id === null) return `sha256:${digestOf(body)}`
  return Buffer.byteLength(actorUri) + Buffer.byteLength(id) <= MAX_INDEXED_BYTES
    ? id
    : `sha256:${digestOf(id)}`
}

function readEnvelope(body: Uint8Array): Envelope {
  const json = parseActivityJson(body)
  if (!json.ok) throw new HomebirdError('DOCUMENT_INVALID', json.reason)
  const parsed = parseActivity(json.document)
  if (parsed.outcome === 'invalid') throw new HomebirdError('DOCUMENT_INVALID', parsed.reason)
  if (parsed.outcome === 'ignored') {
    const { type, actorUri, id } = parsed
    const objectUri = idOf(json.document['object'])
    return { type, actorUri, id, objectUri, isDeleteOfActor: false, embeddedUri: undefined }
  }
  const { type, actorUri, id, objectUri, object } = parsed.activity
  const isDeleteOfActor = type === 'Delete' && objectUri === actorUri
  return { type, actorUri, id, objectUri, isDeleteOfActor, embeddedUri: object?.['id'] }
}

/** Only the actor itself acts, and only on its own origin. */
function checkAuthority(envelope: Envelope, key: RemoteKey): void {
  const { actorUri, id, type, embeddedUri } = envelope
  if (actorUri !== key.actorUri) throw refusedActor(envelope, key.keyUri)
  if (id !== null && !isOnOrigin(id, key)) {
    throw new HomebirdError('ACTIVITY_REFUSED', `the id ${id} is not on the origin of its actor ${actorUri}`)
  }
  const isAuthored = type === 'Create' || type === 'Update'
  if (isAuthored && typeof embeddedUri === 'string' && !isOnOrigin(embeddedUri, key)) {
    throw new HomebirdError(
      'ACTIVITY_REFUSED',
      `${actorUri} sends ${embeddedUri}, which is not on its origin`,
    )
  }
}

function isOnOrigin(uri: string, key: RemoteKey): boolean {
  // The usual spelling needs no URL parser.
  return uri.startsWith(`https://${key.host}/`) || sameOrigin(uri, key.actorUri)
}

function refuseHost(home: VerifyParts['home'], host: string): void {
  if (home.isOwnHost(host)) {
    throw new HomebirdError('ACTIVITY_REFUSED', `a key of this home (${host}) signs nothing that comes in`)
  }
  if (home.isBlockedDomain(host)) throw new HomebirdError('ACTIVITY_REFUSED', `${host} is blocked`)
}

function refusedActor(envelope: Envelope, keyUri: string): HomebirdError {
  return new HomebirdError('ACTIVITY_REFUSED', `${keyUri} is no key of the actor ${envelope.actorUri}`)
}

function foundKey(lookup: KeyLookup, keyUri: string): RemoteKey {
  switch (lookup.outcome) {
    case 'found':
      return lookup.key
    case 'gone':
      throw new HomebirdError('SIGNATURE_INVALID', `the key ${keyUri} is gone`)
    case 'refused':
      throw new HomebirdError('SIGNATURE_INVALID', `the key ${keyUri} cannot be used: ${lookup.reason}`)
    case 'unavailable':
      throw new HomebirdError('SIGNER_UNAVAILABLE', `the key ${keyUri} cannot be fetched: ${lookup.reason}`, {
        details: { retryAfterSeconds: lookup.retryAfterSeconds },
      })
  }
}

function signatureInvalid(refusal: SignatureRefusal): HomebirdError {
  return new HomebirdError('SIGNATURE_INVALID', refusal.message, { details: { reason: refusal.reason } })
}

function isRefused(value: { readonly kind: string }): value is SignatureRefusal {
  return value.kind === 'refused'
}
