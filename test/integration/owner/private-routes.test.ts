/** The list of private routes, and who may use each, stands in `private-routes.txt`; and each holds to it. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { type Socket, connect } from 'node:net'
import { join } from 'node:path'
import { before, test } from 'node:test'
import fastify, { type RouteOptions } from 'fastify'
import { ownerRoutes } from '../../../server/http/owner/index.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'
import { type PrivateClient, openPrivateClient } from '../../support/private-client.ts'

const SNAPSHOT = join(import.meta.dirname, 'private-routes.txt')

interface PrivateRoute {
  readonly method: string
  readonly url: string
  readonly scope: string
  readonly limit: string
}

const home = await openApiHome({ env: { HOMEBIRD_API_RATE: '0' } })
const routes: PrivateRoute[] = []
let owner: PrivateClient

before(async () => {
  const app = fastify()
  app.addHook('onRoute', (route) => {
    routes.push(...routesOf(route))
  })
  await app.register(ownerRoutes(home.context))
  await app.ready()
  await app.close()
  owner = await openPrivateClient(home.context, PASSWORD)
})

function routesOf({ method, url, config }: RouteOptions): PrivateRoute[] {
  const limit = config?.rateLimit
  const told =
    typeof limit === 'object' ? ` ${String(limit.max)} in ${Number(limit.timeWindow) / 60_000} min` : ''
  return [method]
    .flat()
    .filter((one) => one !== 'HEAD')
    .map((one) => ({ method: one, url, scope: String(config?.scope), limit: told }))
}

/** One that no check of parameters refuses. */
const pathOf = ({ url }: PrivateRoute): string =>
  url
    .replace(':key', 'draft-key-1')
    .replace(':side', 'followers')
    .replace(':name', 'media')
    .replace('/edges/:edge', '/edges/nginx')
    .replace('/redirects/:host', '/redirects/nginx')
    .replaceAll(/:\w+/g, '1')

test('the private routes are those that are written down', async () => {
  const lines = routes.map(({ method, url, scope, limit }) => `${url} ${method} ${scope}${limit}`)
  const found = `${lines.toSorted((a, b) => (a < b ? -1 : 1)).join('\n')}\n`
  assert.equal(found, await readFile(SNAPSHOT, 'utf8'))
})

test('what is the owner’s is refused to strangers whatever they send, and to pages of others that use the cookie', async () => {
  const own = routes.filter(({ scope }) => scope === 'owner')
  assert.ok(own.length > 80, String(own.length))
  for (const route of own) {
    const { method } = route
    const told = `${method} ${route.url}`
    const bodies = method === 'GET' ? [undefined] : [undefined, { odd: true }, 'no json']
    for (const body of bodies) {
      const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {}
      const sent = body === undefined ? {} : { body }
      const stranger = await owner.askAsStranger(pathOf(route), { method, headers, ...sent })
      assert.equal(stranger.status, 401, `${told} ${JSON.stringify(body)}`)
    }
    for (const headers of [{ origin: 'https://evil.example' }, { 'x-homebird': '0' }] as const) {
      if (method === 'GET') continue
      assert.equal((await owner.ask(pathOf(route), { method, headers })).status, 403, told)
    }
    const crossed = await owner.ask(pathOf(route), { method, headers: { 'sec-fetch-site': 'cross-site' } })
    assert.equal(crossed.status, 401, told)
    assert.equal((await home.ask(pathOf(route), { method })).status, 404, `${told} on the public listener`)
  }
})

test('a stranger is sent away before their upload has come', async (t) => {
  const { port } = owner
  const socket: Socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  const answered = new Promise<string>((resolve, reject) => {
    socket.once('data', (chunk) => resolve(chunk.toString()))
    socket.once('error', reject)
  })
  socket.write(
    `POST /api/homebird/v1/imports?kind=following HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n` +
      'content-type: text/csv\r\ncontent-length: 8000000\r\n\r\nAccount address',
  )
  assert.match(await answered, /^HTTP\/1\.1 401 /)
})
