/**
 * Compression of what the public listener answers: br or gzip, text alone, and only what is large enough to gain by it. Ready
 * bytes are compressed once, hard, and kept beside them. With a CDN in front public answers go out plain: it compresses
 * for its readers, and keeps one form.
 *
 * Secrets are not guessed by lengths (BREACH): of private answers only JSON to those who come with a token or with nothing
 * is compressed. A page elsewhere can make a browser send cookies, but never a token; what comes with a cookie, sets one
 * or is a form goes out plain, and so does every answer to a write.
 */
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../core/config.ts'
import type { AnswerClass } from './answer-table.ts'

const LEAST_BYTES = 1_024
const COMPRESSIBLE =
  /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml)|application\/manifest\+json|image\/svg)/

type Encoding = 'br' | 'gzip'
const ENCODINGS: readonly Encoding[] = ['br', 'gzip']

/** Rows whose answers are never text. */
const FILES: ReadonlySet<AnswerClass> = new Set(['media', 'picture'])

export function compressAnswers(app: FastifyInstance, { cdn }: Pick<Config, 'cdn'>): void {
  const isPlainInPublic = cdn !== 'none'
  app.addHook('onSend', (request, reply, payload, done) => {
    const { answer: kind = 'never' } = request.routeOptions.config
    const isPublic = String(reply.getHeader('cache-control')).startsWith('public')
    if (isPublic && (isPlainInPublic || FILES.has(kind))) return done(null, payload)
    if (isPublic) addVary(reply)
    const isText = typeof payload === 'string' || Buffer.isBuffer(payload)
    if (!isText || !mayCompress(request, reply, payload, kind === 'private')) return done(null, payload)
    const encoding = encodingFor(request.headers['accept-encoding'])
    if (encoding === null) return done(null, payload)
    return compressed(payload, encoding, (error, bytes) => {
      // Whatever zlib cannot do, the answer itself is good.
      if (error !== null) return done(null, payload)
      void reply.header('content-encoding', encoding).removeHeader('content-length')
      return done(null, bytes)
    })
  })
}

function mayCompress(
  { method, headers }: FastifyRequest,
  reply: FastifyReply,
  payload: string | Buffer,
  isPrivate: boolean,
): boolean {
  if (payload.length < LEAST_BYTES || (method !== 'GET' && method !== 'HEAD')) return false
  if (reply.statusCode === 206 || reply.hasHeader('content-encoding') || reply.hasHeader('set-cookie'))
    return false
  const type = String(reply.getHeader('content-type') ?? '')
  if (!COMPRESSIBLE.test(type)) return false
  return !isPrivate || (headers.cookie === undefined && type.startsWith('application/json'))
}

function addVary(reply: FastifyReply): void {
  const vary = reply.getHeader('vary')
  void reply.header('vary', typeof vary === 'string' ? `${vary}, Accept-Encoding` : 'Accept-Encoding')
}

/** The first of ours that the reader takes. @see RFC 9110 12.5.3 */
export function encodingFor(header: string | string[] | undefined): Encoding | null {
  const taken = new Map<string, boolean>()
  for (const part of String(header ?? '')
    .slice(0, 500)
    .toLowerCase()
    .split(',')) {
    const [name = '', ...parameters] = part.split(';').map((one) => one.trim())
    if (name !== '') taken.set(name, !parameters.some((one) => /^q=0(?:\.0*)?$/.test(one)))
  }
  return ENCODINGS.find((name) => taken.get(name) ?? taken.get('*') ?? false) ?? null
}

type Compressed = (error: Error | null, bytes: Buffer) => void

const ready = new WeakMap<Buffer, Partial<Record<Encoding, Buffer>>>()

/** Bytes are ready ones, which are sent many times; text is made for one reader. */
function compressed(payload: string | Buffer, encoding: Encoding, callback: Compressed): void {
  if (typeof payload === 'string') return compress(Buffer.from(payload), encoding, false, callback)
  const forms = ready.get(payload) ?? {}
  const form = forms[encoding]
  if (form !== undefined) return callback(null, form)
  return compress(payload, encoding, true, (error, bytes) => {
    if (error === null) ready.set(payload, { ...ready.get(payload), [encoding]: bytes })
    callback(error, bytes)
  })
}

function compress(bytes: Buffer, encoding: Encoding, isHard: boolean, callback: Compressed): void {
  if (encoding === 'gzip') return gzip(bytes, { level: isHard ? 9 : 4 }, callback)
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: isHard ? 9 : 3,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  }
  return brotliCompress(bytes, { params }, callback)
}
