/**
 * What is asked of an authority and shown to it: a request for a certificate of one host, and the certificate that proves
 * to it that the host leads here.
 * @see RFC 2986 (requests), RFC 5280 (certificates), RFC 8737, 3 (the proof)
 */
import { type KeyObject, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import {
  bitString,
  integer,
  objectId,
  octetString,
  pemOf,
  sequence,
  setOf,
  tagged,
  utcTime,
  utf8,
  yes,
} from '../../core/der.ts'

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const ALTERNATIVE_NAME = '2.5.29.17'
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14'
const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31'
const DNS_NAME = 2
const DAY_MS = 86_400_000

export interface KeyPair {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export const makeKeyPair = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** DER of a request for this host alone. */
export function certificateRequest(host: string, { privateKey, publicKey }: KeyPair): Buffer {
  const extensions = sequence(objectId(EXTENSION_REQUEST), setOf(sequence(alternativeName(host))))
  const body = sequence(integer(Buffer.from([0])), sequence(), spki(publicKey), tagged(0, extensions))
  return signed(body, privateKey)
}

export interface ProofCertificate {
  readonly key: string
  readonly cert: string
}

/** @param digest  SHA-256 of what the authority wants to be told */
export function proofCertificate(host: string, digest: Buffer, now: Date): ProofCertificate {
  const { privateKey, publicKey } = makeKeyPair()
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256))
  const name = sequence(setOf(sequence(objectId(COMMON_NAME), utf8('homebird proof'))))
  const lasts = sequence(utcTime(new Date(now.getTime() - DAY_MS)), utcTime(new Date(now.getTime() + DAY_MS)))
  const proof = sequence(objectId(ACME_IDENTIFIER), yes(), octetString(octetString(digest)))
  const body = sequence(
    tagged(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    lasts,
    name,
    spki(publicKey),
    tagged(3, sequence(alternativeName(host), proof)),
  )
  return { key: pemOfKey(privateKey), cert: pemOf('CERTIFICATE', signed(body, privateKey)) }
}

export const pemOfKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

const alternativeName = (host: string): Buffer =>
  sequence(
    objectId(ALTERNATIVE_NAME),
    octetString(sequence(tagged(DNS_NAME, Buffer.from(host, 'latin1'), false))),
  )

function signed(body: Buffer, key: KeyObject): Buffer {
  return sequence(body, sequence(objectId(ECDSA_WITH_SHA256)), bitString(sign('sha256', body, key)))
}
