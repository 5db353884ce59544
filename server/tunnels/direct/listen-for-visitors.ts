/** The one listener of the home that is not for this machine alone: the router, or the world, leads to it. */
import { type AddressInfo, type Server, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { HomebirdError, describeError } from '../../core/errors.ts'
import type { ProxiedClient } from '../../net/proxy-preamble.ts'

export interface VisitorListener {
  readonly port: number
  /** Nobody comes in any more; resolves when whoever is in has gone, or was cut. */
  close(): Promise<void>
}

type Take = (visitor: Duplex, client: ProxiedClient | null) => void

/** The port that is listened at, and whether a setting names it: else it is the one that the world asks for. */
export interface VisitorPort {
  readonly port: number
  readonly isSetting: boolean
}

/** Both families where the machine has both. @throws HomebirdError UNAVAILABLE when the port cannot be had */
export async function listenForVisitors(
  { port, isSetting }: VisitorPort,
  take: Take,
): Promise<VisitorListener> {
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const { remoteAddress: address, remotePort } = socket
    const isKnown = address !== undefined && remotePort !== undefined
    take(socket, isKnown ? { address: address.replace(/^::ffff:/i, ''), port: remotePort } : null)
  })
  // One that cannot be taken in, as when too many files are open, ends nobody else.
  server.on('error', () => undefined)
  try {
    await listening(server, port, '::').catch(async (error: unknown) => {
      if (!isWithoutIpv6(error)) throw error
      await listening(server, port, '0.0.0.0')
    })
  } catch (error) {
    throw new HomebirdError(
      'UNAVAILABLE',
      `port ${port} of this computer cannot be had (${describeError(error)}); ${remedyFor({ port, isSetting }, error)}`,
      { cause: error },
    )
  }
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = Promise.withResolvers<undefined>()
      server.close(() => closed.resolve(undefined))
      await closed.promise
    },
  }
}

/** What a person can do. A setting helps only where it is heard. */
export function remedyFor({ port, isSetting }: VisitorPort, error: unknown): string {
  const isForbidden = error instanceof Error && 'code' in error && error.code === 'EACCES'
  const permit = `let this account have it (on Linux: sysctl net.ipv4.ip_unprivileged_port_start=${port})`
  const first = isForbidden ? permit : 'end what has it'
  return isSetting
    ? `${first}, or set HOMEBIRD_TUNNEL_DIRECT_PORT to another`
    : `${first}, or lead port ${port} to port HOMEBIRD_TUNNEL_DIRECT_PORT by the firewall of this computer and set HOMEBIRD_TUNNEL_ROUTER to none`
}

async function listening(server: Server, port: number, host: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  server.once('error', reject)
  server.listen({ port, host }, () => resolve(undefined))
  await promise
  server.off('error', reject)
}

const isWithoutIpv6 = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  (error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL')
