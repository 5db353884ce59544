/**
 * The older kind of HTTP signature, which every server of the fediverse understands.
 * @see draft-cavage-http-signatures-12
 */
import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import { checkDigest, digestHeader } from './digest.ts'
import {
  checkContentEncoding,
  checkMoments,
  isRefusal,
  type NamedAlgorithm,
  needsDigest,
  ownHostOf,
  type ParsedSignature,
  readHttpDate,
  readKeyId,
  readSignatureBytes,
  readTimestamp,
  type ReceivedRequest,
  refuse,
  type SignatureRefusal,
  signedHeader,
} from './http-signature-facts.ts'
import type { RequestToSign, Signer } from './http-signature-facts.ts'

const MAX_HEADER_LENGTH = 8192
const MAX_COVERED = 32
const PARAMETER = /[ \t]*([A-Za-z]+)=(?:"([^"\\]*)"|(\d+))[ \t]*(,|$)/y

/** Names that signers use; what they mean is decided by the key. `hs2019` says only that. */
const ALGORITHMS: ReadonlyMap<string, NamedAlgorithm> = new Map([
  ['rsa-sha256', 'rsa-sha256'],
  ['rsa-sha512', 'rsa-sha512'],
  ['ed25519', 'ed25519'],
  ['hs2019', 'any'],
])

type Parameters = ReadonlyMap<string, string>

/**
 * Reads a Signature header and checks everything that needs no key.
 * @param header  the one Signature header of the request
 */
export function parseCavage(
  request: ReceivedRequest,
  header: string,
  now: Date,
): ParsedSignature | SignatureRefusal {
  const parameters = parseParameters(header)
  if (isRefusal(parameters)) return parameters
  const keyId = parameters.get('keyId') ?? ''
  const keyUrl = readKeyId(keyId)
  if (isRefusal(keyUrl)) return keyUrl
  const algorithm = ALGORITHMS.get(parameters.get('algorithm')?.toLowerCase() ?? 'hs2019')
  if (algorithm === undefined)
    return refuse('algorithm', `the algorithm ${parameters.get('algorithm')} is unknown`)
  const covered = readCovered(parameters.get('headers'), needsDigest(request))
  if (isRefusal(covered)) return covered
  const host = ownHostOf(request)
  if (typeof host !== 'string') return host
  const signedAt = checkDates(request, parameters, covered, now)
  if (typeof signedAt !== 'number') return signedAt
  const digestFault = needsDigest(request) ? checkBody(request) : null
  if (digestFault !== null) return digestFault
  const bases = basesOf(request, parameters, covered)
  if (isRefusal(bases)) return bases
  const signature = readSignatureBytes(parameters.get('signature'))
  if (isRefusal(signature)) return signature
  const head = { kind: 'cavage', keyId, keyUrl, algorithm } as const
  return { ...head, signature, bases, request, covered, signedAt: new Date(signedAt) }
}

function parseParameters(header: string): Parameters | SignatureRefusal {
  if (header.length > MAX_HEADER_LENGTH) return refuse('malformed', 'the Signature header is too long')
  const parameters = new Map<string, string>()
  const names = new Set<string>()
  PARAMETER.lastIndex = 0
  for (let separator = ','; separator === ',';) {
    const match = PARAMETER.exec(header)
    if (match === null) return refuse('malformed', 'the Signature header is not a list of parameters')
    const [, name = '', quoted, bare, next = ''] = match
    if (names.has(name.toLowerCase())) return refuse('duplicate', `the parameter ${name} occurs twice`)
    names.add(name.toLowerCase())
    parameters.set(name, quoted ?? bare ?? '')
    separator = next
  }
  return parameters
}

/** The names of what is signed, in order. */
function readCovered(headers: string | undefined, withDigest: boolean): readonly string[] | SignatureRefusal {
  const covered = (headers ?? '').toLowerCase().split(' ')
  if (covered.includes('')) return refuse('coverage', 'the list of signed headers is empty or broken')
  if (covered.length > MAX_COVERED) return refuse('malformed', 'too many headers are signed')
  if (new Set(covered).size !== covered.length) return refuse('duplicate', 'a signed header is named twice')
  const needed = withDigest ? ['(request-target)', 'host', 'digest'] : ['(request-target)', 'host']
  const missing = needed.find((name) => !covered.includes(name))
  return missing === undefined ? covered : refuse('coverage', `${missing} is not signed`)
}

/** The earliest signed moment, in milliseconds. */
function checkDates(
  request: ReceivedRequest,
  parameters: Parameters,
  covered: readonly string[],
  now: Date,
): number | SignatureRefusal {
  const moments: number[] = []
  if (covered.includes('date')) {
    const value = signedHeader(request, 'date')
    const date = typeof value === 'string' ? readHttpDate(value) : value
    if (typeof date !== 'number') return date
    moments.push(date)
  }
  if (covered.includes('(created)')) {
    const created = readTimestamp('created', parameters.get('created'))
    if (typeof created !== 'number') return created
    moments.push(created)
  }
  const raw = parameters.get('expires')
  const expires = raw === undefined ? null : readTimestamp('expires', raw)
  if (expires !== null && typeof expires !== 'number') return expires
  return checkMoments(moments, expires, now) ?? Math.min(...moments)
}

function checkBody(request: ReceivedRequest): SignatureRefusal | null {
  const encoded = checkContentEncoding(request)
  if (encoded !== null) return encoded
  const header = signedHeader(request, 'digest')
  if (typeof header !== 'string') return header
  const verdict = checkDigest(header, request.body ?? new Uint8Array())
  return verdict === 'match' ? null : refuse('digest', `the digest does not hold: ${verdict}`)
}

/** The signing string, and for a path with a query also the one that leaves it out. */
function basesOf(
  request: ReceivedRequest,
  parameters: Parameters,
  covered: readonly string[],
): readonly Buffer[] | SignatureRefusal {
  const lines: string[] = []
  for (const name of covered) {
    const value = valueOf(request, parameters, name)
    if (typeof value !== 'string') return value
    lines.push(`${name}: ${value}`)
  }
  const withQuery = Buffer.from(lines.join('\n'), 'latin1')
  const query = request.rawPath.indexOf('?')
  if (query < 0) return [withQuery]
  lines[covered.indexOf('(request-target)')] = targetLine(request.method, request.rawPath.slice(0, query))
  return [withQuery, Buffer.from(lines.join('\n'), 'latin1')]
}

function valueOf(request: ReceivedRequest, parameters: Parameters, name: string): string | SignatureRefusal {
  if (name === '(request-target)') return `${request.method.toLowerCase()} ${request.rawPath}`
  if (!name.startsWith('(')) return signedHeader(request, name)
  const value = name === '(created)' || name === '(expires)' ? parameters.get(name.slice(1, -1)) : undefined
  return value ?? refuse('malformed', `${name} is signed but not given`)
}

function targetLine(method: string, path: string): string {
  return `(request-target): ${method.toLowerCase()} ${path}`
}

const signOnThreadPool = promisify(sign)

/**
 * Makes the headers of one request: Host, Date, Signature, and for a body Digest and Content-Type. The signature is
 * computed on the thread pool.
 */
export async function signCavage(
  request: RequestToSign,
  signer: Signer,
): Promise<Readonly<Record<string, string>>> {
  const { method, url, now, body, headers = {} } = request
  const date = now.toUTCString()
  const digest = body && digestHeader(body.digest)
  const lines = [targetLine(method, url.path), `host: ${url.host}`, `date: ${date}`]
  if (body !== undefined) lines.push(`digest: ${digest}`, `content-type: ${body.contentType}`)
  lines.push(...Object.entries(headers).map(([name, value]) => `${name}: ${value}`))
  const isEd25519 = signer.privateKey.asymmetricKeyType === 'ed25519'
  const bytes = await signOnThreadPool(
    isEd25519 ? null : 'sha256',
    Buffer.from(lines.join('\n'), 'latin1'),
    signer.privateKey,
  )
  const usual = body === undefined ? ['date'] : ['date', 'digest', 'content-type']
  const covered = ['(request-target)', 'host', ...usual, ...Object.keys(headers)].join(' ')
  const algorithm = isEd25519 ? 'hs2019' : 'rsa-sha256'
  const signature = `keyId="${signer.keyUri}",algorithm="${algorithm}",headers="${covered}",signature="${bytes.toString('base64')}"`
  return {
    Host: url.host,
    Date: date,
    ...(body === undefined ? {} : { Digest: digest ?? '', 'Content-Type': body.contentType }),
    ...headers,
    Signature: signature,
  }
}
