import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request as httpRequest } from 'node:http'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildPrivateApp, buildPublicApp } from '../../../server/http/app.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'

interface Sent {
  readonly path: string
  readonly host: string
  readonly body: object
}

async function post(socketPath: string, { path, host, body }: Sent): Promise<number> {
  const sent = httpRequest({
    socketPath,
    path,
    method: 'POST',
    headers: {
      host,
      origin: `http://${host}`,
      'x-homebird': '1',
      'content-type': 'application/json',
    },
    agent: false,
  })
  sent.end(JSON.stringify(body))
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  answer.resume()
  return answer.statusCode ?? 0
}

test('what is limited is served over a unix socket too, and its limiter trips', async (t) => {
  const home = await openApiHome()
  const folder = await mkdtemp(join(tmpdir(), 'hb-sock-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const owner = await buildPrivateApp(home.context)
  t.after(async () => owner.close())
  const others = await buildPublicApp(home.context)
  t.after(async () => others.close())
  const ownerSocket = await owner.listen({ path: join(folder, 'private') })
  const othersSocket = await others.listen({ path: join(folder, 'public') })
  const signIn = async (password: string): Promise<number> =>
    post(ownerSocket, { path: '/api/homebird/v1/session', host: 'homebird', body: { password } })
  assert.equal(await signIn(PASSWORD), 200)
  for (let count = 0; count < 9; count += 1) assert.equal(await signIn('wrong'), 401)
  assert.equal(await signIn('wrong'), 429)
  const form = { client_name: 'App', redirect_uris: 'https://app.example/' }
  assert.equal(await post(othersSocket, { path: '/api/v1/apps', host: home.host, body: form }), 200)
})
