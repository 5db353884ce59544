/**
 * Signs a request to a provider of storage.
 * @see Signature Version 4 of Amazon's APIs, "Authenticating requests: using the Authorization header"
 */
import { createHash, createHmac } from 'node:crypto'
import type { S3Credentials } from '../../core/media-backend.ts'

export interface SignedParts {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** SHA-256 of the body in hex. */
  readonly bodyHash: string
  readonly region: string
  readonly credentials: S3Credentials
  readonly now: Date
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** Of no body. */
export const EMPTY_HASH = createHash('sha256').digest('hex')

/** @returns all headers of the request, those that were given among them */
export function signStorageRequest(parts: SignedParts): Record<string, string> {
  const { method, url, bodyHash, region, credentials, now } = parts
  const moment = now.toISOString().replace(/[-:]|\.\d{3}/g, '')
  const scope = `${moment.slice(0, 8)}/${region}/s3/aws4_request`
  const headers: Record<string, string> = {
    ...parts.headers,
    host: url.host,
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': moment,
  }
  const names = Object.keys(headers).sort()
  const canonical = [
    method,
    // Written as it is sent: its parts hold nothing that would have to be escaped anew.
    url.pathname,
    canonicalQuery(url),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    bodyHash,
  ].join('\n')
  const toSign = [ALGORITHM, moment, scope, createHash('sha256').update(canonical).digest('hex')].join('\n')
  const key = [moment.slice(0, 8), region, 's3', 'aws4_request'].reduce<Buffer>(
    (secret, part) => hmac(secret, part),
    Buffer.from(`AWS4${credentials.secret}`),
  )
  const signature = hmac(key, toSign).toString('hex')
  const authorization = `${ALGORITHM} Credential=${credentials.key}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`
  return { ...headers, authorization }
}

const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .map(([name, value]) => `${escaped(name)}=${escaped(value)}`)
    .sort()
    .join('&')
}

/** RFC 3986, where `encodeURIComponent` leaves a few more as they are. */
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
