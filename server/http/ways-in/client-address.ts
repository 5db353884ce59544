/** Whose request it is, as far as the listener that it came by may believe it. */
import { BlockList, type Socket, isIP } from 'node:net'
import type { FastifyRequest } from 'fastify'
import type { ClientSource } from '../../contracts/way-in.ts'

interface Origin {
  readonly source: ClientSource
  readonly peers: BlockList | null
  /** As the preamble told it. */
  readonly told: string | null
  /** Name of the listener. */
  readonly way: string
  /** The other end, as it was when the connection came: one that has left already has no address any more. */
  readonly peer: string | null
  /** Whoever may open the listener's socket is believed: it has no peers. */
  readonly isUnix: boolean
}

const origins = new WeakMap<object, Origin>()
const MOST_HEADER = 1_024
/** Of what came by the address that every home has. */
const PLAIN_WAY = 'public'

export interface Arrival {
  /** The listener is a unix socket or a pipe. */
  readonly isUnix: boolean
  /** As the preamble told it. */
  readonly told?: string | null
  /** Name of the listener. */
  readonly way?: string
}

/** Every request of this connection is believed in this way. */
export function setOrigin(
  socket: Socket,
  source: ClientSource,
  { isUnix, told = null, way = PLAIN_WAY }: Arrival,
): void {
  const peers = source.kind === 'header' ? peersFrom(source.peers) : null
  origins.set(socket, { source, told, way, peers, isUnix, peer: plain(socket.remoteAddress) })
}

/** By which listener a request came, and what is believed there. */
export function wayInOf({ socket }: Pick<FastifyRequest, 'socket'>): {
  readonly way: string
  readonly believes: ClientSource['kind']
} {
  const origin = origins.get(socket)
  return { way: origin?.way ?? PLAIN_WAY, believes: origin?.source.kind ?? 'socket' }
}

/**
 * The address of the client in its canonical spelling; null where nobody says it whom the listener believes. A connection
 * that came by no way in of its own is a direct one.
 */
export function clientAddressOf({
  socket,
  headers,
}: Pick<FastifyRequest, 'socket' | 'headers'>): string | null {
  const origin = origins.get(socket)
  if (origin === undefined) return plain(socket.remoteAddress)
  switch (origin.source.kind) {
    case 'socket':
      return origin.peer
    case 'none':
      return null
    case 'proxy':
      return origin.told
    case 'header':
      return isBelieved(origin) ? lastAddress(headers[origin.source.name]) : null
    default:
      return origin.source satisfies never
  }
}

/** As `clientAddressOf`; of IPv6 the network that a single customer is given, from any address of which it may come. */
export function clientNetworkOf(request: Pick<FastifyRequest, 'socket' | 'headers'>): string | null {
  const address = clientAddressOf(request)
  return address !== null && isIP(address) === 6 && !address.includes('%') ? networkOf(address) : address
}

/** Its /64. @param address  in canonical spelling */
function networkOf(address: string): string {
  const [left = '', right] = address.split('::')
  const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const before = groupsOf(left)
  const after = right === undefined ? [] : groupsOf(right)
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0')
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`
}

function isBelieved({ peers, peer, isUnix }: Pick<Origin, 'peers' | 'peer' | 'isUnix'>): boolean {
  if (peers === null || isUnix) return true
  return peer !== null && peers.check(peer, isIP(peer) === 6 ? 'ipv6' : 'ipv4')
}

function lastAddress(header: string | readonly string[] | undefined): string | null {
  const whole = typeof header === 'object' ? header.at(-1) : header
  if (whole === undefined || whole.length > MOST_HEADER) return null
  return plain(whole.slice(whole.lastIndexOf(',') + 1).trim())
}

/** Without a port, without brackets, IPv4 as IPv4. Null for what is no address. */
function plain(raw: string | undefined): string | null {
  if (raw === undefined) return null
  const bare = /^\[(.+)\](?::\d{1,5})?$/.exec(raw)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(raw)?.[1] ?? raw
  const short = /^::ffff:([\d.]+)$/i.exec(bare)?.[1] ?? bare
  switch (isIP(short)) {
    case 4:
      return short
    case 6:
      return short.includes('%') ? short : new URL(`http://[${short}]`).hostname.slice(1, -1)
    default:
      return null
  }
}

/** Whether a connection may say whose it is before anything of it is read. */
export function mayPreface(socket: Socket, believed: readonly string[], isUnix: boolean): boolean {
  return isBelieved({ peers: peersFrom(believed), peer: plain(socket.remoteAddress), isUnix })
}

function peersFrom(peers: readonly string[]): BlockList | null {
  if (peers.length === 0) return null
  const list = new BlockList()
  for (const peer of peers) {
    const [address = '', prefix] = peer.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}
