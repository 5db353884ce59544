/** A cache in front of the home, scripted: it notes what it is told and answers as the test says. */
import { once } from 'node:events'
import { type IncomingHttpHeaders, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeBeforeCluster } from './test-database.ts'

export interface ToldRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export interface ScriptedEdge {
  /** `http://127.0.0.1:<port>` */
  readonly at: string
  /** In the order of their coming. */
  readonly told: ToldRequest[]
  /** Status of the next answers. */
  answer: (request: ToldRequest) => number | Promise<number>
}

export async function openScriptedEdge(): Promise<ScriptedEdge> {
  const told: ToldRequest[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    const one = { method, path: url, headers }
    told.push(one)
    void Promise.resolve(edge.answer(one)).then((status) => {
      response.writeHead(status, { 'retry-after': '7' }).end('told')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closeBeforeCluster(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const edge: ScriptedEdge = {
    at: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    answer: () => 200,
  }
  return edge
}
