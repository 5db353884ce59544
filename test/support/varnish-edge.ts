/** A real Varnish in front of a home as it comes: its own rules, over every path. */
import { type Edge, findProgram, openEdge } from './edge-process.ts'
import { varnishArgs } from './own-edge.ts'

export async function openPlainVarnish(homePort: number): Promise<Edge> {
  return openEdge((folder, socketPath) => ({
    program: findProgram('varnishd') ?? 'varnishd',
    files: { 'edge.vcl': `vcl 4.1;\nbackend home { .host = "127.0.0.1"; .port = "${homePort}"; }\n` },
    args: varnishArgs(folder, socketPath),
  }))
}
