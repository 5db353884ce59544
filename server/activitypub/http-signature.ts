/**
 * Verifies the signature of a request, of either kind, as a pure function on what came. Whoever holds a
 * `VerifiedRequest` holds the proof: there is no other way to make one, and nothing is stored without it.
 */
import { type KeyObject, verify } from 'node:crypto'
import { parseCavage } from './http-signature-cavage.ts'
import {
  findHeader,
  type NamedAlgorithm,
  type ParsedSignature,
  type ReceivedRequest,
  refuse,
  type SignatureRefusal,
} from './http-signature-facts.ts'
import { parseRfc9421 } from './http-signature-rfc9421.ts'

export { signCavage } from './http-signature-cavage.ts'
export type {
  ParsedSignature,
  ReceivedRequest,
  RequestToSign,
  SignatureRefusal,
} from './http-signature-facts.ts'
export { signRfc9421 } from './http-signature-rfc9421.ts'

const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 8192
/** Honest keys have 65,537; a large exponent only costs time. */
const MAX_RSA_EXPONENT = 0xffff_ffffn

class Verified {
  readonly kind = 'verified'
  /** Private, so that an object of the same shape is not one. */
  readonly #parsed: ParsedSignature

  constructor(parsed: ParsedSignature) {
    this.#parsed = parsed
  }

  get keyId(): string {
    return this.#parsed.keyId
  }

  get scheme(): ParsedSignature['kind'] {
    return this.#parsed.kind
  }

  get request(): ReceivedRequest {
    return this.#parsed.request
  }

  /** The value of a header, where it is one that was signed. */
  signedHeader(name: string): string | undefined {
    const { covered, request } = this.#parsed
    return covered.includes(name) ? (findHeader(request.rawHeaders, name) ?? undefined) : undefined
  }

  get signedAt(): Date {
    return this.#parsed.signedAt
  }

  static is(value: unknown): value is Verified {
    return typeof value === 'object' && value !== null && #parsed in value
  }
}

/** A request whose signature is good with the key of `keyId`. Whose key that is, is for the caller to know. */
export type VerifiedRequest = Verified

/** The same at run time, for places that must be certain. */
export function isVerifiedRequest(value: unknown): value is VerifiedRequest {
  return Verified.is(value)
}

/**
 * Reads the signature of a request and checks everything that needs no key: what is signed, host, date, digest. So a
 * request that is refused here causes no look-up and no fetch.
 */
export function parseSignature(request: ReceivedRequest, now: Date): ParsedSignature | SignatureRefusal {
  if (!request.rawPath.startsWith('/')) return refuse('malformed', 'the request line holds no path')
  const signature = findHeader(request.rawHeaders, 'signature')
  const input = findHeader(request.rawHeaders, 'signature-input')
  if (signature === null || input === null) return refuse('duplicate', 'there are two signature headers')
  if (signature === undefined) return refuse('unsigned', 'there is no Signature header')
  if (input === undefined) return parseCavage(request, signature, now)
  return parseRfc9421(request, { input, signature }, now)
}

/** @param publicKey  the kept key of `parsed.keyId`; parsing it anew costs more than the check */
export function verifySignature(
  parsed: ParsedSignature,
  publicKey: KeyObject,
): VerifiedRequest | SignatureRefusal {
  const hashes = hashesFor(parsed.algorithm, publicKey)
  if (!Array.isArray(hashes)) return hashes
  for (const hash of hashes) {
    for (const base of parsed.bases) {
      if (verify(hash, base, publicKey, parsed.signature)) return new Verified(parsed)
    }
  }
  return refuse('mismatch', `the signature does not hold with the key ${parsed.keyId}`)
}

type Hash = 'sha256' | 'sha512' | null

const RSA_HASHES: Readonly<Record<NamedAlgorithm, Hash[]>> = {
  'rsa-sha256': ['sha256'],
  'rsa-sha512': ['sha512'],
  // Signers that name no algorithm mean SHA-256 almost always.
  any: ['sha256', 'sha512'],
  ed25519: [],
}

function hashesFor(named: NamedAlgorithm, key: KeyObject): Hash[] | SignatureRefusal {
  if (key.type !== 'public') return refuse('key', 'it is no public key')
  if (key.asymmetricKeyType === 'ed25519') {
    return named === 'any' || named === 'ed25519'
      ? [null]
      : refuse('algorithm', `${named} is not for an Ed25519 key`)
  }
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {}
  const isUsable =
    modulusLength >= MIN_RSA_BITS && modulusLength <= MAX_RSA_BITS && publicExponent <= MAX_RSA_EXPONENT
  if (key.asymmetricKeyType !== 'rsa' || !isUsable) {
    return refuse('key', `a key of type ${key.asymmetricKeyType} with ${modulusLength} bits is not accepted`)
  }
  return named === 'ed25519' ? refuse('algorithm', 'ed25519 is not for an RSA key') : RSA_HASHES[named]
}
