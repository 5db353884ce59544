/** HTTP Message Signatures, as newer servers send them. @see RFC 9421 */
import { sign } from 'node:crypto'
import { promisify } from 'node:util'
import {
  type Dictionary,
  type InnerList,
  type Item,
  parseDictionary,
  serializeInnerList,
  serializeItem,
} from 'structured-headers'
import { checkContentDigest, contentDigestHeader } from './digest.ts'
import {
  checkContentEncoding,
  checkMoments,
  isRefusal,
  type NamedAlgorithm,
  needsDigest,
  ownHostOf,
  type ParsedSignature,
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
/** Proxies add signatures of their own; more than this is not looked through. */
const MAX_SIGNATURES = 4

/** Names of the registry that a key of ours to verify can have. @see RFC 9421 section 6.2 */
const ALGORITHMS: ReadonlyMap<unknown, NamedAlgorithm> = new Map([
  ['rsa-v1_5-sha256', 'rsa-sha256'],
  ['ed25519', 'ed25519'],
])

/**
 * Reads the two headers and checks everything that needs no key. Of several signatures the first that covers enough
 * counts.
 */
export function parseRfc9421(
  request: ReceivedRequest,
  headers: { readonly input: string; readonly signature: string },
  now: Date,
): ParsedSignature | SignatureRefusal {
  const inputs = readDictionary(headers.input)
  const signatures = readDictionary(headers.signature)
  if (inputs === null || signatures === null)
    return refuse('malformed', 'a signature header is no dictionary')
  if (inputs.size > MAX_SIGNATURES) return refuse('malformed', `there are ${inputs.size} signatures`)
  let first: SignatureRefusal | null = null
  for (const [label, input] of inputs) {
    const parsed = parseOne(request, input, signatures.get(label), now)
    if (!isRefusal(parsed)) return parsed
    first ??= parsed
  }
  return first ?? refuse('unsigned', 'there is no signature')
}

/** Null for what is no dictionary, also for one that names a member twice. */
function readDictionary(header: string): Dictionary | null {
  if (header.length > MAX_HEADER_LENGTH) return null
  try {
    const dictionary = parseDictionary(header)
    return dictionary.size === countMembers(header) ? dictionary : null
  } catch {
    return null
  }
}

/** Commas outside strings and lists, plus one: the parser keeps only the last of two members of one name. */
function countMembers(header: string): number {
  let count = 1
  let quoted = false
  for (let at = 0; at < header.length; at += 1) {
    const char = header[at]
    if (quoted && char === '\\') at += 1
    else if (char === '"') quoted = !quoted
    else if (char === ',' && !quoted) count += 1
  }
  return count
}

function parseOne(
  request: ReceivedRequest,
  input: Item | InnerList,
  signatureItem: Item | InnerList | undefined,
  now: Date,
): ParsedSignature | SignatureRefusal {
  if (!isInnerList(input)) return refuse('malformed', 'the Signature-Input holds no list')
  const [, parameters] = input
  const keyId = parameters.get('keyid')
  const keyUrl = readKeyId(keyId)
  if (isRefusal(keyUrl)) return keyUrl
  const algorithm = readAlgorithm(parameters.get('alg'))
  if (typeof algorithm !== 'string') return algorithm
  const host = ownHostOf(request)
  if (typeof host !== 'string') return host
  const coverageFault = checkCoverage(input, needsDigest(request))
  if (coverageFault !== null) return coverageFault
  const created = readTimestamp('created', parameters.get('created'))
  if (typeof created !== 'number') return created
  const expires = parameters.has('expires') ? readTimestamp('expires', parameters.get('expires')) : null
  if (expires !== null && typeof expires !== 'number') return expires
  const dateFault =
    checkMoments([created], expires, now) ?? (needsDigest(request) ? checkBody(request) : null)
  if (dateFault !== null) return dateFault
  const base = signatureBase(request, input)
  if (typeof base !== 'string') return base
  const bytes = signatureItem?.[0]
  if (!(bytes instanceof ArrayBuffer)) return refuse('malformed', 'the signature is no byte sequence')
  const signature = readSignatureBytes(Buffer.from(bytes).toString('base64'))
  if (isRefusal(signature)) return signature
  return {
    kind: 'rfc9421',
    keyId: String(keyId),
    keyUrl,
    algorithm,
    signature,
    bases: [Buffer.from(base, 'latin1')],
    request,
    covered: input[0].map(([name]) => String(name)),
    signedAt: new Date(created),
  }
}

function isInnerList(member: Item | InnerList): member is InnerList {
  return Array.isArray(member[0])
}

function readAlgorithm(alg: unknown): NamedAlgorithm | SignatureRefusal {
  if (alg === undefined) return 'any'
  return ALGORITHMS.get(alg) ?? refuse('algorithm', `the algorithm ${JSON.stringify(alg)} is unknown`)
}

function checkCoverage([components]: InnerList, withDigest: boolean): SignatureRefusal | null {
  if (components.length > MAX_COVERED) return refuse('malformed', 'too many components are signed')
  const names = new Set(components.map(([name]) => name))
  if (names.size !== components.length) return refuse('duplicate', 'a component is signed twice')
  const needed = withDigest ? ['@method', '@target-uri', 'content-digest'] : ['@method', '@target-uri']
  const missing = needed.find((name) => !names.has(name))
  return missing === undefined ? null : refuse('coverage', `${missing} is not signed`)
}

function checkBody(request: ReceivedRequest): SignatureRefusal | null {
  const encoded = checkContentEncoding(request)
  if (encoded !== null) return encoded
  const header = signedHeader(request, 'content-digest')
  if (typeof header !== 'string') return header
  const verdict = checkContentDigest(header, request.body ?? new Uint8Array())
  return verdict === 'match' ? null : refuse('digest', `the digest does not hold: ${verdict}`)
}

/**
 * The signature base of a request for a member of its Signature-Input.
 * @returns a refusal for a component that is not there, or of a kind that no request to a home needs
 * @see RFC 9421 section 2.5
 */
export function signatureBase(request: ReceivedRequest, input: InnerList): string | SignatureRefusal {
  const [components] = input
  const lines: string[] = []
  for (const component of components) {
    const [name, parameters] = component
    if (typeof name !== 'string' || parameters.size > 0) {
      return refuse('malformed', `the component ${serializeItem(component)} is not supported`)
    }
    const value = componentValue(request, name)
    if (typeof value !== 'string') return value
    lines.push(`"${name}": ${value}`)
  }
  lines.push(`"@signature-params": ${serializeInnerList(input)}`)
  return lines.join('\n')
}

/** @see RFC 9421 sections 2.1 and 2.2 */
function componentValue(request: ReceivedRequest, name: string): string | SignatureRefusal {
  const { method, rawPath } = request
  if (!name.startsWith('@')) {
    return /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name)
      ? signedHeader(request, name)
      : refuse('malformed', `${JSON.stringify(name)} is no header name in lower case`)
  }
  const query = rawPath.indexOf('?')
  switch (name) {
    case '@method':
      return method
    case '@scheme':
      return 'https'
    case '@request-target':
      return rawPath
    case '@path':
      return query < 0 ? rawPath : rawPath.slice(0, query)
    case '@query':
      return query < 0 ? '?' : rawPath.slice(query)
    case '@authority':
      return ownHostOf(request)
    case '@target-uri': {
      const host = ownHostOf(request)
      return typeof host === 'string' ? `https://${host}${rawPath}` : host
    }
    default:
      return refuse('malformed', `the component ${JSON.stringify(name)} is not supported`)
  }
}

const signOnThreadPool = promisify(sign)

/**
 * Makes the headers of one request: Host, Date, Signature-Input, Signature, and for a body Content-Digest and
 * Content-Type. The signature is computed on the thread pool.
 */
export async function signRfc9421(
  request: RequestToSign,
  signer: Signer,
): Promise<Readonly<Record<string, string>>> {
  const { method, url, now, body, headers = {} } = request
  const isEd25519 = signer.privateKey.asymmetricKeyType === 'ed25519'
  const components: [string, string][] = [
    ['@method', method],
    ['@target-uri', url.href],
    ['@authority', url.host],
  ]
  const digest = body && contentDigestHeader(body.digest)
  if (body !== undefined)
    components.push(['content-type', body.contentType], ['content-digest', digest ?? ''])
  components.push(...Object.entries(headers))
  const created = Math.floor(now.getTime() / 1000)
  const names = components.map(([name]) => `"${name}"`).join(' ')
  const algorithm = isEd25519 ? 'ed25519' : 'rsa-v1_5-sha256'
  const parameters = `(${names});created=${created};keyid="${signer.keyUri}";alg="${algorithm}"`
  const lines = [
    ...components.map(([name, value]) => `"${name}": ${value}`),
    `"@signature-params": ${parameters}`,
  ]
  const base = Buffer.from(lines.join('\n'), 'latin1')
  const bytes = await signOnThreadPool(isEd25519 ? null : 'sha256', base, signer.privateKey)
  return {
    Host: url.host,
    Date: now.toUTCString(),
    ...(body === undefined ? {} : { 'Content-Digest': digest ?? '', 'Content-Type': body.contentType }),
    ...headers,
    'Signature-Input': `sig1=${parameters}`,
    Signature: `sig1=:${bytes.toString('base64')}:`,
  }
}
