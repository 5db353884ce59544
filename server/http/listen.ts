/** Binds an app to its address and says which one it really got; a taken one is told with the remedy. */
import { chmod, rm } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'
import type { ListenAddress } from '../contracts/listen-address.ts'
import { HomebirdError } from '../core/errors.ts'

interface ListenOptions {
  /** Named in the error, such as `HOMEBIRD_PORT`. */
  readonly setting: string
  /** True where several processes share the address. */
  readonly shared: boolean
}

/** @throws HomebirdError PORT_TAKEN naming address, setting and remedy */
export async function listenOn(
  app: FastifyInstance,
  address: ListenAddress,
  options: ListenOptions,
): Promise<ListenAddress> {
  try {
    return address.kind === 'tcp'
      ? await listenTcp(app, address, options.shared)
      : await listenSocket(app, address)
  } catch (cause) {
    throw refusedBinding(cause, address, options.setting)
  }
}

async function listenTcp(
  app: FastifyInstance,
  { host, port }: Extract<ListenAddress, { kind: 'tcp' }>,
  shared: boolean,
): Promise<ListenAddress> {
  await app.listen({ host, port, ...(shared ? { reusePort: true } : {}) })
  const bound = app.server.address()
  return { kind: 'tcp', host, port: typeof bound === 'object' && bound !== null ? bound.port : port }
}

async function listenSocket(
  app: FastifyInstance,
  address: Extract<ListenAddress, { kind: 'socket' }>,
): Promise<ListenAddress> {
  // A pipe of Windows is no file: it falls with the process that held it.
  const isFile = process.platform !== 'win32'
  // The lock on the data directory is ours, so a socket that is there is what a dead process left.
  if (isFile) await rm(address.path, { force: true })
  await app.listen({ path: address.path })
  if (isFile) await chmod(address.path, 0o600)
  return address
}

function refusedBinding(cause: unknown, address: ListenAddress, setting: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const where = address.kind === 'tcp' ? `${address.host}:${address.port}` : address.path
  if (code === 'EADDRINUSE') {
    return new HomebirdError(
      'PORT_TAKEN',
      `${where} is taken by another program; stop it, or set ${setting} to a free port (0 takes any)`,
      { cause },
    )
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL') {
    return new HomebirdError(
      'SETTING_INVALID',
      `${where} cannot be listened on (${code}); set ${setting} to an address of this machine and a port of 1024 or more`,
      { cause },
    )
  }
  return cause
}
