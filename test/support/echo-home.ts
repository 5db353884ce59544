/** Stands where a home would and says what has arrived: address, headers, and what the body hashes to. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeBeforeCluster } from './test-database.ts'

export interface Arrived {
  readonly method: string
  /** As it stood in the request. */
  readonly path: string
  /** Every value, names in lower case, in the order of coming. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly bytes: number
  /** SHA-256, hex. */
  readonly hash: string
}

export interface EchoHome {
  readonly port: number
  readonly arrived: Arrived[]
  /** Refuses connections from now on. */
  leave(): Promise<void>
}

export async function openEchoHome(): Promise<EchoHome> {
  const arrived: Arrived[] = []
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length
      hash.update(chunk as Buffer)
    }
    const headers: Record<string, string[]> = {}
    for (let index = 0; index < request.rawHeaders.length; index += 2)
      (headers[(request.rawHeaders[index] ?? '').toLowerCase()] ??= []).push(
        request.rawHeaders[index + 1] ?? '',
      )
    const { method = '', url: path = '' } = request
    const one = { method, path, headers, bytes, hash: hash.digest('hex') }
    if (path !== '/livez') arrived.push(one)
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
    response.end(JSON.stringify(one))
  }
  const server = createServer((request, response) => {
    // A visitor that has left in between.
    take(request, response).catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const leave = async (): Promise<void> => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  closeBeforeCluster(leave)
  return { port, arrived, leave }
}
