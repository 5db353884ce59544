/**
 * Opens TLS connections: the host is resolved once, every answer must be allowed, and the connection goes to one of
 * the checked addresses, whatever the name may point to by then. The certificate must name the host.
 */
import { isIP, type TcpNetConnectOpts } from 'node:net'
import {
  checkServerIdentity,
  connect,
  type SecureContext,
  createSecureContext,
  getCACertificates,
  type ConnectionOptions,
  type TLSSocket,
} from 'node:tls'
import { boundedMap } from '../core/bounded-map.ts'
import { isHomebirdError } from '../core/errors.ts'
import type { HostAddresses } from '../core/setting-types.ts'
import type { AddressGuard } from './address-guard.ts'
import type { Deadline } from './deadline.ts'
import { asFetchError, fetchFailed, fetchRefused } from './fetch-errors.ts'
import type { HostResolver, ResolvedAddress } from './host-resolver.ts'
import { findHost, type RemoteUrl } from './origin.ts'

export interface Connector {
  /** Resolves once the certificate is checked. Runs in the phase `connect` of the deadline. */
  open(url: RemoteUrl, deadline: Deadline): Promise<TLSSocket>
  /** True while a connection that stands may be used: its other end must still be an allowed address. */
  mayReuse(url: RemoteUrl, socket: TLSSocket): boolean
}

export interface ConnectorOptions {
  readonly guard: AddressGuard
  readonly resolver: HostResolver
  readonly hostAddresses: HostAddresses
  readonly tlsCa: readonly string[] | undefined
}

export interface Destination {
  readonly addresses: readonly ResolvedAddress[]
  readonly port: number
}

/**
 * TLS sessions are kept to make the next connection cheaper, by two fifths; each is one to three kilobytes. With fewer than the
 * servers that a post goes to, one after the other, none would be there when it is wanted.
 */
const SESSIONS = { max: 4_000, ttl: 86_400_000 }

export function createConnector(options: ConnectorOptions): Connector {
  const { guard } = options
  const overrides = readOverrides(options.hostAddresses)
  let kept: SecureContext | null = null
  // Not before somebody is asked: with it come the certificates that are trusted, 3 MB of them.
  const secureContext = (): SecureContext =>
    (kept ??= createSecureContext({
      minVersion: 'TLSv1.2',
      ...(options.tlsCa === undefined ? {} : { ca: [...getCACertificates('default'), ...options.tlsCa] }),
    }))
  const sessions = boundedMap<string, Buffer>(SESSIONS)

  const override = (url: RemoteUrl): Destination | undefined => {
    const found = overrides.get(url.host) ?? overrides.get(url.hostname)
    return found && { addresses: found.addresses, port: found.port === 0 ? url.port : found.port }
  }
  return {
    async open(url, deadline) {
      deadline.enter('connect')
      const destination = override(url) ?? {
        addresses: await resolveChecked(url, options, deadline),
        port: url.port,
      }
      const session = sessions.get(url.host)
      const socket = connect({
        ...tlsOptionsOf(url, destination),
        secureContext: secureContext(),
        ...(session === undefined ? {} : { session }),
      })
      socket.on('session', (ticket) => sessions.set(url.host, ticket))
      await connected(socket, url, deadline)
      if (override(url) === undefined && !guard.allows(socket.remoteAddress ?? '')) {
        socket.destroy()
        throw fetchRefused(url.href, 'address', `it led to ${socket.remoteAddress}, which is not public`)
      }
      return socket
    },
    mayReuse(url, socket) {
      if (socket.destroyed || socket.readableEnded || !socket.writable) return false
      return override(url) !== undefined || guard.allows(socket.remoteAddress ?? '')
    },
  }
}

/** By canonical host. A port of 0 stands for "as in the URL". */
export function readOverrides(hostAddresses: HostAddresses): ReadonlyMap<string, Destination> {
  const overrides = new Map<string, Destination>()
  for (const [rawHost, target] of Object.entries(hostAddresses)) {
    const bracketed = /^\[(.+)\](?::(\d+))?$/.exec(target)
    const plain = isIP(target) === 6 ? [target, target, undefined] : /^([^:]+)(?::(\d+))?$/.exec(target)
    const [, address = '', port = '0'] = bracketed ?? plain ?? []
    const family = isIP(address) === 6 ? 6 : 4
    overrides.set(findHost(rawHost) ?? rawHost, { addresses: [{ address, family }], port: Number(port) })
  }
  return overrides
}

async function resolveChecked(
  url: RemoteUrl,
  { resolver, guard }: ConnectorOptions,
  deadline: Deadline,
): Promise<readonly ResolvedAddress[]> {
  const addresses = await deadline.race(resolver.resolve(url.hostname)).catch((error: unknown) => {
    if (isHomebirdError(error)) throw error
    throw fetchFailed(url.href, 'name', `${url.hostname} has no address`, { cause: error })
  })
  const refused = addresses.find(({ address }) => !guard.allows(address))
  if (refused !== undefined) {
    throw fetchRefused(
      url.href,
      'address',
      `${url.hostname} has the address ${refused.address}, which is not public; HOMEBIRD_ALLOW_PRIVATE_ADDRESSES names exceptions`,
    )
  }
  return addresses
}

type TlsOptions = ConnectionOptions & Pick<TcpNetConnectOpts, 'autoSelectFamily'>

function tlsOptionsOf(url: RemoteUrl, { addresses, port }: Destination): TlsOptions {
  const [only] = addresses
  const several = addresses.length > 1
  return {
    host: several || only === undefined ? url.hostname : only.address,
    port,
    servername: isIP(url.hostname) === 0 ? url.hostname : '',
    // The name is not looked up a second time: it has the addresses that were checked, and no others.
    lookup: (_name, wanted, done) => {
      if (wanted.all === true) done(null, [...addresses])
      else done(null, only?.address ?? '', only?.family)
    },
    autoSelectFamily: several,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: true,
    checkServerIdentity: (_name, certificate) => checkServerIdentity(url.hostname, certificate),
  }
}

async function connected(socket: TLSSocket, url: RemoteUrl, deadline: Deadline): Promise<void> {
  // Gone with the handshake: an error is dear to make, and every connection is closed one day.
  let closed: () => void = () => undefined
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      // Stays for the life of the socket: an error after the connection stood must not end the process.
      socket.on('error', reject)
      closed = () => reject(fetchFailed(url.href, 'connection', 'the connection was closed'))
      socket.once('close', closed)
      deadline.onExpire(reject)
    })
  } catch (error) {
    socket.destroy()
    throw asFetchError(url.href, error)
  } finally {
    deadline.onExpire(null)
    socket.off('close', closed)
  }
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 60_000)
}
