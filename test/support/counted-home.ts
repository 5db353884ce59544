/** Stands between an edge and a home and counts what reaches the home; it can be away, as a home whose machine sleeps. */
import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeBeforeCluster } from './test-database.ts'

export interface CountedHome {
  readonly port: number
  /** Request lines, such as `GET /path`, without those that only ask whether it lives. */
  readonly lines: string[]
  /** Lets a second stand for the minute that answers may be kept. */
  hurries: boolean
  /** Refuses connections from now on, as a machine that is away. */
  leave(): Promise<void>
}

export async function openCountedHome(homePort: number): Promise<CountedHome> {
  const lines: string[] = []
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request
    if (path !== '/livez') lines.push(`${method} ${path}`)
    const inner = httpRequest({ host: '127.0.0.1', port: homePort, method, path, headers, agent: false })
    inner.on('response', (answer) => {
      const headersOut = counted.hurries
        ? answer.rawHeaders.map((value) =>
            value.replace('max-age=60, stale-while-revalidate=60', 'max-age=1'),
          )
        : answer.rawHeaders
      response.writeHead(answer.statusCode ?? 500, headersOut)
      answer.pipe(response)
    })
    inner.on('error', () => response.destroy())
    request.pipe(inner)
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
  const counted: CountedHome = { port, lines, hurries: false, leave }
  return counted
}
