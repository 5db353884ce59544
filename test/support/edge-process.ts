/** A real cache of one test: its own process in its own folder, reached over a socket in there, ended by its id. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { PlainAnswer, type PlainRequest } from './http-client.ts'
import { closeBeforeCluster } from './test-database.ts'
import { until } from './until.ts'

export interface Edge {
  /** `http://127.0.0.1:<port>`: the same socket, for what only knows addresses. */
  readonly at: string
  readonly socketPath: string
  readonly pid: number
  /** A request as visitors make it; the host is theirs to name. */
  ask(host: string, path: string, request?: PlainRequest): Promise<PlainAnswer>
}

/** Where the system has this program; null where it has none. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  for (const folder of folders) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      return path
    } catch {
      // Not in this one.
    }
  }
  return null
}

export interface EdgeProgram {
  readonly program: string
  /** Files to write into the folder first. */
  readonly files: Readonly<Record<string, string>>
  /** @param folder  the process's own */
  readonly args: readonly string[]
}

/** @param describe  what to write and to run, given the folder and the path of the socket to listen on */
export async function openEdge(describe: (folder: string, socketPath: string) => EdgeProgram): Promise<Edge> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-edge-'))
  const socketPath = join(folder, 'edge.sock')
  const { program, files, args } = describe(folder, socketPath)
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
    return reaches(socketPath)
  }).catch((error: unknown) => {
    throw new Error(`${program} did not start: ${printed}`, { cause: error })
  })
  const at = await openRelay(socketPath)
  return {
    at,
    socketPath,
    pid: child.pid ?? 0,
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

async function reaches(socketPath: string): Promise<boolean> {
  const socket = connect(socketPath)
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** A free port that leads to the socket. */
async function openRelay(socketPath: string): Promise<string> {
  const open = new Set<Socket>()
  const server = createServer((visitor) => {
    const inner = connect(socketPath)
    for (const socket of [visitor, inner]) {
      open.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => open.delete(socket))
    }
    visitor.pipe(inner).pipe(visitor)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closeBeforeCluster(async () => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const AGENT = new Agent({ keepAlive: true })

async function askSocket(
  socketPath: string,
  host: string,
  path: string,
  { method = 'GET', headers = {}, body }: PlainRequest = {},
): Promise<PlainAnswer> {
  const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(String(body))
  const request = httpRequest({ socketPath, path, method, headers: { host, ...headers }, agent: AGENT })
  request.end(bytes)
  const [answer] = (await once(request, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return new PlainAnswer(answer.statusCode ?? 0, answer.headers, Buffer.concat(chunks))
}

/** Words in double braces, filled in; a word that nobody fills in is a failed test. */
export function filledTemplate(template: string, words: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const word = words[name]
    if (word === undefined) throw new Error(`the template wants ${name}`)
    return word
  })
}
