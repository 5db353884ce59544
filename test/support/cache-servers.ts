/** Real stores of caches: redis-server and memcached, each a process of its own that a test stops, kills and starts again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { loadConfig } from '../../server/core/config.ts'
import { dataDirAt } from '../../server/core/data-dir.ts'
import { createLogger } from '../../server/core/log.ts'
import { type Caches, openCaches } from '../../server/storage/caches/open-caches.ts'
import { issueCertificate } from './test-certificates.ts'
import { until } from './until.ts'

const REDIS = '/usr/bin/redis-server'
const MEMCACHED = '/usr/bin/memcached'

export const withRedis = { skip: !existsSync(REDIS) && 'no redis-server on this machine' }
export const withMemcached = { skip: !existsSync(MEMCACHED) && 'no memcached on this machine' }

export interface StoreServer {
  readonly port: number
  /** As a power failure would. */
  kill(): Promise<void>
  /** Stands still: connections stay open, nothing is answered. */
  halt(): void
  goOn(): void
  /** On the same port; empty. */
  start(): Promise<void>
}

export async function startRedis(
  options: { readonly password?: string; readonly memory?: string } = {},
): Promise<StoreServer> {
  const folder = temporaryFolder()
  const { password, memory } = options
  return startServer(REDIS, (port) => [
    ...listening(['--port', `${port}`], folder),
    ...(password === undefined ? [] : ['--requirepass', password]),
    ...(memory === undefined ? [] : ['--maxmemory', memory]),
  ])
}

/** On loopback, without a file of its own. */
const listening = (ports: string[], folder: string): string[] => [
  ...ports,
  '--bind',
  '127.0.0.1',
  '--save',
  '',
  '--dir',
  folder,
]

/** @returns with the file of the authority that a client has to trust */
export async function startTlsRedis(): Promise<StoreServer & { readonly caFile: string }> {
  const folder = temporaryFolder()
  const { cert, key, ca } = issueCertificate(['localhost', '127.0.0.1'])
  const files = {
    cert: join(folder, 'cert.pem'),
    key: join(folder, 'key.pem'),
    'ca-cert': join(folder, 'ca.pem'),
  }
  writeFileSync(files.cert, cert)
  writeFileSync(files.key, key)
  writeFileSync(files['ca-cert'], ca)
  const server = await startServer(REDIS, (port) => [
    ...listening(['--port', '0', '--tls-port', `${port}`], folder),
    ...Object.entries(files).flatMap(([name, path]) => [`--tls-${name}-file`, path]),
    '--tls-auth-clients',
    'no',
  ])
  return { ...server, caFile: files['ca-cert'] }
}

export async function startMemcached(): Promise<StoreServer> {
  return startServer(MEMCACHED, (port) => [
    '-l',
    '127.0.0.1',
    '-p',
    `${port}`,
    '-U',
    '0',
    '-m',
    '64',
    '-u',
    'nobody',
  ])
}

export interface OpenedCaches {
  readonly caches: Caches
  readonly notices: string[]
}

/** All three caches as a process of a home opens them, in a data directory of their own unless told otherwise. */
export function openConfiguredCaches(env: Record<string, string>, folder = temporaryFolder()): OpenedCaches {
  const notices: string[] = []
  const caches = openCaches({
    config: loadConfig({ env }).config,
    dir: dataDirAt(folder),
    clock: { now: () => new Date(), monotonicMs: () => performance.now() },
    log: createLogger('test', 'silent'),
    notice: (level, message) => void notices.push(`${level}: ${message}`),
    gossip: null,
  })
  after(async () => caches[Symbol.asyncDispose]())
  return { caches, notices }
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-store-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function startServer(program: string, args: (port: number) => string[]): Promise<StoreServer> {
  const port = await freePort()
  let child: ChildProcess | null = null
  const start = async (): Promise<void> => {
    child = spawn(program, args(port), { stdio: 'ignore' })
    await until(`${program} on ${port}`, async () => isAnswering(port))
  }
  const kill = async (): Promise<void> => {
    const killed = child
    child = null
    if (killed === null) return
    const ended = new Promise((resolve) => killed.once('exit', resolve))
    killed.kill('SIGKILL')
    await ended
  }
  after(kill)
  await start()
  return {
    port,
    kill,
    start,
    halt: () => void child?.kill('SIGSTOP'),
    goOn: () => void child?.kill('SIGCONT'),
  }
}

async function isAnswering(port: number): Promise<boolean> {
  const socket = createConnection({ host: '127.0.0.1', port })
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen({ host: '127.0.0.1', port: 0 }, resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
