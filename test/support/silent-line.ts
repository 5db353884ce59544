/** A line to a database that can fall silent: it stays open, takes what is sent, and nothing comes back. */
import { mkdtempSync, rmSync } from 'node:fs'
import { type Socket, createConnection, createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseConnection } from '../../server/contracts/child-message.ts'

export interface SilentLine {
  readonly connection: DatabaseConnection
  /** What is open now hears no more; what is opened later is as it should be. */
  fallSilent(): void
  close(): Promise<void>
}

export async function openSilentLine(database: DatabaseConnection): Promise<SilentLine> {
  const folder = mkdtempSync(join(tmpdir(), 'hb-line-'))
  const name = `.s.PGSQL.${database.port}`
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>()
  const server = createServer((near) => {
    const far = createConnection(
      database.host.startsWith('/')
        ? { path: join(database.host, name) }
        : { host: database.host, port: database.port },
    )
    const pair = { near, far }
    pairs.add(pair)
    near.pipe(far)
    far.pipe(near)
    for (const socket of [near, far]) {
      socket.on('error', () => undefined) // the close that follows says it all
      socket.once('close', () => {
        pairs.delete(pair)
        near.destroy()
        far.destroy()
      })
    }
  })
  server.listen({ path: join(folder, name) })
  await once(server, 'listening')
  return {
    connection: { ...database, host: folder },
    fallSilent() {
      for (const { near, far } of pairs) {
        far.unpipe(near)
        far.resume()
      }
    },
    async close() {
      for (const { near, far } of pairs) {
        near.destroy()
        far.destroy()
      }
      server.close()
      await once(server, 'close')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
