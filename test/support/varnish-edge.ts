/** A real Varnish in front of a home: as it comes, or with the configuration that owners get, which knows tags. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Edge, filledTemplate, findProgram, openEdge } from './edge-process.ts'
import { EDGE_SECRET } from './nginx-edge.ts'

/** `own`: what Homebird gives to owners. `default`: its own rules, over every path. */
export type VarnishKind = 'own' | 'default'

export interface VarnishOptions {
  readonly kind: VarnishKind
  readonly host: string
  readonly homePort: number
}

/** Null where it is installed; else the line to skip with. */
export const NO_VARNISH = findProgram('varnishd') === null ? 'skipped: varnishd is not installed' : null

const TEMPLATE = join(import.meta.dirname, '..', '..', 'resources', 'edges', 'varnish.vcl.template')

export async function openVarnish({ kind, host, homePort }: VarnishOptions): Promise<Edge> {
  return openEdge((folder, socketPath) => {
    const words = { homeHost: '127.0.0.1', homePort: String(homePort), host, secret: EDGE_SECRET }
    const vcl =
      kind === 'own'
        ? filledTemplate(readFileSync(TEMPLATE, 'utf8'), words)
        : `vcl 4.1;\nbackend home { .host = "127.0.0.1"; .port = "${homePort}"; }\n`
    return {
      program: findProgram('varnishd') ?? 'varnishd',
      files: { 'edge.vcl': vcl },
      args: [
        '-F',
        '-j',
        'none',
        '-n',
        join(folder, 'work'),
        '-f',
        join(folder, 'edge.vcl'),
        '-a',
        `edge=${socketPath},HTTP`,
        '-s',
        'malloc,64m',
        // No command line of its own, and few threads at rest: it is one of many on a small machine.
        '-T',
        'none',
        '-p',
        'thread_pools=1',
        '-p',
        'thread_pool_min=5',
        '-p',
        'thread_pool_max=1000',
        '-p',
        'thread_queue_limit=2000',
        '-p',
        'listen_depth=2048',
      ],
    }
  })
}
