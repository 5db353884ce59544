/** Opens the outbound module as the program does, with the name server and the authority of the test. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { systemClock } from '../../../server/core/clock.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { createLogger } from '../../../server/core/log.ts'
import type { RemoteTimeout } from '../../../server/core/setting-types.ts'
import {
  type FetchFailure,
  type SafeFetch,
  type SafeFetchOptions,
  fetchFailureOf,
} from '../../../server/net/fetch-types.ts'
import { createSafeFetch } from '../../../server/net/safe-fetch.ts'
import { type HttpsPeer, openHttpsPeer, type PeerHandler } from '../../support/https-peer.ts'
import { openTestDns, type TestDns } from '../../support/test-dns.ts'
import { createTestCa, type TestCa } from '../../support/test-tls.ts'

export interface FetcherOptions extends Partial<SafeFetchOptions> {
  readonly ca?: TestCa
  /** Name to addresses, as the test's name server answers. */
  readonly hosts?: Readonly<Record<string, readonly string[] | 'silent'>>
}

/** Long enough never to matter, unless the test shortens one. */
const PATIENT: RemoteTimeout = { connect: 20, read: 20, write: 20, pool: 20 }

interface Disposer {
  after(work: () => void | Promise<void>): void
}

/** Only 127.0.0.1 is let through, so that 127.0.0.2 can play the private address that is not. */
export async function openFetcher(
  t: Disposer,
  options: FetcherOptions = {},
): Promise<SafeFetch & { dns: TestDns }> {
  const { ca, hosts, ...rest } = options
  const dns = await openTestDns(t)
  for (const [name, addresses] of Object.entries(hosts ?? {})) dns.set(name, addresses)
  const fetcher = createSafeFetch({
    remoteTimeout: PATIENT,
    allowPrivateAddresses: ['127.0.0.1/32'],
    hostAddresses: {},
    userAgent: 'Homebird/0.0.0 (+https://home.example/)',
    clock: systemClock,
    log: createLogger('test', 'silent'),
    dnsServers: [dns.address],
    ...(ca === undefined ? {} : { tlsCa: [ca.caPem] }),
    ...rest,
  })
  t.after(() => fetcher.close())
  return Object.assign(fetcher, { dns })
}

export const ACTIVITY = { 'content-type': 'application/activity+json; charset=utf-8' }

export interface OpenedPeer {
  readonly peer: HttpsPeer
  readonly fetcher: SafeFetch & { dns: TestDns }
  readonly ca: TestCa
  /** Fulfilled when the first request is there. */
  readonly arrived: Promise<void>
}

/** One remote server, `peer.example`, and a fetcher that finds and trusts it. */
export async function openPeer(
  t: Disposer,
  handler: PeerHandler,
  options: FetcherOptions = {},
): Promise<OpenedPeer> {
  const ca = createTestCa(t)
  let arrive = (): void => {}
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const peer = await openHttpsPeer(t, ca, ['peer.example'], (request, response) => {
    arrive()
    handler(request, response)
  })
  const hosts = { 'peer.example': ['127.0.0.1'], ...options.hosts }
  return { peer, ca, arrived, fetcher: await openFetcher(t, { ca, ...options, hosts }) }
}

/** The failure of an exchange that must fail, with the code of its error. */
export async function failure(
  exchange: Promise<unknown>,
): Promise<FetchFailure & { code: string; message: string }> {
  try {
    await exchange
  } catch (error) {
    const facts = fetchFailureOf(error)
    if (facts === undefined || !isHomebirdError(error)) throw error
    return { ...facts, code: error.code, message: error.message }
  }
  throw new assert.AssertionError({ message: 'the exchange succeeded' })
}

/** A server that speaks TLS but answers with whatever bytes the test writes. */
export async function openRawPeer(
  t: Disposer,
  ca: TestCa,
  onRequest: (socket: TLSSocket) => void,
): Promise<number> {
  const sockets = new Set<TLSSocket>()
  const server = createTlsServer(ca.certificateFor('peer.example'), (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => onRequest(socket))
  })
  server.on('tlsClientError', () => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(async () => {
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  })
  return (server.address() as AddressInfo).port
}
