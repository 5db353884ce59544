/**
 * Requests to the authority that gives this home its certificates. Its directory is an address that the owner wrote into the
 * settings, so it may be one of the own network; all else that it names must be of the same origin, or nothing is asked
 * there. Redirects are not followed.
 */
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { HomebirdError, describeError } from '../core/errors.ts'

export interface AcmeCall {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly url: string
  /** JSON of a signed request; null without one. */
  readonly body: string | null
  readonly signal: AbortSignal
}

export interface AcmeAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

export type AcmeCalls = (call: AcmeCall) => Promise<AcmeAnswer>

/** A chain of certificates takes some 6 KiB. */
const MOST_BYTES = 131_072
const LIMIT_MS = 30_000

/**
 * @param directory  of the authority, from the settings
 * @param tlsCa  whose certificate it has, PEM, instead of those that the process trusts
 * @returns calls that reject with HomebirdError FETCH_REFUSED for another origin, FETCH_FAILED where no whole answer came
 */
export function createAcmeCalls(directory: string, userAgent: string, tlsCa?: string): AcmeCalls {
  const { origin } = new URL(directory)
  return async ({ method, url, body, signal }) => {
    if (URL.parse(url)?.origin !== origin || !url.startsWith('https:'))
      throw new HomebirdError(
        'FETCH_REFUSED',
        `the authority names ${url.slice(0, 200)}, which is not at ${origin}`,
      )
    const bound = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)])
    try {
      return await exchange({ method, url, body, signal: bound }, userAgent, tlsCa)
    } catch (error) {
      if (signal.aborted) throw error
      const why = bound.aborted ? `no answer within ${LIMIT_MS / 1_000} s` : describeError(error)
      throw new HomebirdError('FETCH_FAILED', `${method} ${url}: ${why}`, { cause: error })
    }
  }
}

async function exchange(
  { method, url, body, signal }: AcmeCall,
  userAgent: string,
  ca: string | undefined,
): Promise<AcmeAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<AcmeAnswer>()
  const headers = {
    'user-agent': userAgent,
    ...(body === null
      ? {}
      : { 'content-type': 'application/jose+json', 'content-length': Buffer.byteLength(body) }),
  }
  const asked = request(
    url,
    { method, headers, signal, agent: false, ...(ca === undefined ? {} : { ca }) },
    (answer) => {
      const chunks: Buffer[] = []
      let received = 0
      answer.on('data', (chunk: Buffer) => {
        received += chunk.length
        if (received > MOST_BYTES) asked.destroy(new Error(`the answer is longer than ${MOST_BYTES} bytes`))
        else chunks.push(chunk)
      })
      answer.once('error', reject)
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      )
    },
  )
  asked.once('upgrade', (_answer, socket) => {
    socket.destroy()
    reject(new Error('it answered with another protocol'))
  })
  asked.on('error', reject)
  asked.end(body ?? undefined)
  return promise
}
