/**
 * Drives a listener with prepared requests over a fixed number of kept connections and measures each answer. The
 * client is plain sockets, so that the load costs the machine little beside the home.
 */
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'

export interface LoadResult {
  /** Answers per second over the whole run. */
  readonly rate: number
  /** Milliseconds of each answer. */
  readonly latenciesMs: readonly number[]
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>
}

/** The bytes of one request; `keep-alive` is what HTTP/1.1 does unasked. */
export function requestBytes(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): Buffer {
  const all = body === '' ? headers : { ...headers, 'Content-Length': String(Buffer.byteLength(body)) }
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n${body}`)
}

/** Sends every request once, each connection one after the other. */
export async function runLoad(
  port: number,
  requests: readonly Buffer[],
  connections: number,
): Promise<LoadResult> {
  const latenciesMs: number[] = []
  const statuses = new Map<number, number>()
  let next = 0
  const started = performance.now()
  const drive = async (): Promise<void> => {
    const client = await openClient(port)
    for (let request = requests[next]; request !== undefined; request = requests[next]) {
      next += 1
      const sentAt = performance.now()
      const status = await client.send(request)
      latenciesMs.push(performance.now() - sentAt)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    client.close()
  }
  await Promise.all(Array.from({ length: connections }, drive))
  return { rate: requests.length / ((performance.now() - started) / 1000), latenciesMs, statuses }
}

interface Client {
  send(request: Buffer): Promise<number>
  close(): void
}

async function openClient(port: number): Promise<Client> {
  const socket: Socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await once(socket, 'connect')
  let pending: Buffer = Buffer.alloc(0)
  let settle: { resolve: (status: number) => void; reject: (error: Error) => void } | null = null
  socket.on('data', (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    const answer = readAnswer(pending)
    if (answer === null || settle === null) return
    pending = pending.subarray(answer.bytes)
    settle.resolve(answer.status)
    settle = null
  })
  socket.on('error', (error) => settle?.reject(error))
  socket.on('close', () => settle?.reject(new Error('the connection was closed in the midst of an answer')))
  return {
    async send(request) {
      return new Promise((resolve, reject) => {
        settle = { resolve, reject }
        socket.write(request)
      })
    },
    close: () => socket.destroy(),
  }
}

/** A whole answer at the beginning of the bytes, or null while it is still coming. */
function readAnswer(bytes: Buffer): { status: number; bytes: number } | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = bytes.toString('latin1', 0, end)
  const status = Number(head.slice(9, 12))
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const last = bytes.indexOf('0\r\n\r\n', end + 4)
    return last < 0 ? null : { status, bytes: last + 5 }
  }
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  const total = end + 4 + length
  return bytes.length < total ? null : { status, bytes: total }
}
