/** nginx in front of the servers of several machines. */
import { join } from 'node:path'
import { type Edge, findProgram, openEdge } from './edge-process.ts'
import { wholeNginx } from './own-edge.ts'

/** As the handbook has it, with its socket for the test. */
export async function openMachinesFront(ports: readonly number[], frontPort: number): Promise<Edge> {
  return openEdge((folder, socketPath) => {
    const upstream = ports.map((port) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=2s;`).join(' ')
    const text = `  upstream homebird { ${upstream} keepalive 16; }
  server {
    listen unix:${socketPath} backlog=2048;
    listen 127.0.0.1:${frontPort} backlog=2048;
    client_max_body_size 100m;
    location / {
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_pass http://homebird;
    }
  }
`
    return {
      program: findProgram('nginx') ?? 'nginx',
      files: { 'nginx.conf': wholeNginx(folder, text) },
      args: ['-c', join(folder, 'nginx.conf'), '-p', folder, '-e', join(folder, 'error.log')],
    }
  })
}
