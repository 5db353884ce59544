/** A remote https server of one test, on a free loopback port, with a certificate of the test's own authority. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { TestCa } from './test-tls.ts'

export interface HttpsPeer {
  readonly port: number
  /** `https://<first host>:<port><path>` */
  url(path: string): string
  /** Request lines so far, such as `GET /path`. */
  readonly requests: readonly string[]
  /** TCP connections that were ever accepted. */
  readonly connections: number
  /** Those that are open now. */
  readonly sockets: ReadonlySet<Socket>
  /** Ends all connections from this side. */
  hangUp(): void
}

export type PeerHandler = (request: IncomingMessage, response: ServerResponse) => void

interface Disposer {
  after(work: () => Promise<void>): void
}

/** @param address where it listens; anything in 127.0.0.0/8 */
export async function openHttpsPeer(
  t: Disposer,
  ca: TestCa,
  hostNames: readonly string[],
  handler: PeerHandler,
  address = '127.0.0.1',
): Promise<HttpsPeer> {
  const requests: string[] = []
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(
    { ...ca.certificateFor(hostNames), keepAliveTimeout: 60_000 },
    (request, response) => {
      requests.push(`${request.method} ${request.url}`)
      handler(request, response)
    },
  )
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  // A client that refuses our certificate, or hangs up, is what the tests are about.
  server.on('tlsClientError', () => {})
  server.listen(0, address)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  t.after(async () => {
    const closed = once(server, 'close')
    server.close()
    hangUp()
    await closed
  })
  return {
    port,
    url: (path) => `https://${hostNames[0]}:${port}${path}`,
    requests,
    get connections() {
      return connections
    },
    sockets,
    hangUp,
  }
}
