/**
 * Proofs inside of documents: who made an object, whichever way it came. A proof never replaces the signature of the
 * request that brought it; one that does not hold takes the whole document down.
 * @see FEP-8b32, Data Integrity EdDSA Cryptosuites 3.3 (eddsa-jcs-2022)
 */
import { type KeyObject, createHash, verify } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import { type JsonObject, asArray, dateOf, isObject, isUri } from './json.ts'
import { decodeBase58 } from './multikey.ts'

/** A proof that lacks nothing but the check with its key. */
export interface IntegrityProof {
  readonly keyUri: string
  readonly signature: Buffer
  /** What may have been signed, each as two digests: that of the proof's own properties first. */
  readonly signed: readonly Buffer[]
}

export type ReadProofs =
  | { readonly outcome: 'none' }
  /** Made in a way that this home does not verify: it counts as none. */
  | { readonly outcome: 'unsupported'; readonly reason: string }
  | { readonly outcome: 'malformed'; readonly reason: string }
  | { readonly outcome: 'proofs'; readonly proofs: readonly IntegrityProof[] }

const SUITE = 'eddsa-jcs-2022'
/** Each costs two digests of the document. */
const MAX_PROOFS = 4
const SIGNATURE_BYTES = 64
/** `z` and 64 bytes in base 58. */
const MAX_VALUE_LENGTH = 90

/** Reads the proofs of a document without any key. @param now  one that has expired does not hold */
export function readProofs(document: JsonObject, now: Date): ReadProofs {
  const given = asArray(document['proof'])
  if (given.length === 0) return { outcome: 'none' }
  if (given.length > MAX_PROOFS) return malformed(`there are ${given.length} proofs`)
  const proofs: IntegrityProof[] = []
  let unsupported: string | null = null
  for (const one of given) {
    if (!isObject(one)) return malformed('a proof is no object')
    const { type, cryptosuite, verificationMethod } = one
    if (type !== 'DataIntegrityProof' || cryptosuite !== SUITE) {
      unsupported = `${named(type)} with ${named(cryptosuite)} is not verified here`
    } else if (!isUri(verificationMethod)) {
      unsupported = `the key ${named(verificationMethod)} has no https address`
    } else {
      const proof = readProof(document, one, verificationMethod, now)
      if (typeof proof === 'string') return malformed(proof)
      proofs.push(proof)
    }
  }
  if (proofs.length > 0) return { outcome: 'proofs', proofs }
  return { outcome: 'unsupported', reason: unsupported ?? 'there is no proof' }
}

export function isProofGood({ signed, signature }: IntegrityProof, publicKey: KeyObject): boolean {
  if (publicKey.asymmetricKeyType !== 'ed25519') return false
  return signed.some((one) => verify(null, one, publicKey, signature))
}

const malformed = (reason: string): ReadProofs => ({ outcome: 'malformed', reason })

function named(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 100) : `a ${typeof value}`
}

function readProof(
  document: JsonObject,
  proof: JsonObject,
  keyUri: string,
  now: Date,
): IntegrityProof | string {
  const { proofValue, ...options } = proof
  if (options['proofPurpose'] !== 'assertionMethod') return 'the proof is for another purpose'
  if (dateOf(options['created']) === null) return 'the proof does not say when it was made'
  const expires = options['expires'] === undefined ? null : dateOf(options['expires'])
  if (options['expires'] !== undefined && (expires === null || expires < now)) return 'the proof has expired'
  const signature = signatureOf(proofValue)
  if (signature === null) return 'the value of the proof is no signature'
  const { proof: _, ...unsecured } = document
  const context = options['@context']
  if (context !== undefined && !beginsWith(unsecured['@context'], context)) {
    return 'the proof was made in another context'
  }
  const subject = context === undefined ? unsecured : { ...unsecured, '@context': context }
  try {
    const digests = subjectsOf(subject).map((one) => sha256(canonicalJson(one)))
    const signed = proofOptions(options, unsecured['@context']).flatMap((one) => {
      const digest = sha256(canonicalJson(one))
      return digests.map((ofSubject) => Buffer.concat([digest, ofSubject]))
    })
    return { keyUri, signature, signed }
  } catch {
    return 'the document has no canonical form'
  }
}

/** The context of the document is signed with the proof, also where it is not written into it again, as by Fedify. */
function proofOptions(options: JsonObject, context: unknown): readonly JsonObject[] {
  if (options['@context'] !== undefined || context === undefined) return [options]
  return [options, { ...options, '@context': context }]
}

/** A Linked Data signature, which is not read here, may have been put beside the proof after it was made, as by Fedify. */
function subjectsOf(subject: JsonObject): readonly JsonObject[] {
  if (!isObject(subject['signature'])) return [subject]
  const { signature: _, ...before } = subject
  return [subject, before]
}

function signatureOf(value: unknown): Buffer | null {
  if (typeof value !== 'string' || !value.startsWith('z') || value.length > MAX_VALUE_LENGTH) return null
  const bytes = decodeBase58(value.slice(1))
  return bytes?.length === SIGNATURE_BYTES ? bytes : null
}

/** A document may have gained contexts since it was signed, at their end. */
function beginsWith(whole: unknown, start: unknown): boolean {
  const items = asArray(whole)
  return asArray(start).every((item, at) => canonicalJson(item) === canonicalJson(items[at] ?? null))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}
