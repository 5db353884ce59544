/**
 * Signatures as a stranger makes and checks them: written from the specifications, over `node:crypto` alone, so that a
 * mistake of the product is not repeated here. Everything can be made wrong on purpose.
 * @see draft-cavage-http-signatures-12, RFC 9421, RFC 9530
 */
import { type KeyObject, createHash, createPublicKey, sign, verify } from 'node:crypto'

export type SignatureScheme = 'cavage' | 'rfc9421' | 'none'

export interface SigningKey {
  readonly keyUri: string
  readonly privateKey: KeyObject
}

export interface SigningPlan {
  readonly scheme: SignatureScheme
  readonly key: SigningKey
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly host: string
  /** Headers that are sent, names in lower case; `date`, `digest` and so on are there already if wanted. */
  readonly headers: Readonly<Record<string, string>>
  /** Covered headers or components in order. */
  readonly covers: readonly string[]
  readonly created: number
  readonly expires?: number
  /** The `algorithm` parameter of cavage; left out when undefined. */
  readonly algorithm?: string
}

export function digestOf(body: string | Uint8Array): string {
  return `SHA-256=${createHash('sha256').update(body).digest('base64')}`
}

export function contentDigestOf(body: string | Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
}

/** The headers that carry the signature. */
export function signatureHeaders(plan: SigningPlan): Record<string, string> {
  if (plan.scheme === 'none') return {}
  return plan.scheme === 'cavage' ? cavageHeaders(plan) : rfc9421Headers(plan)
}

function signBytes(key: KeyObject, base: string): string {
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  return sign(algorithm, Buffer.from(base), key).toString('base64')
}

function cavageBase(plan: Omit<SigningPlan, 'key' | 'scheme' | 'algorithm'>): string {
  return plan.covers
    .map((name) => {
      if (name === '(request-target)') return `(request-target): ${plan.method.toLowerCase()} ${plan.path}`
      if (name === '(created)') return `(created): ${plan.created}`
      if (name === '(expires)') return `(expires): ${plan.expires ?? ''}`
      return `${name}: ${plan.headers[name] ?? ''}`
    })
    .join('\n')
}

function cavageHeaders(plan: SigningPlan): Record<string, string> {
  const parts = [`keyId="${plan.key.keyUri}"`]
  if (plan.algorithm !== undefined) parts.push(`algorithm="${plan.algorithm}"`)
  if (plan.covers.includes('(created)')) parts.push(`created=${plan.created}`)
  if (plan.expires !== undefined) parts.push(`expires=${plan.expires}`)
  parts.push(`headers="${plan.covers.join(' ')}"`)
  parts.push(`signature="${signBytes(plan.key.privateKey, cavageBase(plan))}"`)
  return { signature: parts.join(',') }
}

function rfc9421Base(plan: Omit<SigningPlan, 'key' | 'scheme'>, parameters: string): string {
  const lines = plan.covers.map((name) => `"${name}": ${component(plan, name)}`)
  return [...lines, `"@signature-params": ${parameters}`].join('\n')
}

function component(plan: Omit<SigningPlan, 'key' | 'scheme'>, name: string): string {
  const [path = '', query] = plan.path.split('?')
  switch (name) {
    case '@method':
      return plan.method.toUpperCase()
    case '@target-uri':
      return `https://${plan.host}${plan.path}`
    case '@authority':
      return plan.host
    case '@path':
      return path
    case '@query':
      return `?${query ?? ''}`
    case '@request-target':
      return plan.path
    default:
      return plan.headers[name] ?? ''
  }
}

function rfc9421Headers(plan: SigningPlan): Record<string, string> {
  const list = plan.covers.map((name) => `"${name}"`).join(' ')
  const expires = plan.expires === undefined ? '' : `;expires=${plan.expires}`
  const parameters = `(${list});created=${plan.created}${expires};keyid="${plan.key.keyUri}"`
  const value = signBytes(plan.key.privateKey, rfc9421Base(plan, parameters))
  return { 'signature-input': `sig1=${parameters}`, signature: `sig1=:${value}:` }
}

export interface ReceivedRequest {
  readonly method: string
  readonly path: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export type SignatureVerdict =
  | { readonly valid: true; readonly keyUri: string; readonly scheme: SignatureScheme }
  | { readonly valid: false; readonly why: string }

/** @param findKey  the PEM of a key by its id, or undefined where nobody knows it */
export async function checkSignature(
  request: ReceivedRequest,
  findKey: (keyUri: string) => Promise<string | undefined>,
): Promise<SignatureVerdict> {
  if (request.headers['signature'] === undefined) return { valid: false, why: 'unsigned' }
  const parsed = parse(request)
  if (typeof parsed === 'string') return { valid: false, why: parsed }
  const pem = await findKey(parsed.keyUri)
  if (pem === undefined) return { valid: false, why: `nobody knows the key ${parsed.keyUri}` }
  const key = createPublicKey(pem)
  const algorithm = key.asymmetricKeyType === 'ed25519' ? null : 'sha256'
  if (!verify(algorithm, Buffer.from(parsed.base), key, Buffer.from(parsed.signature, 'base64'))) {
    return { valid: false, why: 'the signature is wrong' }
  }
  if (request.method !== 'POST') return { valid: true, keyUri: parsed.keyUri, scheme: parsed.scheme }
  const { headers, body } = request
  const isDigestRight =
    parsed.scheme === 'cavage'
      ? headers['digest'] === digestOf(body) && parsed.covers.includes('digest')
      : headers['content-digest'] === contentDigestOf(body) && parsed.covers.includes('content-digest')
  if (!isDigestRight) return { valid: false, why: 'the digest is wrong or not covered' }
  return { valid: true, keyUri: parsed.keyUri, scheme: parsed.scheme }
}

interface ParsedSignature {
  readonly scheme: 'cavage' | 'rfc9421'
  readonly keyUri: string
  readonly signature: string
  readonly base: string
  readonly covers: readonly string[]
}

function parse(request: ReceivedRequest): ParsedSignature | string {
  const { headers } = request
  return headers['signature-input'] === undefined ? parseCavage(request) : parseRfc9421(request)
}

function parseCavage(request: ReceivedRequest): ParsedSignature | string {
  const fields: Record<string, string> = {}
  for (const [, name = '', quoted, bare] of (request.headers['signature'] ?? '').matchAll(
    /([a-zA-Z]+)=(?:"([^"]*)"|(\d+))/g,
  )) {
    fields[name] = quoted ?? bare ?? ''
  }
  const covers = (fields['headers'] ?? 'date').split(' ')
  for (const needed of ['(request-target)', 'host', 'date']) {
    if (!covers.includes(needed)) return `${needed} is not covered`
  }
  const base = cavageBase({ ...request, covers, created: Number(fields['created'] ?? 0) })
  return {
    scheme: 'cavage',
    keyUri: fields['keyId'] ?? '',
    signature: fields['signature'] ?? '',
    base,
    covers,
  }
}

function parseRfc9421(request: ReceivedRequest): ParsedSignature | string {
  const input = /^([a-z0-9_-]+)=(\(([^)]*)\)[^,]*)$/.exec(request.headers['signature-input'] ?? '')
  if (input === null) return 'the Signature-Input is not understood'
  const [, label = '', parameters = '', list = ''] = input
  const covers = [...list.matchAll(/"([^"]+)"/g)].map(([, name = '']) => name)
  const signature = new RegExp(`${label}=:([^:]+):`).exec(request.headers['signature'] ?? '')?.[1]
  const keyUri = /;keyid="([^"]+)"/.exec(parameters)?.[1]
  if (signature === undefined || keyUri === undefined) return 'label or keyid is missing'
  const base = rfc9421Base({ ...request, covers, created: 0 }, parameters)
  return { scheme: 'rfc9421', keyUri, signature, base, covers }
}
