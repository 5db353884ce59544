/**
 * Speaks to one bucket: signs, tries again what may go better a moment later, and says in one sentence what is wrong where it
 * may not. Every request is harmless when it is made twice.
 * @see Amazon S3 API Reference; the parts of it that every provider has
 */
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../core/clock.ts'
import type { S3Backend, S3Credentials } from '../../core/media-backend.ts'
import { type S3Fault, explainFault, faultOf, unreachable } from './s3-answers.ts'
import { EMPTY_HASH, signStorageRequest } from './sign-storage-request.ts'

export interface StorageAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
}

/** What carries the requests; sockets are none of this layer's business. */
export interface StorageTransport {
  send(request: {
    readonly method: S3Method
    readonly url: URL
    readonly headers: Readonly<Record<string, string>>
    readonly body?: Uint8Array
    readonly timeoutMs: number
    readonly signal?: AbortSignal
  }): Promise<StorageAnswer>
  close(): Promise<void>
}

export type S3Method = 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'

export interface S3Call {
  readonly method: S3Method
  /** Of the object; empty for the bucket. */
  readonly key: string
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Statuses that are no failure besides those from 200 to 299. */
  readonly expected?: readonly number[]
  /** Breaks it off; it is not tried again then. */
  readonly signal?: AbortSignal
}

export interface S3ClientOptions {
  readonly backend: S3Backend
  readonly credentials: S3Credentials
  readonly transport: StorageTransport
  readonly clock: Clock
  /** Before the second, the third, ... attempt. */
  readonly pausesMs?: readonly number[]
  /** That names the bucket. */
  readonly setting?: string
}

const PAUSES_MS = [200, 1_000, 3_000]
const HEAD_TIMEOUT_MS = 30_000
/** The slowest line that uploads are waited for. */
const LEAST_BYTES_PER_SECOND = 10_000
/** Lists of a thousand objects are a third of it. */
const MOST_XML_BYTES = 4 * 1_048_576
const AGAIN_STATUS: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])
const AGAIN_CODE: ReadonlySet<string> = new Set(['RequestTimeout', 'SlowDown', 'InternalError', 'BadDigest'])

export class S3Client {
  readonly #options: S3ClientOptions
  readonly #pausesMs: readonly number[]

  constructor(options: S3ClientOptions) {
    this.#options = options
    this.#pausesMs = options.pausesMs ?? PAUSES_MS
  }

  get host(): string {
    return new URL(this.#options.backend.endpoint).host
  }

  /**
   * @returns the answer with a body that is to be read or destroyed
   * @throws HomebirdError STORAGE_UNREACHABLE with what is wrong and the remedy
   */
  async call(call: S3Call): Promise<StorageAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      const outcome = await this.#attempt(call)
      call.signal?.throwIfAborted()
      if ('answer' in outcome) return outcome.answer
      const pause = this.#pausesMs[attempt]
      if (!outcome.mayGoBetter || pause === undefined) throw unreachable(outcome.why, outcome.cause)
      await delay(pause, undefined, call.signal === undefined ? {} : { signal: call.signal })
    }
  }

  /** The body of an answer in XML. @throws HomebirdError as `call`, and for one that is too long or has a DOCTYPE */
  async callForXml(call: S3Call): Promise<{ readonly status: number; readonly xml: string }> {
    const { status, body } = await this.call(call)
    try {
      return { status, xml: await readXml(body) }
    } catch (error) {
      throw unreachable(`${this.host} gave an answer that could not be read`, error)
    }
  }

  /** For answers whose body says nothing. */
  async callForHead(call: S3Call): Promise<Omit<StorageAnswer, 'body'>> {
    const { body, ...head } = await this.call(call)
    // Read to its end, so that the connection may be used again.
    body.on('error', () => undefined).resume()
    return head
  }

  async #attempt(call: S3Call): Promise<Attempt> {
    const { transport, clock } = this.#options
    const { url, headers } = this.#signed(call)
    try {
      const { method, body } = call
      const timeoutMs =
        HEAD_TIMEOUT_MS + Math.ceil(((body?.byteLength ?? 0) * 1_000) / LEAST_BYTES_PER_SECOND)
      const answer = await transport.send({
        method,
        url,
        headers,
        timeoutMs,
        ...(body === undefined ? {} : { body }),
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      })
      const { status } = answer
      if ((status >= 200 && status < 300) || call.expected?.includes(status) === true) return { answer }
      const fault = faultOf(status, answer.headers['date'], await readXml(answer.body).catch(() => ''))
      const { setting = 'HOMEBIRD_MEDIA_BACKEND', backend } = this.#options
      const place = { host: this.host, bucket: backend.bucket, setting }
      const why = explainFault(fault, place, clock.now())
      return { why, mayGoBetter: mayGoBetter(fault) }
    } catch (cause) {
      return { why: `${this.host} does not answer`, cause, mayGoBetter: true }
    }
  }

  #signed(call: S3Call): { readonly url: URL; readonly headers: Record<string, string> } {
    const { backend, credentials, clock } = this.#options
    const { method, key, query = {}, headers = {}, body } = call
    const url = addressOf(backend, key)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const bodyHash = body === undefined ? EMPTY_HASH : createHash('sha256').update(body).digest('hex')
    const length: Record<string, string> =
      method === 'PUT' || method === 'POST' ? { 'content-length': String(body?.byteLength ?? 0) } : {}
    const signed = signStorageRequest({
      method,
      url,
      headers,
      bodyHash,
      region: backend.region,
      credentials,
      now: clock.now(),
    })
    return { url, headers: { ...signed, ...length } }
  }
}

type Attempt =
  | { readonly answer: StorageAnswer }
  | { readonly why: string; readonly cause?: unknown; readonly mayGoBetter: boolean }

const mayGoBetter = ({ status, code }: S3Fault): boolean => AGAIN_STATUS.has(status) || AGAIN_CODE.has(code)

function addressOf({ endpoint, bucket, prefix, style }: S3Backend, key: string): URL {
  const url = new URL(endpoint)
  const object = key === '' ? '' : `${prefix}${key}`
  if (style === 'host') url.hostname = `${bucket}.${url.hostname}`
  url.pathname = style === 'host' ? `/${object}` : `/${bucket}${object === '' ? '' : `/${object}`}`
  return url
}

async function readXml(body: Readable): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_XML_BYTES) throw new Error(`an answer is longer than ${MOST_XML_BYTES} bytes`)
    chunks.push(chunk)
  }
  const xml = Buffer.concat(chunks).toString('utf8')
  // Rule 56.
  if (/<!doctype/i.test(xml)) throw new Error('an answer has a DOCTYPE')
  return xml
}
