/**
 * What the way over a real sshd and a real nginx costs, beside the listener itself: the time of a request on a connection
 * that is kept and on a channel that is new, and how much goes through. Bearer and listener have processes of their own.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import {
  Agent as PlainAgent,
  type ClientRequest,
  type IncomingMessage,
  request as plainRequest,
} from 'node:http'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { makeKeyPair } from '../../server/tunnels/ssh/own-key.ts'
import type { BearerPlan } from '../support/children/ssh-bearer.ts'
import { findProgram } from '../support/find-program.ts'
import { NO_SSHD, type Sshd, openSshd } from '../support/sshd.ts'
import { type TestCa, createTestCa } from '../support/test-tls.ts'
import { until } from '../support/until.ts'
import { type BenchResult, type Figure, quantile } from './report.ts'

const HOST = 'home.example'
const CHILDREN = join(import.meta.dirname, '..', 'support', 'children')
const WARM_UP = 200
const REQUESTS = 2_000
const MEGABYTES = 64
const MEBIBYTE = 1_048_576
const ROUNDS = 3

type Closer = () => unknown
/** One request, answered to its end; the body is sent, or counted. */
type Ask = (path: string, body?: Buffer) => Promise<number>

export async function tunnelLoad(): Promise<BenchResult[]> {
  const nginx = findProgram('nginx')
  if (NO_SSHD !== null || nginx === null) {
    console.error(`bench: tunnel: ${NO_SSHD ?? 'skipped: nginx is not installed'}`)
    return []
  }
  const closers: Closer[] = []
  try {
    return await measured(closers, nginx)
  } finally {
    for (const close of closers.toReversed()) await close()
  }
}

async function measured(closers: Closer[], nginx: string): Promise<BenchResult[]> {
  const ca = createTestCa({ after: (work) => closers.push(work) })
  const listenerPort = Number(await firstLine(run(closers, 'plain-listener.ts')))
  const sshd = await openSshd()
  closers.push(async () => sshd[Symbol.asyncDispose]())
  const socket = join(sshd.folder, 'home.sock')
  await bear(closers, sshd, socket, listenerPort)
  const edge = await openBenchEdge(closers, nginx, ca, socket)
  const agents = {
    direct: new PlainAgent({ keepAlive: true }),
    edge: new Agent({ keepAlive: true, ca: ca.caPem }),
  }
  closers.push(() => {
    agents.direct.destroy()
    agents.edge.destroy()
  })
  const direct = directly(listenerPort, agents.direct)
  const over = overEdge(edge, agents.edge)
  const kept = { direct: await times(direct, '/small'), edge: await times(over, '/kept/small') }
  const fresh = {
    direct: await times(directly(listenerPort, false), '/small'),
    edge: await times(over, '/new/small'),
  }
  return [
    row('a request, connection kept', kept, 1.2),
    row('a request, new connection and channel', fresh, null),
    await rates(direct, over),
  ]
}

function row(
  name: string,
  { direct, edge }: { readonly direct: readonly number[]; readonly edge: readonly number[] },
  mostAddedMs: number | null,
): BenchResult {
  const ms = (value: number): Figure => ({ value, unit: 'ms' })
  const added = ms(quantile(edge, 0.5) - quantile(direct, 0.5))
  return {
    workload: `tunnel, ${name}`,
    figures: {
      'p50 direct': ms(quantile(direct, 0.5)),
      'p99 direct': ms(quantile(direct, 0.99)),
      'p50 by the edge': ms(quantile(edge, 0.5)),
      'p99 by the edge': ms(quantile(edge, 0.99)),
      'p50 added': mostAddedMs === null ? added : { ...added, goal: { atMost: mostAddedMs } },
      'p99 added': ms(quantile(edge, 0.99) - quantile(direct, 0.99)),
    },
  }
}

async function times(ask: Ask, path: string): Promise<number[]> {
  const all: number[] = []
  for (let turn = 0; turn < WARM_UP + REQUESTS; turn += 1) {
    const begin = performance.now()
    await ask(path)
    if (turn >= WARM_UP) all.push(performance.now() - begin)
  }
  return all
}

async function rates(direct: Ask, over: Ask): Promise<BenchResult> {
  const body = Buffer.alloc(MEGABYTES * MEBIBYTE, 'x')
  const down = `bytes/${body.length}`
  return {
    workload: `tunnel, ${MEGABYTES} MB at once`,
    figures: {
      'up, direct': await best(async () => direct('/sink', body)),
      'up, by the edge': await best(async () => over('/kept/sink', body)),
      'down, direct': await best(async () => direct(`/${down}`)),
      'down, by the edge': await best(async () => over(`/kept/${down}`)),
    },
  }
}

async function best(go: () => Promise<number>): Promise<Figure> {
  const found: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const begin = performance.now()
    await go()
    found.push((MEGABYTES * 1_000) / (performance.now() - begin))
  }
  return { value: Math.max(...found), unit: 'MB/s' }
}

function directly(port: number, agent: PlainAgent | false): Ask {
  return async (path, body) =>
    answered(plainRequest({ host: '127.0.0.1', port, path, agent, method: methodFor(body) }), body)
}

function overEdge(socketPath: string, agent: Agent): Ask {
  return async (path, body) =>
    answered(
      request({
        socketPath,
        servername: HOST,
        path,
        agent,
        method: methodFor(body),
        headers: { host: HOST },
      }),
      body,
    )
}

const methodFor = (body: Buffer | undefined): string => (body === undefined ? 'GET' : 'POST')

/** @returns the bytes of the answer */
async function answered(asked: ClientRequest, body: Buffer | undefined): Promise<number> {
  if (body !== undefined) asked.setHeader('content-length', body.length)
  asked.end(body)
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`the edge answered ${answer.statusCode}`)
  let bytes = 0
  for await (const chunk of answer) bytes += (chunk as Buffer).length
  return bytes
}

function run(closers: Closer[], name: string, ...words: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [join(CHILDREN, name), ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  closers.push(() => child.kill('SIGKILL'))
  return child
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('a child has no output')
  const [line] = (await once(createInterface({ input: stdout }), 'line')) as [string]
  return line
}

async function bear(closers: Closer[], sshd: Sshd, socket: string, targetPort: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-bench-'))
  closers.push(async () => rm(folder, { recursive: true, force: true }))
  const pair = makeKeyPair()
  const privateKeyFile = join(folder, 'key')
  await writeFile(privateKeyFile, pair.private, { mode: 0o600 })
  await sshd.admit(pair.public)
  const { port, user, hostKey } = sshd
  const plan: BearerPlan = { port, user, hostKey, privateKeyFile, publicKey: pair.public, socket, targetPort }
  const { stdout } = run(closers, 'ssh-bearer.ts', JSON.stringify(plan))
  if (stdout === null) throw new Error('a child has no output')
  for await (const line of createInterface({ input: stdout })) {
    if (line.includes('"lost"')) throw new Error(`the tunnel is not up: ${line}`)
    if (line.includes('"connected"')) return
  }
}

/** Nothing is kept on disk on its way, so that it is the way which is measured. @returns the socket it listens on */
async function openBenchEdge(closers: Closer[], nginx: string, ca: TestCa, home: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-bench-'))
  closers.push(async () => rm(folder, { recursive: true, force: true }))
  const socketPath = join(folder, 'edge.sock')
  const config = join(folder, 'nginx.conf')
  const { cert, key } = ca.certificateFor([HOST])
  await writeFile(join(folder, 'cert.pem'), cert)
  await writeFile(join(folder, 'key.pem'), key)
  await writeFile(config, configuration(folder, socketPath, home))
  const child = spawn(nginx, ['-c', config, '-p', folder, '-e', join(folder, 'error.log')], {
    stdio: 'inherit',
  })
  const ended = once(child, 'exit')
  closers.push(async () => {
    child.kill('SIGTERM')
    await ended
  })
  await until('nginx listens', () => existsSync(socketPath))
  return socketPath
}

function configuration(folder: string, socketPath: string, home: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join(' ')
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; pid ${join(folder, 'nginx.pid')}; error_log ${join(folder, 'error.log')};
events { worker_connections 256; }
http {
  access_log off; ${temporary}
  keepalive_requests 1000000;
  upstream home { server unix:${home}; keepalive 16; keepalive_requests 1000000; }
  server {
    listen unix:${socketPath} ssl;
    ssl_certificate ${join(folder, 'cert.pem')}; ssl_certificate_key ${join(folder, 'key.pem')};
    client_max_body_size 0;
    proxy_http_version 1.1; proxy_request_buffering off; proxy_buffering off;
    location /kept/ { proxy_set_header Connection ""; proxy_set_header Host $host; proxy_pass http://home; }
    location /new/ { proxy_set_header Connection close; proxy_set_header Host $host; proxy_pass http://unix:${home}; }
  }
}
`
}
