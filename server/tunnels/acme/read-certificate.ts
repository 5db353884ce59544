/** What a certificate says of itself, and whether it is what this home can show for a host. */
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { type SecureContext, createSecureContext } from 'node:tls'
import { HomebirdError } from '../../core/errors.ts'

export interface ShownCertificate {
  readonly context: SecureContext
  readonly notBefore: Date
  readonly notAfter: Date
  /** By which an authority knows it when it says when to renew; null where the certificate does not say whose it is. */
  readonly renewalName: string | null
}

export interface CertificateFiles {
  readonly key: string
  readonly chain: string
}

/** @throws Error for what cannot be read, HomebirdError for what is another host's or fits another key */
export function readCertificate(host: string, { key, chain }: CertificateFiles): ShownCertificate {
  const leaf = new X509Certificate(chain)
  if (leaf.checkHost(host, { subject: 'never' }) === undefined)
    throw new HomebirdError('UNAVAILABLE', `the certificate is not one of ${host}`)
  if (!leaf.checkPrivateKey(createPrivateKey(key)))
    throw new HomebirdError('UNAVAILABLE', `the certificate of ${host} fits another key`)
  return {
    context: createSecureContext({ key, cert: chain, minVersion: 'TLSv1.2' }),
    notBefore: leaf.validFromDate,
    notAfter: leaf.validToDate,
    renewalName: renewalName(leaf),
  }
}

/** Identifier of the extension, as it is written; the key's identifier comes first in it where there is one. */
const AUTHORITY_KEY = Buffer.from([0x06, 0x03, 0x55, 0x1d, 0x23, 0x04])
const SEQUENCE = 0x30
const KEY_IDENTIFIER = 0x80

/** @see RFC 9773, 4.1 */
function renewalName({ raw, serialNumber }: X509Certificate): string | null {
  const at = raw.indexOf(AUTHORITY_KEY)
  if (at === -1) return null
  const [, tag, , inner, length = 0] = raw.subarray(at + AUTHORITY_KEY.length)
  if (tag !== SEQUENCE || inner !== KEY_IDENTIFIER || length > 64) return null
  const start = at + AUTHORITY_KEY.length + 5
  const key = raw.subarray(start, start + length)
  const digits = serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`
  const serial = Buffer.from(digits, 'hex')
  // As it is written: a number that is not negative begins with a bit of 0.
  const written = (serial[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.from([0]), serial]) : serial
  return `${key.toString('base64url')}.${written.toString('base64url')}`
}
