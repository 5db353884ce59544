/**
 * A real nginx in front of a home: with the configuration that owners get, or as other people configure theirs. Every
 * kind but the first keeps whatever the answers allow, of any path.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Edge, filledTemplate, findProgram, openEdge } from './edge-process.ts'

/**
 * `own`: what Homebird gives to owners. `honest`: minds every header. `ignores_vary`: as caches do that know one
 * representation of an address. `drops_query`: the query is no part of what it keeps by. `overrides`: keeps everything
 * for a minute, whatever the answers say.
 */
export type NginxKind = 'own' | 'honest' | 'ignores_vary' | 'drops_query' | 'overrides'

export interface NginxOptions {
  readonly kind: NginxKind
  /** Host that visitors name. */
  readonly host: string
  /** Where the home listens on loopback. */
  readonly homePort: number
}

/** Null where it is installed; else the line to skip with. */
export const NO_NGINX = findProgram('nginx') === null ? 'skipped: nginx is not installed' : null
export const EDGE_SECRET = 'a-secret-between-home-and-edge'

const TEMPLATE = join(import.meta.dirname, '..', '..', 'resources', 'edges', 'nginx.conf.template')

export async function openNginx({ kind, host, homePort }: NginxOptions): Promise<Edge> {
  return openEdge((folder, socketPath) => {
    const words = {
      cacheFolder: join(folder, 'cache'),
      home: `127.0.0.1:${homePort}`,
      secret: EDGE_SECRET,
      listen: `unix:${socketPath} backlog=2048`,
      serverNames: host,
    }
    const servers =
      kind === 'own' ? filledTemplate(readFileSync(TEMPLATE, 'utf8'), words) : plainServer(kind, words)
    return {
      program: findProgram('nginx') ?? 'nginx',
      files: { 'nginx.conf': wholeConfiguration(folder, servers) },
      args: ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')],
    }
  })
}

function wholeConfiguration(folder: string, servers: string): string {
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
events { worker_connections 2048; }
http {
  access_log off;
${temporary}
${servers}
}
`
}

const WAYS: Readonly<Record<Exclude<NginxKind, 'own'>, string>> = {
  honest: 'proxy_cache_key $host$request_uri;',
  ignores_vary: 'proxy_cache_key $host$request_uri; proxy_ignore_headers Vary;',
  drops_query: 'proxy_cache_key $host$uri;',
  overrides: `proxy_cache_key $host$request_uri;
    proxy_ignore_headers Cache-Control Expires Set-Cookie Vary;
    proxy_cache_valid any 60s;`,
}

function plainServer(
  kind: Exclude<NginxKind, 'own'>,
  { cacheFolder, home, listen }: Readonly<Record<string, string>>,
): string {
  return `  proxy_cache_path ${cacheFolder} levels=1:2 keys_zone=plain:10m;
  server {
    listen ${listen};
    client_max_body_size 100m;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header Host $http_host;
    add_header X-Cache $upstream_cache_status always;
    location / {
    proxy_cache plain;
    ${WAYS[kind]}
    proxy_pass http://${home};
    }
  }
`
}
