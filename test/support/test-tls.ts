/**
 * A certificate authority of one test: it signs certificates for the hosts that the test plays. Written in plain DER
 * on node:crypto, so that no tool has to be on the machine.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ipaddr from 'ipaddr.js'

export interface TestCertificate {
  /** PEM, PKCS 8. */
  readonly key: string
  /** PEM, the certificate alone; the authority is trusted directly. */
  readonly cert: string
}

export interface TestCa {
  readonly caPem: string
  /** A file with `caPem`, for NODE_EXTRA_CA_CERTS; removed when the test ends. */
  readonly caFile: string
  /** @param hostNames DNS names (a leading `*.` is allowed) and IPv4 or IPv6 addresses */
  certificateFor(...hostNames: readonly (string | readonly string[])[]): TestCertificate
}

/** What of a test context is needed; `process.on('exit')` serves as well. */
interface Disposer {
  after(work: () => void): void
}

export function createTestCa(t: Disposer): TestCa {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = distinguishedName(`Homebird test authority ${randomBytes(4).toString('hex')}`)
  const identifier = keyIdentifier(keys.publicKey)
  const caPem = certificate({
    subject: name,
    issuer: name,
    publicKey: keys.publicKey,
    issuerKey: keys.privateKey,
    extensions: [
      extension('2.5.29.19', sequence(Buffer.from([0x01, 0x01, 0xff])), true),
      extension('2.5.29.15', tlv(0x03, Buffer.from([0x01, 0x06])), true),
      extension('2.5.29.14', tlv(0x04, identifier)),
    ],
  })
  const folder = mkdtempSync(join(tmpdir(), 'homebird-ca-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, caPem)

  return {
    caPem,
    caFile,
    certificateFor(...hostNames) {
      const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const hosts = hostNames.flat()
      const cert = certificate({
        subject: distinguishedName(hosts[0] ?? 'nobody'),
        issuer: name,
        publicKey: own.publicKey,
        issuerKey: keys.privateKey,
        extensions: [
          extension('2.5.29.19', sequence(), true),
          extension('2.5.29.15', tlv(0x03, Buffer.from([0x07, 0x80])), true),
          extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'))),
          extension('2.5.29.17', sequence(...hosts.map((host) => generalName(host)))),
          extension('2.5.29.35', sequence(tlv(0x80, identifier))),
        ],
      })
      return { key: own.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), cert }
    },
  }
}

interface CertificateParts {
  readonly subject: Buffer
  readonly issuer: Buffer
  readonly publicKey: KeyObject
  readonly issuerKey: KeyObject
  readonly extensions: readonly Buffer[]
}

const DAY_MS = 86_400_000

/** @see RFC 5280 section 4.1 */
function certificate({ subject, issuer, publicKey, issuerKey, extensions }: CertificateParts): string {
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2'))
  const now = Date.now()
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    algorithm,
    issuer,
    sequence(utcTime(new Date(now - DAY_MS)), utcTime(new Date(now + 30 * DAY_MS))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, issuerKey)
  const der = sequence(body, algorithm, tlv(0x03, Buffer.concat([Buffer.from([0]), signature])))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function tlv(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length, ...bytes]), content])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, Buffer.concat(parts))
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [40 * first + second]
  for (const arc of rest) {
    const groups = [arc & 0x7f]
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    bytes.push(...groups)
  }
  return tlv(0x06, Buffer.from(bytes))
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(objectId('2.5.4.3'), tlv(0x0c, Buffer.from(commonName)))))
}

function utcTime(moment: Date): Buffer {
  const digits = moment.toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return tlv(0x17, Buffer.from(`${digits}Z`))
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  const flag = critical ? [Buffer.from([0x01, 0x01, 0xff])] : []
  return sequence(objectId(id), ...flag, tlv(0x04, value))
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
}

function generalName(host: string): Buffer {
  if (isIP(host) === 0) return tlv(0x82, Buffer.from(host))
  return tlv(0x87, Buffer.from(ipaddr.parse(host).toByteArray()))
}
