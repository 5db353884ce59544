/** What arrived of a request that this home sent to itself: told back, so that the two can be compared. */
import { createPublicKey, hash, randomBytes } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { MarkedAnswer, SeenHeader, SeenRequest } from '../../contracts/probe.ts'
import { isHomebirdError } from '../../core/errors.ts'
import { reportProof } from '../../core/probe.ts'
import { type ReceivedRequest, parseSignature, verifySignature } from '../../activitypub/http-signature.ts'
import type { HttpContext } from '../http-context.ts'
import { clientAddressOf, wayInOf } from '../ways-in/client-address.ts'
import { probeKeyOf, probeParamsOf } from './probe-gate.ts'

/** What the checks send or look for; whatever else an edge adds is its own business. */
const TOLD: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'authorization',
  'cf-connecting-ip',
  'collection-synchronization',
  'content-digest',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'date',
  'digest',
  'forwarded',
  'host',
  'if-none-match',
  'range',
  'signature',
  'signature-input',
  'user-agent',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-homebird-check',
  'x-real-ip',
])
/** Of these only that they came. */
const UNTOLD: ReadonlySet<string> = new Set(['authorization', 'cookie'])
const MOST_HEADERS = 60
const MOST_VALUE = 2_000
const MARK_BYTES = 9

export interface ReceivedBody {
  readonly bytes: number
  readonly sha256: string
  /** Null where it was only counted. */
  readonly whole: Buffer | null
}

const NO_BODY = bodyOf(Buffer.alloc(0))

export function bodyOf(whole: Buffer): ReceivedBody {
  return { bytes: whole.length, sha256: hash('sha256', whole, 'hex'), whole }
}

async function seenRequest(
  context: Pick<HttpContext, 'home' | 'clock'>,
  request: FastifyRequest,
  body: ReceivedBody,
): Promise<SeenRequest> {
  const { raw } = request
  return {
    mark: makeMark(),
    method: raw.method ?? '',
    path: request.originalUrl,
    headers: toldHeaders(raw.rawHeaders),
    scheme: schemeOf(request),
    body: { bytes: body.bytes, sha256: body.sha256 },
    client: { address: clientAddressOf(request), ...wayInOf(request) },
    signature: await judgeSignature(context, {
      method: raw.method ?? '',
      rawPath: request.originalUrl,
      rawHeaders: raw.rawHeaders,
      body: raw.method === 'GET' ? null : body.whole,
      isOwnHost: (host) => context.home.isOwnHost(host),
    }),
  }
}

/** The report as the text that its proof is over, so that it may be packed anew on its way without harm. */
export async function answerSeen(
  context: Pick<HttpContext, 'home' | 'clock'>,
  request: FastifyRequest,
  kind: string,
  body: ReceivedBody = NO_BODY,
): Promise<Proven> {
  return proven(request, kind, await seenRequest(context, request, body))
}

/** Of what may lie in stores of others for a while nothing is told. */
export const answerMarked = (request: FastifyRequest, kind: string) =>
  proven(request, kind, { mark: makeMark() })

interface Proven {
  readonly seen: string
  readonly proof: string
}

function proven(request: FastifyRequest, kind: string, told: MarkedAnswer): Proven {
  const seen = JSON.stringify(told)
  const { nonce } = probeParamsOf(request)
  return { seen, proof: reportProof(probeKeyOf(request), nonce, kind, seen) }
}

const makeMark = (): string => randomBytes(MARK_BYTES).toString('base64url')

function toldHeaders(rawHeaders: readonly string[]): SeenHeader[] {
  const told: SeenHeader[] = []
  for (let at = 0; at + 1 < rawHeaders.length && told.length < MOST_HEADERS; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    if (!TOLD.has(name)) continue
    told.push([name, UNTOLD.has(name) ? null : (rawHeaders[at + 1] ?? '').slice(0, MOST_VALUE)])
  }
  return told
}

/** As the last of those in front says it. */
function schemeOf({ headers }: Pick<FastifyRequest, 'headers'>): string | null {
  const told = headers['x-forwarded-proto']
  if (told !== undefined) return String(told).split(',').at(-1)?.trim().toLowerCase() ?? null
  const { forwarded } = headers
  return (
    /(?:^|[;,\s])proto="?([a-z]{1,10})/i.exec(forwarded?.split(',').at(-1) ?? '')?.[1]?.toLowerCase() ?? null
  )
}

/** By the same code that judges what comes to an inbox; the key is the one of this home itself. */
async function judgeSignature(
  { home, clock }: Pick<HttpContext, 'home' | 'clock'>,
  received: ReceivedRequest,
): Promise<SeenRequest['signature']> {
  const parsed = parseSignature(received, clock.now())
  if (parsed.kind === 'refused') {
    return parsed.reason === 'unsigned' ? null : { isGood: false, problem: parsed.message }
  }
  for (const algorithm of ['rsa', 'ed25519'] as const) {
    const own = await home.signingKey(home.instanceActor().id, algorithm).catch((error: unknown) => {
      if (isHomebirdError(error, 'SIGNING_KEY_MISSING')) return null
      throw error
    })
    if (own === null || own.keyUri !== parsed.keyId) continue
    const verdict = verifySignature(parsed, createPublicKey(own.privateKey))
    return verdict.kind === 'verified'
      ? { isGood: true, problem: null }
      : { isGood: false, problem: verdict.message }
  }
  return { isGood: false, problem: 'it names a key that is none of this home' }
}
