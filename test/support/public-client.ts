/** Asks the public listener of a home in this process, as a visitor of its domain does. */
import type { AddressInfo } from 'node:net'
import { buildPublicApp } from '../../server/http/app.ts'
import { askListener } from './http-client.ts'
import type { FederationHome } from './federation-home.ts'
import { closeBeforeCluster } from './test-database.ts'

export async function openPublicClient({ context }: Pick<FederationHome, 'context'>) {
  const app = await buildPublicApp(context)
  await app.listen({ host: '127.0.0.1', port: 0 })
  closeBeforeCluster(async () => app.close())
  const { port } = app.server.address() as AddressInfo
  return async (path: string, accept = 'text/html') =>
    askListener(port, 'home.example', path, { headers: { accept } })
}
