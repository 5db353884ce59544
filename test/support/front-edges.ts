/** Real caches in front of a home, by name: with what Homebird writes for owners, or as other people have theirs. */
import type { Edge } from './edge-process.ts'
import { type NginxKind, openNginx } from './nginx-edge.ts'
import { type OwnEdgeKind, noOwnEdge, openOwnEdge } from './own-edge.ts'
import { openPlainVarnish } from './varnish-edge.ts'

/** `own`: with what Homebird writes for owners. */
export type FrontKind = `${OwnEdgeKind} own` | `nginx ${NginxKind}` | 'varnish default'

const programOf = (kind: FrontKind): OwnEdgeKind => kind.split(' ')[0] as OwnEdgeKind

export const skipFront = (kind: FrontKind): string | false => noOwnEdge(programOf(kind)) ?? false

/** @param host  that visitors name  @param homePort  of loopback */
export async function openFront(kind: FrontKind, host: string, homePort: number): Promise<Edge> {
  const way = kind.split(' ')[1] ?? ''
  const home = { kind: 'tcp', host: '127.0.0.1', port: homePort } as const
  if (way === 'own') return openOwnEdge(programOf(kind), { host, home })
  return kind === 'varnish default'
    ? openPlainVarnish(homePort)
    : openNginx({ kind: way as NginxKind, homePort })
}
