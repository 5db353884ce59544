/** Carries one request and its answer over one connection, within the deadline. Follows nothing, judges nothing. */
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Connection } from './connection-pool.ts'
import type { Deadline } from './deadline.ts'
import { asFetchError, fetchFailed, fetchTimeout, fetchTooLarge } from './fetch-errors.ts'
import { FETCH_LIMITS, type HeaderRecord, type ResponseHeaders } from './fetch-types.ts'
import type { RemoteUrl } from './origin.ts'

export interface ExchangeRequest {
  readonly method: 'GET' | 'POST'
  readonly url: RemoteUrl
  readonly headers: HeaderRecord
  readonly body?: Uint8Array | undefined
}

export interface ResponseHead {
  readonly status: number
  readonly headers: ResponseHeaders
}

/**
 * What to do with the body, decided at the head: `collect` it whole, fail over the limit; `sample` its beginning and
 * let the rest go; `stream` it.
 */
export type BodyPlan =
  | { readonly kind: 'collect'; readonly maxBytes: number }
  | { readonly kind: 'sample'; readonly maxBytes: number }
  | { readonly kind: 'stream'; readonly minBytesPerSecond: number }

export type PlanBody = (head: ResponseHead) => BodyPlan

export interface ExchangeResult extends ResponseHead {
  /** Undecoded; empty when streamed. */
  readonly body: Buffer
  readonly stream: Readable | null
}

/** The connection was closed before a single byte of an answer came: on a used connection no sign of any fault. */
export class StaleConnection extends Error {}

/** Bodies over this size are written in pieces, each of which may take a whole write phase. */
const WRITE_PIECE_BYTES = 32_768
const RATE_WINDOW_MS = 5000

/**
 * @param onEnd  called once: `reusable` says whether the connection may carry another exchange
 * @throws HomebirdError; StaleConnection
 */
export async function runExchange(
  connection: Connection,
  request: ExchangeRequest,
  planBody: PlanBody,
  deadline: Deadline,
  onEnd: (reusable: boolean) => void,
): Promise<ExchangeResult> {
  const { url, method, body } = request
  const headers = flatten(request.headers)
  const large = body !== undefined && body.byteLength > WRITE_PIECE_BYTES
  if (large) headers.push('content-length', String(body.byteLength))
  const handler = new ExchangeHandler(connection, url, planBody, deadline, onEnd)
  connection.client.dispatch(
    { origin: url.origin, path: url.path, method, headers, body: large ? piecesOf(body) : (body ?? null) },
    handler,
  )
  return handler.result
}

function flatten(headers: HeaderRecord): string[] {
  const flat: string[] = []
  for (const name of Object.keys(headers)) flat.push(name, headers[name] ?? '')
  return flat
}

/** A stream, because only of streams does the client report how far it has come. */
function piecesOf(body: Uint8Array): Readable {
  const pieces = function* (): Generator<Uint8Array> {
    for (let start = 0; start < body.byteLength; start += WRITE_PIECE_BYTES) {
      yield body.subarray(start, start + WRITE_PIECE_BYTES)
    }
  }
  return Readable.from(pieces(), { objectMode: false })
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly result: Promise<ExchangeResult>
  readonly #connection: Connection
  readonly #url: RemoteUrl
  readonly #planBody: PlanBody
  readonly #deadline: Deadline
  readonly #onEnd: (reusable: boolean) => void
  #resolve: (result: ExchangeResult) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #controller: Dispatcher.DispatchController | null = null
  #answered = false
  #head: ResponseHead | null = null
  #plan: BodyPlan | null = null
  #chunks: Buffer[] = []
  #received = 0
  #stream: Readable | null = null
  #rateTimer: NodeJS.Timeout | null = null
  #ended = false

  constructor(
    connection: Connection,
    url: RemoteUrl,
    planBody: PlanBody,
    deadline: Deadline,
    onEnd: (reusable: boolean) => void,
  ) {
    this.#connection = connection
    this.#url = url
    this.#planBody = planBody
    this.#deadline = deadline
    this.#onEnd = onEnd
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // A connection may die before the request is even begun; until then there is nothing to abort but this promise.
    deadline.enter('write')
    deadline.onExpire((error) => this.#fail(error))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#ended) controller.abort(new Error('the exchange was over before it began'))
  }

  onBodySent(): void {
    this.#deadline.touch()
  }

  onRequestSent(): void {
    const { socket } = this.#connection
    const startReading = (): void => {
      if (!this.#ended && this.#head === null) this.#deadline.enter('read')
    }
    // What fits into the buffers of the system is written; for more the socket says when it is through.
    if (socket.writableNeedDrain) socket.once('drain', startReading)
    else startReading()
  }

  onResponseStarted(): void {
    this.#answered = true
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: ResponseHeaders): void {
    // An informational answer says nothing and buys no time.
    if (status < 200) return
    this.#deadline.enter('read')
    const head = { status, headers }
    this.#head = head
    try {
      this.#plan = this.#planBody(head)
      this.#checkAnnouncedSize(head, this.#plan)
    } catch (error) {
      this.#fail(error)
      return
    }
    if (this.#plan.kind === 'stream') this.#startStream(controller, head, this.#plan.minBytesPerSecond)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#ended || this.#plan === null) return
    this.#deadline.touch()
    this.#received += chunk.length
    if (this.#plan.kind === 'stream') {
      if (this.#stream?.push(chunk) === false) {
        controller.pause()
        this.#deadline.enter(null)
      }
      return
    }
    const { kind, maxBytes } = this.#plan
    if (kind === 'collect' && this.#received > maxBytes) {
      this.#fail(fetchTooLarge(this.#url.href, 'the answer', maxBytes))
      return
    }
    if (kind === 'sample' && this.#received > FETCH_LIMITS.discardedBytes) {
      this.#settle(false)
      controller.abort(new Error('the rest of the answer is not wanted'))
      return
    }
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    if (this.#ended) return
    this.#settle(true)
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#ended) return
    const stale = !this.#answered && this.#connection.uses > 0
    this.#fail(stale ? new StaleConnection('closed while idle', { cause: error }) : error)
  }

  #checkAnnouncedSize({ headers }: ResponseHead, plan: BodyPlan): void {
    if (plan.kind !== 'collect' || Number(headers['content-length'] ?? 0) <= plan.maxBytes) return
    throw fetchTooLarge(this.#url.href, 'the answer', plan.maxBytes)
  }

  #startStream(
    controller: Dispatcher.DispatchController,
    head: ResponseHead,
    minBytesPerSecond: number,
  ): void {
    const stream = new Readable({
      highWaterMark: 262_144,
      read: () => {
        if (!controller.paused) return
        this.#deadline.enter('read')
        controller.resume()
      },
      destroy: (error, done) => {
        if (!this.#ended) this.#fail(error ?? fetchFailed(this.#url.href, 'aborted', 'the reader gave it up'))
        done(error)
      },
    })
    this.#stream = stream
    this.#watchRate(controller, minBytesPerSecond)
    this.#resolve({ ...head, body: Buffer.alloc(0), stream })
  }

  /** Time during which the reader does not take what is there does not count. */
  #watchRate(controller: Dispatcher.DispatchController, minBytesPerSecond: number): void {
    let before = this.#received
    let wasPaused = false
    this.#rateTimer = setInterval(() => {
      const came = this.#received - before
      const excused = wasPaused || controller.paused
      before = this.#received
      wasPaused = controller.paused
      if (!excused && came < (minBytesPerSecond * RATE_WINDOW_MS) / 1000) {
        this.#fail(fetchTimeout(this.#url.href, 'rate', RATE_WINDOW_MS))
      }
    }, RATE_WINDOW_MS)
  }

  /** The answer is complete, or as much of it as was wanted. */
  #settle(reusable: boolean): void {
    this.#over(reusable)
    if (this.#head === null) return
    if (this.#stream === null) {
      this.#resolve({ ...this.#head, body: Buffer.concat(this.#chunks), stream: null })
    } else this.#stream.push(null)
  }

  #fail(error: unknown): void {
    if (this.#ended) return
    this.#over(false)
    const shown = error instanceof StaleConnection ? error : asFetchError(this.#url.href, error)
    this.#controller?.abort(shown)
    if (this.#stream === null) this.#reject(shown)
    else this.#stream.destroy(shown)
  }

  #over(reusable: boolean): void {
    this.#ended = true
    this.#deadline.onExpire(null)
    this.#deadline.enter(null)
    if (this.#rateTimer !== null) clearInterval(this.#rateTimer)
    // After the HTTP library has done with this answer, so that it is known whether the connection stays open.
    queueMicrotask(() => this.#onEnd(reusable))
  }
}
