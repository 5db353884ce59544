/** What can stand at the other end of each way in, and how it is used there. */
import { EDGE_KINDS, type EdgeKind, type EdgeUse } from '../../server/contracts/edge-files.ts'

export interface OtherEnd {
  readonly use: EdgeUse
  readonly edges: readonly EdgeKind[]
  /** It stands on a server that this home calls, which a script prepares. */
  readonly hasScript: boolean
}

const ON_A_SERVER: readonly EdgeKind[] = ['caddy', 'nginx', 'haproxy', 'varnish']
const OTHER_ENDS: Readonly<Record<string, OtherEnd>> = {
  ssh: { use: 'ssh', edges: ON_A_SERVER, hasScript: true },
  ssh_passthrough: { use: 'passthrough', edges: ['haproxy', 'nginx'], hasScript: true },
  manual: { use: 'manual', edges: EDGE_KINDS, hasScript: false },
  command: { use: 'manual', edges: ON_A_SERVER, hasScript: false },
  cloudflared: { use: 'manual', edges: ['cloudflare'], hasScript: false },
}

/** Null where the other end is nobody's to set up. */
export const otherEndOf = (way: string): OtherEnd | null =>
  Object.hasOwn(OTHER_ENDS, way) ? (OTHER_ENDS[way] ?? null) : null
