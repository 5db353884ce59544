/**
 * Requests to caches of the owner's own that stand in front of this home. They are the named exception to the rules of
 * `safe-fetch`: the address is one that the owner wrote into the settings, so it may be private and unencrypted, and what
 * is asked for is a page of our own host. Nothing that came from elsewhere decides where such a request goes; redirects
 * are not followed and bodies not kept.
 */
import type { RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { HomebirdError, describeError } from '../core/errors.ts'
import { Agent as HttpAgent, request as httpRequest } from './node-http.ts'

export interface EdgeCall {
  /** Where the cache listens: `http://host:port` or `https://host:port`, from the settings. */
  readonly at: string
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Names in lower case; `host` is the name that visitors ask for. */
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

export interface EdgeAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** Its beginning, at most 64 KiB. */
  readonly body: Buffer
}

export interface EdgeCalls {
  /** @throws HomebirdError FETCH_FAILED where no whole answer came in time */
  call(call: EdgeCall): Promise<EdgeAnswer>
  close(): void
}

const MOST_BYTES = 65_536
const MOST_SOCKETS = 8

export interface EdgeCallOptions {
  readonly userAgent: string
  /** Further trusted certificate authorities, PEM, instead of those of the process. */
  readonly tlsCa?: readonly string[]
}

export function createEdgeCalls({ userAgent, tlsCa }: EdgeCallOptions): EdgeCalls {
  const pool = { keepAlive: true, maxSockets: MOST_SOCKETS, maxFreeSockets: MOST_SOCKETS }
  const clear = new HttpAgent(pool)
  const encrypted = new HttpsAgent({ ...pool, ...(tlsCa === undefined ? {} : { ca: [...tlsCa] }) })
  return {
    async call({ at, method, path, headers, signal }) {
      const url = new URL(at)
      const isEncrypted = url.protocol === 'https:'
      // The certificate is that of the name visitors ask for, whatever address the cache has.
      const name = (headers['host'] ?? '').replace(/:\d+$/, '')
      const options: RequestOptions & { servername?: string } = {
        host: url.hostname.replace(/^\[(.+)\]$/, '$1'),
        port: url.port === '' ? (isEncrypted ? 443 : 80) : Number(url.port),
        method,
        path,
        headers: { ...headers, 'user-agent': userAgent },
        signal,
        agent: isEncrypted ? encrypted : clear,
        ...(isEncrypted && name !== '' && isIP(name) === 0 ? { servername: name } : {}),
      }
      try {
        return await exchange(isEncrypted ? httpsRequest : httpRequest, options)
      } catch (error) {
        throw new HomebirdError('FETCH_FAILED', `${method} ${at}${path}: ${describeError(error)}`, {
          cause: error,
          details: { url: `${at}${path}`, reason: 'connection' },
        })
      }
    },
    close() {
      clear.destroy()
      encrypted.destroy()
    },
  }
}

async function exchange(send: typeof httpRequest, options: RequestOptions): Promise<EdgeAnswer> {
  return new Promise((resolve, reject) => {
    const request = send(options, (response) => {
      const chunks: Buffer[] = []
      let received = 0
      response.on('data', (chunk: Buffer) => {
        // The rest is read too: the cache takes what it hands on.
        if (received < MOST_BYTES) chunks.push(chunk.subarray(0, MOST_BYTES - received))
        received += chunk.length
      })
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      )
      response.on('error', reject)
    })
    request.on('error', reject)
    // Unheard it would end the request without a word.
    request.on('upgrade', (_response, socket) => {
      socket.destroy()
      reject(new Error('it answered with another protocol'))
    })
    request.end()
  })
}
