/**
 * A line between the browser and the home that can be made bad: the window is opened through it, and answers of chosen paths come
 * slowly, in part, without an end, late or as something else.
 */
import { once } from 'node:events'
import {
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  request as httpRequest,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export type Fault = (request: IncomingMessage, response: ServerResponse, forward: () => void) => void

export class BadLine implements AsyncDisposable {
  readonly #server: Server
  readonly #homePort: number
  /** By what the method and the path look like, as `POST /api/v1/statuses`; the first that fits counts. */
  readonly faults = new Map<RegExp, Fault>()

  constructor(server: Server, homePort: number) {
    this.#server = server
    this.#homePort = homePort
    server.on('request', (request, response) => {
      const line = `${request.method} ${request.url}`
      const [, fault] = [...this.faults].find(([pattern]) => pattern.test(line)) ?? []
      const forward = (): void => this.#forward(request, response)
      if (fault === undefined) forward()
      else fault(request, response, forward)
    })
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const { method, url, headers } = request
    const onward = httpRequest(
      { host: '127.0.0.1', port: this.#homePort, method, path: url, headers, agent: false },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
        response.once('close', () => answer.destroy())
      },
    )
    onward.once('error', () => response.destroy())
    request.pipe(onward)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

export async function openBadLine(homePort: number): Promise<BadLine> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return new BadLine(server, homePort)
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' }

/** Says so at once, with a wait that nobody could wait. */
export const limited =
  (status: 429 | 503, retryAfter: string): Fault =>
  (_request, response) =>
    void response
      .writeHead(status, { ...JSON_TYPE, 'retry-after': retryAfter })
      .end('{"error":"Too many requests"}')

/** Half of a JSON text, then the line is cut. */
export const half: Fault = (_request, response) => {
  response.writeHead(200, { ...JSON_TYPE, 'content-length': '5000' })
  response.write('[{"id":"1","account":{"id":')
  setImmediate(() => response.destroy())
}

/** Half of a JSON text that says that it is whole. */
export const cutShort: Fault = (_request, response) =>
  void response.writeHead(200, JSON_TYPE).end('[{"id":"1","account":{"id":')

/** Headers that never come to their end. */
export const endlessHead: Fault = (_request, { socket }) => {
  socket?.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n')
  const line = `x-more: ${'x'.repeat(8_000)}\r\n`
  const pour = (): void => {
    if (socket === null || socket.destroyed) return
    socket.write(line, () => setImmediate(pour))
  }
  socket?.on('error', () => undefined)
  pour()
}

/** Leads to itself for ever. */
export const redirectLoop: Fault = ({ url }, response) =>
  void response.writeHead(307, { location: url ?? '/' }).end()

export const otherType: Fault = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to the hotel</h1>')

/** The right answer, a few bytes at a time. */
export const trickle =
  (body: string): Fault =>
  (_request, response) => {
    response.writeHead(200, JSON_TYPE)
    const bytes = Buffer.from(body)
    let at = 0
    const drip = (): void => {
      if (response.destroyed) return
      response.write(bytes.subarray(at, at + 1))
      at += 1
      if (at >= bytes.length) response.end()
      else setImmediate(drip)
    }
    drip()
  }

/** Waits until the test says so. */
export function held(): {
  readonly fault: Fault
  readonly release: () => void
  readonly count: () => number
} {
  const waiting: (() => void)[] = []
  let isOpen = false
  return {
    fault: (_request, _response, forward) => {
      if (isOpen) forward()
      else waiting.push(forward)
    },
    release: () => {
      isOpen = true
      for (const forward of waiting.splice(0)) forward()
    },
    count: () => waiting.length,
  }
}
