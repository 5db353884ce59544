/**
 * What stands between the network and a home in a test: ends TLS for its hosts and passes the bytes on, unread. The
 * target can be changed while connections come, as when a home comes back on another port.
 */
import { once } from 'node:events'
import { type AddressInfo, type Socket, connect } from 'node:net'
import { createServer } from 'node:tls'
import type { TestCa } from './test-tls.ts'

export interface TlsFront extends AsyncDisposable {
  /** `127.0.0.1:<port>`, for HOMEBIRD_HOST_ADDRESSES. */
  readonly address: string
  /** Where connections are passed on from now on, a port or the path of a socket; null refuses them, as a tunnel whose home is away. */
  leadTo(target: number | string | null): void
  close(): Promise<void>
}

export async function openTlsFront(ca: TestCa, hosts: readonly string[]): Promise<TlsFront> {
  let target: number | string | null = null
  const sockets = new Set<Socket>()
  const track = (socket: Socket): void => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Either side may go away at any time; the other learns it by the end of its own stream.
    socket.on('error', () => socket.destroy())
  }
  const server = createServer({ ...ca.certificateFor(hosts), ALPNProtocols: ['http/1.1'] }, (outside) => {
    track(outside)
    if (target === null) {
      outside.destroy()
      return
    }
    const place = typeof target === 'string' ? { path: target } : { host: '127.0.0.1', port: target }
    const inside = connect({ ...place, noDelay: true })
    track(inside)
    outside.setNoDelay(true)
    outside.pipe(inside).pipe(outside)
    outside.once('close', () => inside.destroy())
    inside.once('close', () => outside.destroy())
  })
  server.on('tlsClientError', () => undefined) // the other side speaks no TLS; it sees its connection end
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo(wanted) {
      target = wanted
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
