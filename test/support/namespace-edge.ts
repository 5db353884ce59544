/** An nginx on a machine of its own, which ends TLS for homes that have no address and hands what comes to their sockets. */
import { join } from 'node:path'
import { commandIn } from './command-in.ts'
import { type Edge, findProgram, openEdge } from './edge-process.ts'
import type { Machine } from './namespaces.ts'
import type { TestCa } from './test-tls.ts'

export interface EdgedHome {
  readonly host: string
  /** Where the ssh server listens for it. */
  readonly socket: string
}

/** Leads each home's name to its socket, on every address of the machine. */
export async function openNamespaceEdge(
  machine: Machine,
  ca: TestCa,
  port: number,
  homes: readonly EdgedHome[],
): Promise<Edge> {
  return openEdge((folder, socketPath) => {
    const { cert, key } = ca.certificateFor(homes.map(({ host }) => host))
    const config = join(folder, 'nginx.conf')
    return {
      ...commandIn(machine.within, findProgram('nginx') ?? 'nginx', [
        '-c',
        config,
        '-p',
        folder,
        '-e',
        join(folder, 'error.log'),
      ]),
      files: {
        'cert.pem': cert,
        'key.pem': key,
        'nginx.conf': configuration(folder, socketPath, port, homes),
      },
    }
  })
}

function configuration(
  folder: string,
  socketPath: string,
  port: number,
  homes: readonly EdgedHome[],
): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${join(folder, name)};`)
    .join('\n')
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `${user}
daemon off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')};
events { worker_connections 1024; }
http {
  access_log off;
${temporary}
  ssl_certificate ${join(folder, 'cert.pem')};
  ssl_certificate_key ${join(folder, 'key.pem')};
  server { listen unix:${socketPath}; return 204; }
${homes.map((home, index) => server(home, index, port)).join('\n')}
}
`
}

function server({ host, socket }: EdgedHome, index: number, port: number): string {
  return `  upstream home${index} { server unix:${socket}; keepalive 16; }
  server {
    listen ${port} ssl;
    server_name ${host};
    client_max_body_size 100m;
    location / {
      proxy_pass http://home${index};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto https;
      error_page 502 504 =503 @away;
    }
    location @away { internal; add_header Retry-After 30 always; return 503; }
  }`
}
