/**
 * Proofs inside of documents as a stranger makes them: written from the specifications, over `node:crypto` alone, so that
 * a mistake of the product is not repeated here.
 * @see FEP-8b32, RFC 8785
 */
import { type KeyObject, createHash, createPublicKey, sign } from 'node:crypto'
import type { SigningKey } from './fake-peer-signatures.ts'

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'

function sorted(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const object = value as Record<string, unknown>
  return Object.fromEntries(
    Object.keys(object)
      .sort()
      .map((name) => [name, object[name]]),
  )
}

const digestOf = (value: object): Buffer =>
  createHash('sha256').update(JSON.stringify(value, sorted)).digest()

function base58(bytes: Buffer): string {
  let number = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  for (; number > 0n; number /= 58n) text = ALPHABET.charAt(Number(number % 58n)) + text
  return `${'1'.repeat(bytes.findIndex((byte) => byte !== 0))}${text}`
}

/** The document with a proof of it. @param changes  laid over the proof before it is signed */
export function withProof<T extends object>(
  document: T,
  key: SigningKey,
  createdAt = new Date(),
  changes: object = {},
): T & { readonly proof: Record<string, unknown> } {
  const { '@context': context } = document as { readonly '@context'?: unknown }
  const options = {
    ...(context === undefined ? {} : { '@context': context }),
    type: 'DataIntegrityProof',
    cryptosuite: 'eddsa-jcs-2022',
    verificationMethod: key.keyUri,
    proofPurpose: 'assertionMethod',
    created: createdAt.toISOString(),
    ...changes,
  }
  const signature = sign(null, Buffer.concat([digestOf(options), digestOf(document)]), key.privateKey)
  return { ...document, proof: { ...options, proofValue: `z${base58(signature)}` } }
}

/** The public half as an actor lists it. */
export function multikeyOf(controller: string, keyUri: string, privateKey: KeyObject): object {
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)
  const publicKeyMultibase = `z${base58(Buffer.concat([Buffer.from([0xed, 0x01]), raw]))}`
  return { id: keyUri, type: 'Multikey', controller, publicKeyMultibase }
}
