/** Which listeners a tunnel gets, and whose word about visitors each of them takes. */
import type { ListenAddress } from '../contracts/listen-address.ts'
import type { ClientSource, WayIn } from '../contracts/way-in.ts'
import type { Config } from '../core/config.ts'
import type { RuntimeFolder } from './runtime-folder.ts'

type TunnelSettings = Pick<
  Config,
  'tunnel' | 'tunnelMode' | 'tunnelPort' | 'clientAddress' | 'trustedProxies' | 'bind'
>

const TUNNEL_WAY = 'tunnel'
const FORWARDED: ClientSource = { kind: 'header', name: 'x-forwarded-for', peers: [] }

/**
 * What the server of this number listens on besides its own address; null for a kind that brings nothing in. Programs and
 * proxies of others lead to a port, that all servers share; what this home brings in itself comes by a socket for each.
 * @param found  the port that was found where any was wanted
 */
export function planWayIn(
  settings: TunnelSettings,
  server: number,
  runtime: RuntimeFolder,
  found: ListenAddress | null,
): WayIn | null {
  const client = sourceOf(settings)
  if (client === null) return null
  if (settings.tunnel === 'ssh' || settings.tunnel === 'direct')
    return { name: TUNNEL_WAY, address: { kind: 'socket', path: runtime.wayIn(server) }, client }
  // A proxy may run on another machine; the owner has said then from where the home is reached.
  const host = settings.tunnel === 'manual' ? settings.bind : '127.0.0.1'
  const wanted = { kind: 'tcp', host, port: settings.tunnelPort } as const
  return { name: TUNNEL_WAY, address: found ?? wanted, client }
}

/** Null for a kind that brings nothing in. */
function sourceOf({
  tunnel,
  tunnelMode,
  clientAddress,
  trustedProxies: peers,
}: TunnelSettings): ClientSource | null {
  switch (tunnel) {
    case 'none':
      return null
    case 'manual':
      if (clientAddress?.kind === 'header' || clientAddress?.kind === 'proxy')
        return { ...clientAddress, peers }
      return clientAddress ?? { kind: 'none' }
    case 'ssh':
      // Where TLS ends here, no proxy has written a header: what brings the bytes says whose they are.
      return tunnelMode === 'passthrough' ? { kind: 'proxy', peers: [] } : FORWARDED
    case 'tailscale':
    case 'ngrok':
      return FORWARDED
    case 'direct':
      return { kind: 'proxy', peers: [] }
    case 'cloudflared':
      return { kind: 'header', name: 'cf-connecting-ip', peers: [] }
    case 'command':
      return clientAddress ?? { kind: 'none' }
    default:
      return tunnel satisfies never
  }
}
