/**
 * Drives a listener with prepared requests over a fixed number of kept connections and measures each answer. The
 * client is plain sockets, so that the load costs the machine little beside the home.
 */
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { connect as connectTls } from 'node:tls'

export interface LoadResult {
  /** Answers per second over the whole run. */
  readonly rate: number
  readonly seconds: number
  /** Of all answers, heads included. */
  readonly bytes: number
  /** Milliseconds of each answer. */
  readonly latenciesMs: readonly number[]
  /** How often each status was answered. */
  readonly statuses: ReadonlyMap<number, number>
}

/** A listener of this machine by its port, or one anywhere. */
export type Target = number | { readonly host: string; readonly port: number; readonly isTls: boolean }

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
  target: Target,
  requests: readonly Buffer[],
  connections: number,
): Promise<LoadResult> {
  const latenciesMs: number[] = []
  const statuses = new Map<number, number>()
  let next = 0
  let bytes = 0
  const started = performance.now()
  const drive = async (): Promise<void> => {
    const client = await openClient(target)
    for (let request = requests[next]; request !== undefined; request = requests[next]) {
      next += 1
      const sentAt = performance.now()
      const { status, bytes: received } = await client.send(request)
      bytes += received
      latenciesMs.push(performance.now() - sentAt)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    client.close()
  }
  await Promise.all(Array.from({ length: connections }, drive))
  const seconds = (performance.now() - started) / 1000
  return { rate: requests.length / seconds, seconds, bytes, latenciesMs, statuses }
}

interface Answer {
  readonly status: number
  readonly bytes: number
}

interface Client {
  send(request: Buffer): Promise<Answer>
  close(): void
}

async function openSocket(target: Target): Promise<Socket> {
  const { host, port, isTls } =
    typeof target === 'number' ? { host: '127.0.0.1', port: target, isTls: false } : target
  const socket = isTls ? connectTls({ host, port, servername: host }) : connect({ host, port })
  await once(socket, isTls ? 'secureConnect' : 'connect')
  socket.setNoDelay(true)
  return socket
}

async function openClient(target: Target): Promise<Client> {
  const socket = await openSocket(target)
  let pending: Buffer = Buffer.alloc(0)
  /** Of a large body whose head was read: it is counted and not gathered. */
  let large: { readonly answer: Answer; left: number } | null = null
  let settle: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null
  const hear = (chunk: Buffer): Answer | null => {
    if (large === null) {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const answer = readAnswer(pending)
      if (answer === null || answer.bytes <= pending.length) {
        pending = pending.subarray(answer?.bytes ?? 0)
        return answer
      }
      large = { answer, left: answer.bytes - pending.length }
      pending = Buffer.alloc(0)
      return null
    }
    large.left -= chunk.length
    if (large.left > 0) return null
    const { answer } = large
    large = null
    return answer
  }
  socket.on('data', (chunk: Buffer) => {
    const answer = hear(chunk)
    if (answer === null) return
    settle?.resolve(answer)
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

/** The answer at the beginning of the bytes, of which some may still be coming; null where its length is not known yet. */
function readAnswer(bytes: Buffer): Answer | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = bytes.toString('latin1', 0, end)
  const status = Number(head.slice(9, 12))
  if (/^transfer-encoding: *chunked/im.test(head)) {
    const last = bytes.indexOf('0\r\n\r\n', end + 4)
    return last < 0 ? null : { status, bytes: last + 5 }
  }
  const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
  return { status, bytes: end + 4 + length }
}
