/**
 * A certificate authority for tests: X.509 written by hand over `node:crypto`, so that no program of the machine is
 * needed. One authority for each process; a leaf names its hosts.
 */
import { type KeyObject, createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

export interface TestCertificate {
  /** The leaf and nothing else, PEM. */
  readonly cert: string
  /** Its private key, PEM. */
  readonly key: string
  /** The authority that signed it, PEM: what a client has to trust. */
  readonly ca: string
}

export interface CertificateOptions {
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** Signed by itself instead of by the authority. */
  readonly selfSigned?: boolean
  /** Instead of the one of this process. */
  readonly authority?: TestAuthority
  /** Where the certificate of its authority can be had, as public authorities say it. */
  readonly issuerUrl?: string
  /** Of somebody who has asked for it, instead of one that is made; the answer's private key fits nothing then. */
  readonly publicKey?: KeyObject
}

const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2'
const COMMON_NAME = '2.5.4.3'
const DAY_MS = 86_400_000

export interface TestAuthority {
  readonly name: string
  readonly key: KeyObject
  readonly publicKey: KeyObject
  /** Its certificate. */
  readonly pem: string
}

let authority: TestAuthority | null = null

/** @param hosts  DNS names and IP addresses of the certificate; the first is also its common name */
export function issueCertificate(
  hosts: readonly string[],
  options: CertificateOptions = {},
): TestCertificate {
  const ca = options.authority ?? openAuthority()
  const { privateKey, publicKey: made } = makeKeys()
  const publicKey = options.publicKey ?? made
  const name = hosts[0] ?? 'localhost'
  const isSelfSigned = options.selfSigned === true
  const der = certificate({
    subject: name,
    issuer: isSelfSigned ? name : ca.name,
    publicKey,
    signingKey: isSelfSigned ? privateKey : ca.key,
    notBefore: options.notBefore ?? new Date(Date.now() - DAY_MS),
    notAfter: options.notAfter ?? new Date(Date.now() + 30 * DAY_MS),
    extensions: [
      extension('2.5.29.19', true, sequence()),
      extension('2.5.29.17', false, sequence(...hosts.map(alternativeName))),
      extension('2.5.29.37', false, sequence(oid('1.3.6.1.5.5.7.3.1'))),
      extension(
        '2.5.29.35',
        false,
        sequence(encode(0x80, keyIdentifier(isSelfSigned ? publicKey : ca.publicKey))),
      ),
      ...(options.issuerUrl === undefined ? [] : [issuerAccess(options.issuerUrl)]),
    ],
  })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { cert: pemOf(der), key, ca: ca.pem }
}

const keyIdentifier = (key: KeyObject): Buffer =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)

function openAuthority(): TestAuthority {
  authority ??= makeAuthority()
  return authority
}

/** A further authority, which nobody trusts who is not told to. @param above  who vouches for it; itself unless given */
export function makeAuthority(above: TestAuthority | null = null): TestAuthority {
  const { privateKey, publicKey } = makeKeys()
  const name = `Homebird test authority ${randomBytes(4).toString('hex')}`
  const der = certificate({
    subject: name,
    issuer: above?.name ?? name,
    publicKey,
    signingKey: above?.key ?? privateKey,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 30 * DAY_MS),
    extensions: [
      extension('2.5.29.19', true, sequence(encode(0x01, Buffer.from([0xff])))),
      extension('2.5.29.15', true, encode(0x03, Buffer.from([0x01, 0x06]))),
    ],
  })
  return { name, key: privateKey, publicKey, pem: pemOf(der) }
}

function makeKeys(): { privateKey: KeyObject; publicKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
}

interface CertificateFacts {
  readonly subject: string
  readonly issuer: string
  readonly publicKey: KeyObject
  readonly signingKey: KeyObject
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: readonly Buffer[]
}

function certificate(facts: CertificateFacts): Buffer {
  const algorithm = sequence(oid(ECDSA_WITH_SHA256))
  const body = sequence(
    encode(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    algorithm,
    commonName(facts.issuer),
    sequence(utcTime(facts.notBefore), utcTime(facts.notAfter)),
    commonName(facts.subject),
    facts.publicKey.export({ type: 'spki', format: 'der' }),
    encode(0xa3, sequence(...facts.extensions)),
  )
  const signature = sign('sha256', body, facts.signingKey)
  return sequence(body, algorithm, encode(0x03, Buffer.concat([Buffer.from([0]), signature])))
}

/** @see RFC 5280 4.2.2.1, caIssuers */
function issuerAccess(url: string): Buffer {
  const place = encode(0x86, Buffer.from(url, 'latin1'))
  return extension('1.3.6.1.5.5.7.1.1', false, sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), place)))
}

function alternativeName(host: string): Buffer {
  if (isIP(host) !== 0) return encode(0x87, Buffer.from(ipaddr.parse(host).toByteArray()))
  return encode(0x82, Buffer.from(host, 'latin1'))
}

function extension(id: string, isCritical: boolean, value: Buffer): Buffer {
  const critical = isCritical ? [encode(0x01, Buffer.from([0xff]))] : []
  return sequence(oid(id), ...critical, encode(0x04, value))
}

function commonName(name: string): Buffer {
  return sequence(encode(0x31, sequence(oid(COMMON_NAME), encode(0x0c, Buffer.from(name)))))
}

function utcTime(moment: Date): Buffer {
  const digits = moment.toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)
  return encode(0x17, Buffer.from(`${digits}Z`, 'latin1'))
}

function integer(value: Buffer): Buffer {
  return encode(0x02, value)
}

function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second]
  for (const part of rest) {
    const groups = [part & 0x7f]
    for (let value = part >>> 7; value > 0; value >>>= 7) groups.unshift((value & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return encode(0x06, Buffer.from(bytes))
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return encode(0x30, Buffer.concat(parts))
}

/** Tag, length, value. */
function encode(tag: number, value: Buffer): Buffer {
  const { length } = value
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value])
  const size: number[] = []
  for (let rest = length; rest > 0; rest >>>= 8) size.unshift(rest & 0xff)
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length, ...size]), value])
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}
