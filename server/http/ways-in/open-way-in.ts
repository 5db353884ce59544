/**
 * Opens a listener of its own for one tunnel or proxy, before the same app: what comes by it is believed as that way in
 * may be, and in no other way.
 */
import { chmod, rm } from 'node:fs/promises'
import { type Server, type Socket, createServer } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { ListenAddress } from '../../contracts/listen-address.ts'
import type { WayIn } from '../../contracts/way-in.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import type { Logger } from '../../core/log.ts'
import { mayPreface, setOrigin } from './client-address.ts'
import { readPreamble } from '../../net/proxy-preamble.ts'

const MOST_SOCKETS = 1_000
/** A proxy sends its preamble with the first packet. */
const PREAMBLE_LIMIT_MS = 5_000

export interface OpenWayIn extends AsyncDisposable {
  /** As bound: port 0 is resolved. */
  readonly address: ListenAddress
}

/** @throws HomebirdError PORT_TAKEN naming the address */
export async function openWayIn(
  app: FastifyInstance,
  way: WayIn,
  { log, shared = false }: { readonly log: Logger; readonly shared?: boolean },
): Promise<OpenWayIn> {
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true, pauseOnConnect: way.client.kind === 'proxy' }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    if (way.client.kind === 'proxy') {
      if (mayPreface(socket, way.client.peers, way.address.kind === 'socket'))
        return awaitPreamble(app, way, socket, log)
      log.warn({ event: 'way_in.refused', way: way.name, why: 'it is none of the proxies that are believed' })
      return socket.destroy()
    }
    setOrigin(socket, way.client, arrivalBy(way))
    app.server.emit('connection', socket)
  })
  server.maxConnections = MOST_SOCKETS
  // An HTTP server watches the time limits of its requests from when it listens itself, which this one may never do.
  if (!app.server.listening) app.server.emit('listening')
  const address = await listen(server, way, shared)
  return {
    address,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

const arrivalBy = ({ name, address }: WayIn): { way: string; isUnix: boolean } => ({
  way: name,
  isUnix: address.kind === 'socket',
})

async function listen(server: Server, { address, name }: WayIn, shared: boolean): Promise<ListenAddress> {
  // The lock on the data directory is ours, so a socket that is there is what a dead process left.
  if (address.kind === 'socket' && process.platform !== 'win32') await rm(address.path, { force: true })
  const listening = Promise.withResolvers<undefined>()
  server.once('error', listening.reject)
  server.listen(
    address.kind === 'tcp'
      ? { host: address.host, port: address.port, reusePort: shared }
      : { path: address.path },
    () => listening.resolve(undefined),
  )
  try {
    await listening.promise
  } catch (cause) {
    throw new HomebirdError('PORT_TAKEN', refusalOf(name, address, cause), { cause })
  }
  if (address.kind === 'socket') {
    if (process.platform !== 'win32') await chmod(address.path, 0o600)
    return address
  }
  const bound = server.address()
  return typeof bound === 'object' && bound !== null ? { ...address, port: bound.port } : address
}

function refusalOf(name: string, address: ListenAddress, cause: unknown): string {
  const why = cause instanceof Error && 'code' in cause ? String(cause.code) : describeError(cause)
  if (address.kind === 'socket')
    return `the way in "${name}" cannot listen on ${address.path} (${why}); give this home the right to write there`
  const setting = name === 'public' ? 'HOMEBIRD_PORT' : 'HOMEBIRD_TUNNEL_PORT'
  return `the way in "${name}" cannot listen on ${address.host}:${address.port} (${why}); end what holds it, or set ${setting} to another port, 0 for any that is free`
}

/** Nothing is answered before the preamble is whole: a connection without one is closed without a word. */
function awaitPreamble(app: FastifyInstance, way: WayIn, socket: Socket, log: Logger): void {
  let seen = Buffer.alloc(0)
  const refuse = (why: string): void => {
    log.warn({ event: 'way_in.refused', way: way.name, why })
    socket.destroy()
  }
  const timer = setTimeout(() => refuse('no preamble came'), PREAMBLE_LIMIT_MS)
  const forget = (): void => clearTimeout(timer)
  const onData = (bytes: Buffer): void => {
    seen = Buffer.concat([seen, bytes])
    const outcome = readPreamble(seen)
    if (outcome === 'more') return
    forget()
    socket.off('data', onData)
    if (outcome === 'bad') return refuse('what came first is no preamble')
    socket.pause()
    socket.off('error', forget)
    setOrigin(socket, way.client, { ...arrivalBy(way), told: outcome.client?.address ?? null })
    if (seen.length > outcome.length) socket.unshift(seen.subarray(outcome.length))
    app.server.emit('connection', socket)
    socket.resume()
  }
  socket.once('error', forget)
  socket.once('close', forget)
  socket.on('data', onData)
  socket.resume()
}
