/** A real cache of one test: its own process in its own folder, reached over a socket in there, ended by its id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import { type ListenOptions, type NetConnectOpts, type Socket, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { PlainAnswer, type PlainRequest } from './http-client.ts'
import { closeBeforeCluster } from './test-database.ts'
import { until } from './until.ts'

export interface Edge {
  /** `http://127.0.0.1:<port>`: the same socket, for what only knows addresses. */
  readonly at: string
  readonly socketPath: string
  readonly pid: number
  /** Where it ends TLS by itself; null where it does not. */
  readonly tls: EdgeTls | null
  /** A request as visitors make it; the host is theirs to name. */
  ask(host: string, path: string, request?: PlainRequest): Promise<PlainAnswer>
}

export { findProgram } from './find-program.ts'

/** A door with TLS on loopback. */
export interface EdgeTls {
  readonly port: number
  readonly host: string
  /** The authority to trust, PEM. */
  readonly ca: string
}

export interface EdgeProgram {
  readonly program: string
  /** Files to write into the folder first. */
  readonly files: Readonly<Record<string, string>>
  /** @param folder  the process's own */
  readonly args: readonly string[]
  /** Where it ends TLS itself and listens on no socket: one that leads there stands for it then. */
  readonly tls?: EdgeTls
  /** Where it listens on a port of loopback, for want of sockets: one that leads there stands for it then. */
  readonly plain?: number
}

/** @param describe  what to write and to run, given the folder and the path of the socket to listen on */
export async function openEdge(
  describe: (folder: string, socketPath: string) => EdgeProgram | Promise<EdgeProgram>,
): Promise<Edge> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-edge-'))
  const socketPath = join(folder, 'edge.sock')
  const { program, files, args, tls = null, plain = null } = await describe(folder, socketPath)
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed = `${printed}${chunk.toString()}`.slice(-4_000)
    })
  const ended = once(child, 'exit')
  closeBeforeCluster(async () => {
    await end(child, ended)
    await rm(folder, { recursive: true, force: true })
  })
  await until(`${program} to listen`, async () => {
    if (child.exitCode !== null) throw new Error(`${program} has ended: ${printed}`)
    const port = tls?.port ?? plain
    return reaches(port === null ? { path: socketPath } : { host: '127.0.0.1', port })
  }).catch((error: unknown) => {
    throw new Error(`${program} did not start: ${printed}`, { cause: error })
  })
  if (tls !== null) await openWayTo(() => connectTls(tlsOptions(tls)), { path: socketPath })
  if (plain !== null) await openWayTo(() => connect({ host: '127.0.0.1', port: plain }), { path: socketPath })
  const at = await openRelay(socketPath)
  return {
    at,
    socketPath,
    pid: child.pid ?? 0,
    tls,
    ask: async (host, path, request) => askSocket(socketPath, host, path, request),
  }
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await ended
  clearTimeout(timer)
}

async function reaches(place: NetConnectOpts): Promise<boolean> {
  const socket = connect(place)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** How a client of HTTP/1.1 opens this door. */
export const tlsOptions = ({ port, host, ca }: EdgeTls): ConnectionOptions => ({
  host: '127.0.0.1',
  port,
  servername: host,
  ca,
  ALPNProtocols: ['http/1.1'],
})

/** `http://127.0.0.1:<port>`: a free port that leads to the socket. */
export const openRelay = async (socketPath: string): Promise<string> =>
  openWayTo(() => connect(socketPath), { host: '127.0.0.1', port: 0 })

/** @returns the address as one for HTTP, empty for a socket */
async function openWayTo(open: () => Socket, place: ListenOptions): Promise<string> {
  const sockets = new Set<Socket>()
  const server = createServer((visitor) => {
    const inner = open()
    for (const socket of [visitor, inner]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
    }
    visitor.on('close', () => inner.destroy())
    inner.on('close', () => visitor.destroy())
    visitor.pipe(inner).pipe(visitor)
  })
  server.listen({ backlog: 2_048, ...place })
  await once(server, 'listening')
  closeBeforeCluster(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? `http://127.0.0.1:${bound.port}` : ''
}

const AGENT = new Agent({ keepAlive: true })

async function askSocket(
  socketPath: string,
  host: string,
  path: string,
  { method = 'GET', headers = {}, body }: PlainRequest = {},
): Promise<PlainAnswer> {
  const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(String(body))
  // What changes something goes over a line of its own: on one that was kept nobody knows whether it was read before its end.
  const agent = method === 'GET' || method === 'HEAD' ? AGENT : false
  const answer = await answerTo(() =>
    httpRequest({ socketPath, path, method, headers: { host, ...headers }, agent }).end(bytes),
  )
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return new PlainAnswer(answer.statusCode ?? 0, answer.headers, Buffer.concat(chunks))
}

/** A connection that was kept may have been closed just before it is used again: then nobody has read what was sent on it. */
async function answerTo(send: () => ClientRequest): Promise<IncomingMessage> {
  for (;;) {
    const request = send()
    try {
      const [answer] = (await once(request, 'response')) as [IncomingMessage]
      return answer
    } catch (error) {
      const isReset =
        error instanceof Error && 'code' in error && ['ECONNRESET', 'EPIPE'].includes(String(error.code))
      if (!request.reusedSocket || !isReset) throw error
    }
  }
}

/** The text of a file with what belongs to one machine put elsewhere; a place that is not there is a failed test. */
export function moved(text: string, places: Readonly<Record<string, string>>): string {
  return Object.entries(places).reduce((whole, [from, to]) => {
    if (!whole.includes(from)) throw new Error(`the file does not say ${JSON.stringify(from)}`)
    return whole.replaceAll(from, to)
  }, text)
}
