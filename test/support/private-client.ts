/** The owner of a home in this process, signed in at its private listener as the window is. */
import type { AddressInfo } from 'node:net'
import { buildPrivateApp } from '../../server/http/app.ts'
import type { HttpContext } from '../../server/http/http-context.ts'
import { type PlainAnswer, type PlainRequest, askListener } from './http-client.ts'
import { closeBeforeCluster } from './test-database.ts'

export interface PrivateClient {
  readonly port: number
  /** With the session and the marks of a page of the home, unless `headers` take them away. */
  ask(path: string, request?: PlainRequest): Promise<PlainAnswer>
  /** Without any session. */
  askAsStranger(path: string, request?: PlainRequest): Promise<PlainAnswer>
}

export async function openPrivateClient(context: HttpContext, password: string): Promise<PrivateClient> {
  const app = await buildPrivateApp(context)
  await app.listen({ host: '127.0.0.1', port: 0 })
  closeBeforeCluster(async () => app.close())
  const { port } = app.server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  const marks = { origin: `http://${host}`, 'sec-fetch-site': 'same-origin', 'x-homebird': '1' }
  const ask = async (path: string, request: PlainRequest, cookie: object): Promise<PlainAnswer> =>
    askListener(port, host, path, { ...request, headers: { ...marks, ...cookie, ...request.headers } })
  const signIn = await ask('/api/homebird/v1/session', { method: 'POST', body: { password } }, {})
  if (signIn.status !== 200) throw new Error(`sign-in answered ${signIn.status}: ${signIn.text()}`)
  const cookie = String(signIn.headers['set-cookie']).split(';')[0] ?? ''
  return {
    port,
    ask: async (path, request = {}) => ask(path, request, { cookie }),
    askAsStranger: async (path, request = {}) => ask(path, request, {}),
  }
}
