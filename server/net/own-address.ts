/**
 * Asks the home's own address as a stranger would: by name, over TLS, through whatever stands in front. It is the named
 * exception to the rule that nothing is fetched from our own host: where such a request goes is written in the owner's
 * settings, what it asks for is fixed, and nothing of the answer is kept.
 */
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '../core/clock.ts'
import type { Config } from '../core/config.ts'
import { createAddressGuard } from './address-guard.ts'
import { createConnector } from './connector.ts'
import { Deadline } from './deadline.ts'
import { asFetchError, fetchFailed } from './fetch-errors.ts'
import { type HostResolver, createHostResolver } from './host-resolver.ts'
import { type RemoteUrl, parseRemoteUrl } from './origin.ts'
import { request } from './node-http.ts'

export interface OwnAnswer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Its beginning, at most 256 KiB. */
  readonly body: Buffer
}

export interface OwnAddress {
  /**
   * @param url  of our own host
   * @throws HomebirdError FETCH_REFUSED, FETCH_FAILED or FETCH_TIMEOUT; see `fetchFailureOf`
   */
  ask(url: string, headers: Readonly<Record<string, string>>): Promise<OwnAnswer>
  close(): void
}

const MOST_BYTES = 262_144
/** Somebody waits before the window, and a tunnel that wakes up needs its time. */
const SECONDS = { pool: 1, connect: 8, write: 5, read: 8 }
const TOTAL_MS = 15_000

type Settings = Pick<Config, 'allowPrivateAddresses' | 'hostAddresses'>

export function openOwnAddress(settings: Settings, clock: Clock, userAgent: string): OwnAddress {
  const resolver: HostResolver = createHostResolver({
    servers: undefined,
    monotonicMs: () => clock.monotonicMs(),
  })
  const connector = createConnector({
    guard: createAddressGuard(settings.allowPrivateAddresses),
    resolver,
    hostAddresses: settings.hostAddresses,
    tlsCa: undefined,
  })
  return {
    async ask(raw, headers) {
      const url = parseRemoteUrl(raw)
      const deadline = new Deadline({ url: url.href, phases: SECONDS, totalMs: TOTAL_MS })
      let socket: TLSSocket | null = null
      try {
        socket = await connector.open(url, deadline)
        deadline.enter('read')
        return await deadline.race(exchange(socket, url, { ...headers, 'user-agent': userAgent }))
      } catch (error) {
        throw asFetchError(url.href, error)
      } finally {
        deadline.end()
        socket?.destroy()
      }
    },
    close: () => resolver.close(),
  }
}

async function exchange(
  socket: TLSSocket,
  url: RemoteUrl,
  headers: Readonly<Record<string, string>>,
): Promise<OwnAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request({
      createConnection: () => socket,
      path: url.path,
      headers: { ...headers, host: url.host },
    })
    const answer = ({ statusCode = 0, headers: told }: IncomingMessage, body: Buffer): void =>
      resolve({ status: statusCode, headers: told, body })
    asked.once('error', reject)
    asked.once('upgrade', (response) => answer(response, Buffer.alloc(0)))
    asked.once('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MOST_BYTES) reject(fetchFailed(url.href, 'size', `more than ${MOST_BYTES} bytes came`))
        else chunks.push(chunk)
      })
      response.once('end', () => answer(response, Buffer.concat(chunks)))
      response.once('error', reject)
    })
    asked.end()
  })
}
