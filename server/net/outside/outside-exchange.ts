/** One request over a connection that stands, exactly as it is given: path and headers go out as they are written. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { HomebirdError } from '../../core/errors.ts'
import { asFetchError, fetchFailed, fetchTimeout } from '../fetch-errors.ts'
import { fetchFailureOf } from '../fetch-types.ts'
import { request } from '../node-http.ts'

export interface OutsideRequest {
  readonly method: string
  /** As it goes on the request line. */
  readonly path: string
  /** Whole, in this order and these letters; `Host` and the length of the body among them. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer | null
}

export interface OutsideReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  /** Its beginning, at most 256 KiB. */
  readonly body: Buffer
}

const MOST_BYTES = 262_144

/**
 * @param url  for the texts of errors
 * @throws HomebirdError FETCH_FAILED (`closed`, `protocol`), FETCH_TIMEOUT
 */
export async function exchangeOutside(
  socket: TLSSocket,
  asked: OutsideRequest,
  url: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<OutsideReply> {
  const over = Promise.withResolvers<OutsideReply>()
  const timer = setTimeout(() => over.reject(fetchTimeout(url, 'read', limitMs)), limitMs)
  const giveUp = (): void => over.reject(fetchFailed(url, 'aborted', 'time is up'))
  signal.addEventListener('abort', giveUp, { once: true })
  if (signal.aborted) giveUp()
  const { method, path, headers, body } = asked
  try {
    const sent = request({
      createConnection: () => socket,
      method,
      path,
      headers: headers.flatMap(([name, value]) => [name, value]),
      setHost: false,
    })
    // A server that says no does not wait for the rest of a body: what it said before counts.
    let hasAnswer = false
    sent.on('error', (error) => {
      if (!hasAnswer) over.reject(asFetchError(url, error))
    })
    sent.once('upgrade', (response) => over.resolve(replyOf(response, Buffer.alloc(0))))
    sent.once('response', (response) => {
      hasAnswer = true
      readBeginning(response).then(
        (bytes) => over.resolve(replyOf(response, bytes)),
        (error: unknown) => over.reject(asFetchError(url, error)),
      )
    })
    sent.end(body ?? undefined)
    return await over.promise
  } catch (error) {
    throw asLost(url, error)
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    socket.destroy()
  }
}

/** The connection stood: whoever ends it now was there. */
function asLost(url: string, error: unknown): HomebirdError {
  const failure = asFetchError(url, error)
  return fetchFailureOf(failure)?.reason === 'connection'
    ? fetchFailed(url, 'closed', 'the connection was closed before an answer came', { cause: error })
    : failure
}

async function readBeginning(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes >= MOST_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, MOST_BYTES)
}

function replyOf({ statusCode = 0, headers, rawHeaders }: IncomingMessage, body: Buffer): OutsideReply {
  return { status: statusCode, headers, rawHeaders, body }
}
