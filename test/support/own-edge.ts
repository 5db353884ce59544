/**
 * A real server with the configuration that Homebird writes for owners, word for word but for the places on this machine:
 * ports, folders, certificates.
 */
import { join } from 'node:path'
import type { EdgeKind, EdgeUse } from '../../server/contracts/edge-files.ts'
import type { ListenAddress } from '../../server/contracts/listen-address.ts'
import { type Config, loadConfig } from '../../server/core/config.ts'
import { edgeGuide } from '../../server/domain/edge-files/edge-guide.ts'
import { type Edge, type EdgeProgram, type EdgeTls, findProgram, moved, openEdge } from './edge-process.ts'
import { freePort } from './free-port.ts'
import { issueCertificate } from './test-certificates.ts'

export const EDGE_SECRET = 'a-secret-between-home-and-edge'

export type OwnEdgeKind = Extract<EdgeKind, 'nginx' | 'caddy' | 'haproxy' | 'varnish'>

const PROGRAMS: Readonly<Record<OwnEdgeKind, string>> = {
  nginx: 'nginx',
  caddy: 'caddy',
  haproxy: 'haproxy',
  varnish: 'varnishd',
}

/** Null where it is installed; else the line to skip with. */
export function noOwnEdge(kind: OwnEdgeKind): string | null {
  return findProgram(PROGRAMS[kind]) === null ? `skipped: ${PROGRAMS[kind]} is not installed` : null
}

export interface OwnEdgeOptions {
  /** Host that visitors name. */
  readonly host: string
  readonly home: ListenAddress
}

/** What a home with these settings has written for it. */
export function ownFiles(
  kind: OwnEdgeKind,
  use: EdgeUse,
  { host, home }: OwnEdgeOptions,
): Readonly<Record<string, string>> {
  const files = edgeGuide(kind, use, settingsFor(kind, home), [host]).files
  return Object.fromEntries(files.map(({ name, text }) => [name, text]))
}

function settingsFor(kind: OwnEdgeKind, home: ListenAddress): Config {
  const told = kind === 'nginx' || kind === 'varnish'
  const cdn = {
    HOMEBIRD_CDN: kind,
    HOMEBIRD_CDN_PURGE_URL: 'http://127.0.0.1:1',
    HOMEBIRD_CDN_PURGE_TOKEN: EDGE_SECRET,
  }
  const { config } = loadConfig({ env: told ? cdn : {} })
  return { ...config, tunnelListen: [home] }
}

/** Ends TLS itself, but for Varnish, which gets what is behind it. */
export async function openOwnEdge(kind: OwnEdgeKind, options: OwnEdgeOptions): Promise<Edge> {
  return openEdge(async (folder, socketPath) => {
    const files = ownFiles(kind, 'ssh', options)
    if (kind === 'varnish') return varnishProgram(folder, socketPath, files['homebird.vcl'] ?? '')
    const { cert, key, ca } = issueCertificate([options.host])
    const tls = { port: await freePort(), host: options.host, ca }
    const program = DOORS[kind](folder, files, tls)
    const proofs = { 'cert.pem': cert, 'key.pem': key, 'both.pem': `${cert}${key}` }
    return { ...program, tls, files: { ...program.files, ...proofs } }
  })
}

type Door = (folder: string, files: Readonly<Record<string, string>>, tls: EdgeTls) => EdgeProgram

const DOORS: Readonly<Record<Exclude<OwnEdgeKind, 'varnish'>, Door>> = {
  nginx: nginxProgram,
  caddy: (folder, files, tls) => caddyProgram(folder, files['homebird.caddy'] ?? '', tls),
  haproxy: haproxyProgram,
}

function nginxProgram(folder: string, files: Readonly<Record<string, string>>, tls: EdgeTls): EdgeProgram {
  const servers = moved(files['homebird.conf'] ?? '', nginxPlaces(folder, tls))
  return {
    program: findProgram('nginx') ?? 'nginx',
    files: { 'nginx.conf': wholeNginx(folder, servers) },
    args: ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')],
  }
}

export const nginxPlaces = (
  folder: string,
  { port, host }: Pick<EdgeTls, 'port' | 'host'>,
): Record<string, string> => ({
  '/var/cache/homebird-nginx': join(folder, 'cache'),
  'listen 80;': `listen unix:${join(folder, 'plain.sock')};`,
  'listen [::]:80;': '',
  'listen 443 ssl http2;': `listen 127.0.0.1:${port} ssl http2 backlog=2048;`,
  'listen [::]:443 ssl http2;': '',
  [`/etc/letsencrypt/live/${host}/fullchain.pem`]: join(folder, 'cert.pem'),
  [`/etc/letsencrypt/live/${host}/privkey.pem`]: join(folder, 'key.pem'),
})

/** The http block around it, and nothing outside of the folder. @param stream  what stands beside the http block */
export function wholeNginx(folder: string, servers: string, stream = ''): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${join(folder, name)};`)
    .join('\n')
  // Workers of root could not write into the folder.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `${user}
daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')};
events { worker_connections 4096; }
http {
  access_log off;
${temporary}
${servers}
}
${stream}
`
}

function caddyProgram(folder: string, text: string, tls: EdgeTls): EdgeProgram {
  return {
    program: findProgram('caddy') ?? 'caddy',
    files: { Caddyfile: wholeCaddy(folder, text, tls) },
    args: ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')],
  }
}

/** It would get certificates from the internet by itself. */
export function wholeCaddy(
  folder: string,
  text: string,
  { port, host }: Pick<EdgeTls, 'port' | 'host'>,
): string {
  const site = `https://${host}:${port} {\n\tbind 127.0.0.1\n\ttls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}\n`
  return `{
	admin off
	auto_https off
	storage file_system ${join(folder, 'caddy')}
	log {
		level ERROR
	}
}
${moved(text, { [`\n${host} {\n`]: `\n${site}` })}`
}

function haproxyProgram(
  folder: string,
  files: Readonly<Record<string, string>>,
  { port }: EdgeTls,
): EdgeProgram {
  const text = moved(files['haproxy.cfg'] ?? '', {
    ...haproxyPlaces(folder),
    'bind :443,[::]:443 v6only ssl crt /etc/haproxy/certs/': `bind 127.0.0.1:${port} ssl crt ${join(folder, 'both.pem')}`,
    '/etc/haproxy/homebird-away.http': join(folder, 'homebird-away.http'),
  })
  return {
    program: findProgram('haproxy') ?? 'haproxy',
    files: { ...files, 'haproxy.cfg': text },
    args: ['-db', '-f', join(folder, 'haproxy.cfg')],
  }
}

export const haproxyPlaces = (folder: string): Record<string, string> => ({
  'log /dev/log local0': `log ${join(folder, 'no-log.sock')} local0`,
  '  user haproxy\n  group haproxy\n': '',
  'bind :80,[::]:80 v6only': `bind unix@${join(folder, 'plain.sock')}`,
})

function varnishProgram(folder: string, socketPath: string, vcl: string): EdgeProgram {
  return {
    program: findProgram('varnishd') ?? 'varnishd',
    files: { 'edge.vcl': vcl },
    args: varnishArgs(folder, socketPath),
  }
}

export function varnishArgs(folder: string, socketPath: string): string[] {
  const vcl = join(folder, 'edge.vcl')
  const where = `-F -j none -n ${join(folder, 'work')} -f ${vcl} -a edge=${socketPath},HTTP -s malloc,64m`
  // No command line of its own, and few threads at rest: it is one of many on a small machine.
  const threads = '-T none -p thread_pools=1 -p thread_pool_min=5 -p thread_pool_max=1000'
  return `${where} ${threads} -p thread_queue_limit=2000 -p listen_depth=2048`.split(' ')
}

/** TLS before another edge, as the file beside Varnish's says. */
export async function openCaddyBefore(socketPath: string, options: OwnEdgeOptions): Promise<Edge> {
  return openEdge(async (folder) => {
    const { cert, key, ca } = issueCertificate([options.host])
    const tls = { port: await freePort(), host: options.host, ca }
    const text = moved(ownFiles('varnish', 'ssh', options)['homebird.caddy'] ?? '', {
      '127.0.0.1:6081': `unix/${socketPath}`,
    })
    const program = caddyProgram(folder, text, tls)
    return { ...program, tls, files: { ...program.files, 'cert.pem': cert, 'key.pem': key } }
  })
}
