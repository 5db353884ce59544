/** A certificate that nobody vouches for: whoever was told its fingerprint knows whom they speak to. */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { bitString, integer, objectId, pemOf, sequence, setOf, tagged, utcTime, utf8 } from './der.ts'

export interface OwnCertificate {
  /** PEM. */
  readonly key: string
  readonly certificate: string
  /** SHA-256 of the certificate. */
  readonly fingerprint: Buffer
}

const DAY_MS = 86_400_000
/** Clocks of two machines differ. */
const BEFORE_MS = 2 * DAY_MS
const YEARS_MS = 3_650 * DAY_MS
const COMMON_NAME = '2.5.4.3'
const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const VERSION_3 = Buffer.from([2])
const SERIAL_BYTES = 16

/** @see RFC 5280, 4.1 */
export function makeOwnCertificate(now: Date): OwnCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = sequence(setOf(sequence(objectId(COMMON_NAME), utf8('homebird'))))
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256))
  const content = sequence(
    tagged(0, integer(VERSION_3)),
    integer(serialNumber()),
    algorithm,
    name,
    sequence(utcTime(new Date(now.getTime() - BEFORE_MS)), utcTime(new Date(now.getTime() + YEARS_MS))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const der = sequence(content, algorithm, bitString(sign('sha256', content, privateKey)))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pemOf('CERTIFICATE', der),
    fingerprint: createHash('sha256').update(der).digest(),
  }
}

/** Positive, and written without a leading zero. */
function serialNumber(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES)
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40
  return bytes
}
