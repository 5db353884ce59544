/** Waits until a server listens on a socket that only this user may open. */
import { chmod } from 'node:fs/promises'
import type { Server } from 'node:net'

/** @throws the error of the system */
export async function listening(server: Server, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>()
  server.once('error', reject)
  server.listen({ path }, () => resolve(undefined))
  await promise
  server.off('error', reject)
  if (process.platform !== 'win32') await chmod(path, 0o600)
}
