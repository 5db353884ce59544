/** A real nginx in front of a home as other people configure theirs: it keeps whatever the answers allow, of any path. */
import { join } from 'node:path'
import { type Edge, findProgram, openEdge } from './edge-process.ts'
import { wholeNginx } from './own-edge.ts'

/**
 * `honest`: minds every header. `ignores_vary`: as caches do that know one representation of an address. `drops_query`: the
 * query is no part of what it keeps by. `overrides`: keeps everything for a minute, whatever the answers say.
 */
export type NginxKind = 'honest' | 'ignores_vary' | 'drops_query' | 'overrides'

export interface NginxOptions {
  readonly kind: NginxKind
  /** Where the home listens on loopback. */
  readonly homePort: number
}

export async function openNginx({ kind, homePort }: NginxOptions): Promise<Edge> {
  return openEdge((folder, socketPath) => {
    const words = {
      cacheFolder: join(folder, 'cache'),
      home: `127.0.0.1:${homePort}`,
      listen: `unix:${socketPath} backlog=2048`,
    }
    return {
      program: findProgram('nginx') ?? 'nginx',
      files: { 'nginx.conf': wholeNginx(folder, plainServer(kind, words)) },
      args: ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')],
    }
  })
}
const WAYS: Readonly<Record<NginxKind, string>> = {
  honest: 'proxy_cache_key $host$request_uri;',
  ignores_vary: 'proxy_cache_key $host$request_uri; proxy_ignore_headers Vary;',
  drops_query: 'proxy_cache_key $host$uri;',
  overrides: `proxy_cache_key $host$request_uri;
    proxy_ignore_headers Cache-Control Expires Set-Cookie Vary;
    proxy_cache_valid any 60s;`,
}

function plainServer(
  kind: NginxKind,
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
