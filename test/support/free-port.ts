/** A port of loopback for a program that cannot take just any and tell which. */
import { createServer } from 'node:net'

/** Outgoing sockets take ports from above this. */
const LOWEST_PORT = 20_000
const PORTS = 10_000

export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST_PORT + Math.floor(Math.random() * PORTS)
    const server = createServer()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => resolve(true))
    if (!(await promise)) continue
    await new Promise((closed) => server.close(closed))
    return port
  }
}
