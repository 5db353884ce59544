/**
 * A socket of this home at which other processes get connections that start at the other end of the tunnel, on the
 * internet. Whoever opens it first names where to, in one line: `home.example 443`. Only the own hosts may be named.
 */
import { rm } from 'node:fs/promises'
import { type Socket, createServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { listening } from './listening.ts'
import { joinStreams } from './join-streams.ts'

const MOST_LINE = 300
const LINE_LIMIT_MS = 2_000

export interface VantageSource {
  isOwnHost(host: string): boolean
  /** @throws Error when there is none now */
  open(host: string, port: number): Promise<Duplex>
}

export async function openVantageDoor(path: string, source: VantageSource): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    void serve(socket, source)
  })
  // The lock on the data directory is ours, so a socket that is there is what a dead process left.
  if (process.platform !== 'win32') await rm(path, { force: true })
  await listening(server, path)
  return {
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function serve(socket: Socket, source: VantageSource): Promise<void> {
  const line = await firstLine(socket)
  const [, host = '', port = ''] = /^([a-z0-9.-]{1,253}) (\d{1,5})$/.exec(line ?? '') ?? []
  if (!source.isOwnHost(host)) {
    socket.destroy()
    return
  }
  try {
    const there = await source.open(host, Number(port))
    there.on('error', () => socket.destroy())
    if (socket.destroyed) {
      there.destroy()
      return
    }
    joinStreams(socket, there, () => socket.destroy())
    socket.resume()
  } catch {
    socket.destroy() // whoever asks sees that there is no way, and says so
  }
}

/** What follows the line is put back. */
async function firstLine(socket: Socket): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  let seen = Buffer.alloc(0)
  const timer = setTimeout(() => resolve(null), LINE_LIMIT_MS)
  const take = (bytes: Buffer): void => {
    seen = Buffer.concat([seen, bytes])
    const end = seen.indexOf(10)
    if (end < 0 && seen.length <= MOST_LINE) return
    socket.off('data', take)
    socket.pause()
    if (end >= 0 && end + 1 < seen.length) socket.unshift(seen.subarray(end + 1))
    resolve(end < 0 ? null : seen.subarray(0, end).toString('utf8'))
  }
  socket.on('data', take)
  socket.once('close', () => resolve(null))
  const line = await promise
  clearTimeout(timer)
  return line
}
