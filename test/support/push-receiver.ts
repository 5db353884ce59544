/** An app's end of web push: its keys, and what a push service hands it, decrypted by somebody else's code and verified. */
import { createECDH, createPublicKey, randomBytes, verify } from 'node:crypto'
import ece from 'http_ece'
import type { ReceivedRequest } from './fake-peer-signatures.ts'

interface VapidClaims {
  readonly aud: string
  readonly exp: number
  readonly sub: string
}

export interface ReceivedPush {
  readonly text: string
  readonly message: Readonly<Record<string, unknown>>
  readonly claims: VapidClaims
  /** The key that signed, base64url. */
  readonly serverKey: string
}

export class PushReceiver {
  readonly #pair = createECDH('prime256v1')
  readonly #auth = randomBytes(16)

  constructor() {
    this.#pair.generateKeys()
  }

  get keys(): { readonly p256dh: string; readonly auth: string } {
    return { p256dh: this.#pair.getPublicKey('base64url'), auth: this.#auth.toString('base64url') }
  }

  /** Throws for what is not for this receiver, or not signed by the key that it names. */
  read(request: ReceivedRequest): ReceivedPush {
    const isStandard = request.headers['content-encoding'] === 'aes128gcm'
    const text = this.#decrypt(request, isStandard).toString()
    const { token, key } = isStandard ? standardVapid(request) : draftVapid(request)
    return {
      text,
      message: JSON.parse(text) as Record<string, unknown>,
      claims: verified(token, key),
      serverKey: key,
    }
  }

  #decrypt({ headers, body }: ReceivedRequest, isStandard: boolean): Buffer {
    const own = { privateKey: this.#pair, authSecret: this.#auth.toString('base64url') }
    if (isStandard) return ece.decrypt(body, { version: 'aes128gcm', ...own })
    const dh = parameter(headers['crypto-key'], 'dh')
    return ece.decrypt(body, {
      version: 'aesgcm',
      ...own,
      dh,
      salt: parameter(headers['encryption'], 'salt'),
    })
  }
}

function standardVapid({ headers }: ReceivedRequest): { token: string; key: string } {
  const [, token = '', key = ''] =
    /^vapid t=([\w.-]+), k=([\w-]+)$/.exec(headers['authorization'] ?? '') ?? []
  return { token, key }
}

function draftVapid({ headers }: ReceivedRequest): { token: string; key: string } {
  const [, token = ''] = /^WebPush ([\w.-]+)$/.exec(headers['authorization'] ?? '') ?? []
  return { token, key: parameter(headers['crypto-key'], 'p256ecdsa') }
}

function parameter(header: string | undefined, name: string): string {
  const value = new RegExp(`(?:^|[;,] *)${name}=([\\w-]+)`).exec(header ?? '')?.[1]
  if (value === undefined) throw new Error(`no ${name} in ${header}`)
  return value
}

function verified(token: string, key: string): VapidClaims {
  const point = Buffer.from(key, 'base64url')
  const [head = '', claims = '', signature = ''] = token.split('.')
  const x = point.subarray(1, 33).toString('base64url')
  const y = point.subarray(33).toString('base64url')
  const publicKey = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' })
  const isGood = verify(
    'sha256',
    Buffer.from(`${head}.${claims}`),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )
  if (!isGood) throw new Error('the VAPID token is not signed by its key')
  return JSON.parse(Buffer.from(claims, 'base64url').toString()) as VapidClaims
}
