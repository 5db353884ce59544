/**
 * What stands at the other end of an ssh tunnel, before the socket there: HAProxy and nginx hand bytes on unread, the first
 * with the binary PROXY preamble, the second with the one in words, both by the files that owners are given; an nginx that
 * reads what it hands on names the visitor in a header.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../server/core/config.ts'
import { edgeGuide } from '../../server/domain/edge-files/edge-guide.ts'
import { findProgram } from './edge-process.ts'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

/** `edge` is the one that reads. */
export type FrontKind = 'haproxy' | 'nginx' | 'edge'

const STREAM_MODULE = [
  '/usr/lib/nginx/modules/ngx_stream_module.so',
  '/usr/share/nginx/modules/ngx_stream_module.so',
].find((path) => existsSync(path))

/** Null where it is installed; else the line to skip with. */
export const NO_FRONT: Readonly<Record<FrontKind, string | null>> = {
  haproxy: findProgram('haproxy') === null ? 'skipped: haproxy is not installed' : null,
  nginx:
    findProgram('nginx') === null || STREAM_MODULE === undefined
      ? 'skipped: nginx or its stream module is not installed'
      : null,
  edge: findProgram('nginx') === null ? 'skipped: nginx is not installed' : null,
}

export interface Front {
  readonly port: number
  close(): Promise<void>
}

interface FrontPlace {
  /** Path of the socket that it leads to. */
  readonly target: string
  /** Host that visitors ask for. */
  readonly host: string
  /** A free one where none is named. */
  readonly port?: number
}

export async function openFront(kind: FrontKind, { target, host, port }: FrontPlace): Promise<Front> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-bytes-'))
  const at = port ?? (await freePort())
  const file = join(folder, 'conf')
  await writeFile(file, WORDS[kind](folder, at, target, host))
  const program = findProgram(kind === 'haproxy' ? kind : 'nginx') ?? kind
  const args =
    kind === 'haproxy' ? ['-db', '-f', file] : ['-c', file, '-p', folder, '-e', join(folder, 'log')]
  const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed = `${printed}${chunk.toString()}`.slice(-4_000)))
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(timer)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await until(`${kind} to listen`, async () => {
      if (child.exitCode !== null) throw new Error(`${kind} has ended: ${printed}`)
      return reaches(at)
    })
  } catch (error) {
    await close()
    throw error
  }
  return { port: at, close }
}

async function reaches(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
  const isThere = await promise
  socket.destroy()
  return isThere
}

type Words = (folder: string, port: number, target: string, host: string) => string

/** What an owner is given, listening elsewhere: only root may take the ports of the world, and only once. */
function given(edge: 'haproxy' | 'nginx', target: string, host: string, name: string): string {
  const { config } = loadConfig({ env: { HOMEBIRD_TUNNEL_LISTEN: target } })
  const file = edgeGuide(edge, 'passthrough', config, [host]).files.find((one) => one.name === name)
  if (file === undefined) throw new Error(`${edge} has no file ${name}`)
  return file.text
}

function replaced(text: string, lines: Readonly<Record<string, string>>): string {
  return Object.entries(lines).reduce((words, [from, to]) => {
    if (!words.includes(from)) throw new Error(`the file has no ${JSON.stringify(from)}`)
    return words.replace(from, to)
  }, text)
}

const haproxy: Words = (folder, port, target, host) =>
  replaced(given('haproxy', target, host, 'haproxy.cfg'), {
    'bind :443,[::]:443 v6only': `bind 127.0.0.1:${port}`,
    'bind :80,[::]:80 v6only': `bind unix@${join(folder, 'unencrypted')}`,
    // The socket of a test belongs to whoever runs it.
    'user haproxy': '',
    'group haproxy': '',
  })

/** Workers of root could not open the socket of another. */
const plainNginx = (folder: string, rest: string): string => `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
pid ${join(folder, 'pid')};
error_log ${join(folder, 'log')};
events { worker_connections 1024; }
${rest}`

const nginx: Words = (folder, port, target, host) => {
  const stream = replaced(given('nginx', target, host, 'homebird-stream.conf'), {
    'listen 443;': `listen 127.0.0.1:${port};`,
    'listen [::]:443;': '',
  })
  return `load_module ${STREAM_MODULE};\n${plainNginx(folder, stream)}`
}

const edge: Words = (folder, port, target) => {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${join(folder, name)};`)
    .join('\n')
  return plainNginx(
    folder,
    `http {
  access_log off;
${temporary}
  map $http_upgrade $connection_of_home { default upgrade; '' ''; }
  upstream home { server unix:${target}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 100m;
    location / {
      proxy_pass http://home;
      proxy_http_version 1.1;
      proxy_request_buffering off;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_of_home;
    }
  }
}
`,
  )
}

const WORDS: Readonly<Record<FrontKind, Words>> = { haproxy, nginx, edge }
