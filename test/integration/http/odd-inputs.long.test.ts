/** No route of either listener fails on what a client sends: each is asked with values of every odd kind. */
import assert from 'node:assert/strict'
import { channel } from 'node:diagnostics_channel'
import { test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { type ApiHome, PASSWORD, openApiHome } from '../../support/api-home.ts'
import type { PlainAnswer, PlainRequest } from '../../support/http-client.ts'

interface Route {
  readonly method: string
  readonly url: string
}

type Ask = (path: string, request: PlainRequest) => Promise<PlainAnswer>

/** The routes of each app, in the order in which the apps are built: public, private. */
const apps: Route[][] = []
channel('fastify.initialization').subscribe((message) => {
  const { fastify } = message as { fastify: FastifyInstance }
  const routes: Route[] = []
  apps.push(routes)
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.push({ method: one, url })
  })
})

const IDS = ['0', '-1', '99999999999999999999', 'x', '%00', '%ED%A0%80', 'ungrouped-%00']
const QUERY_VALUES = ['', '%00', 'a%00@home.example', '%ED%A0%80', '99999999999999999999', '1e400', '%']
const QUERIES =
  `q type resource limit offset max_id min_id since_id id ids acct types account_id tagged any timeline
  search host text direction outcome before after identity part level span kind mode troubled ours`.split(
    /\s+/,
  )
const VALUES: readonly unknown[] = [
  'a\u0000b',
  '\ud800',
  '-1',
  '99999999999999999999',
  'x'.repeat(3_000),
  null,
  true,
  1.5,
  1e300,
  ['\u0000', [['x']]],
  { 0: 'x', a: { b: 1 } },
]
const MEMBERS = [
  ...'status spoiler_text sensitive language media_ids poll in_reply_to_id visibility scheduled_at'.split(
    ' ',
  ),
  ...'display_name note fields_attributes source comment duration languages home notifications'.split(' '),
  ...'client_name redirect_uris scopes website grant_type code client_id client_secret scope token'.split(
    ' ',
  ),
  ...'draft revision holdSeconds uri isIgnored until host url title mayShrink aliases to pages comment key'.split(
    ' ',
  ),
  ...'response_type redirect_uri state form_token password decision identity key username domain id'.split(
    ' ',
  ),
]
const RAW_BODIES: ReadonlyArray<readonly [type: string, body: string]> = [
  ['application/json', '[]'],
  ['application/json', '{'],
  ['application/json', '{"__proto__":1}'],
  ['application/json', '\u0000'],
  ['application/x-www-form-urlencoded', 'a[b][]=1&status=%00&a=%ZZ'],
  ['multipart/form-data', 'a=1'],
  ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="status"\r\n\r\ncut off'],
  ['text/plain', 'a=1'],
]

function oddRequests({ method, url }: Route, ownId: string): Array<[string, PlainRequest]> {
  const withId = (id: string): string => url.replaceAll(/:\w+|\*/g, id)
  const path = withId(ownId)
  const ids = url.includes(':') ? IDS : []
  const requests: Array<[string, PlainRequest]> = ids.map((id) => [withId(id), { method }])
  if (method === 'GET') {
    for (const value of QUERY_VALUES) {
      for (const mark of ['', '[]']) {
        requests.push([`${path}?${QUERIES.map((name) => `${name}${mark}=${value}`).join('&')}`, { method }])
      }
    }
    return requests
  }
  for (const value of VALUES) {
    requests.push([path, { method, body: Object.fromEntries(MEMBERS.map((name) => [name, value])) }])
  }
  for (const [type, body] of RAW_BODIES) {
    requests.push([path, { method, body, headers: { 'content-type': type } }])
  }
  return requests
}

async function ownerOnPrivate(home: ApiHome): Promise<Ask> {
  const marks = { origin: `http://127.0.0.1:${home.privatePort}`, 'x-homebird': '1' }
  const signedIn = await home.askPrivate('/api/homebird/v1/session', {
    method: 'POST',
    headers: marks,
    body: { password: PASSWORD },
  })
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
  return async (path, request) =>
    home.askPrivate(path, { ...request, headers: { ...marks, cookie, ...request.headers } })
}

/** Streams stay open; sign-out ends the session that asks; without a bundle the window says so with 503. */
const isLeftOut = ({ method, url }: Route): boolean =>
  method === 'HEAD' ||
  /streaming(?!\/health)|\/session$/.test(url) ||
  !/^\/(?:api|oauth|\.|nodeinfo|ap|proxy|@)/.test(url)

test('no route fails on odd ids, queries and bodies', async () => {
  const home = await openApiHome({ env: { HOMEBIRD_API_RATE: '0' } })
  const app = await home.app(['read', 'write', 'follow', 'push', 'profile'])
  const asks: Ask[] = [async (path, request) => app.ask(path, request), await ownerOnPrivate(home)]
  const listeners = apps.filter((routes) => routes.length > 20)
  assert.equal(listeners.length, 2)
  const failed: string[] = []
  for (const [index, routes] of listeners.entries()) {
    const work = routes
      .filter((route) => !isLeftOut(route))
      .flatMap((route) => oddRequests(route, home.ana.id))
      .values()
    const askAll = async (): Promise<void> => {
      for (const [path, request] of work) {
        const answer = await asks[index]?.(path, request)
        if (answer === undefined || answer.status < 500) continue
        failed.push(
          `${answer.status} ${request.method} ${path.slice(0, 100)} ${JSON.stringify(request.body)?.slice(0, 60)}`,
        )
      }
    }
    await Promise.all([askAll(), askAll(), askAll(), askAll()])
  }
  assert.deepEqual(failed, [])
})

test('an address that cannot be decoded is refused in our own words', async () => {
  const home = await openApiHome()
  for (const answer of [await home.ask('/%zz'), await home.askPrivate('/%zz')]) {
    assert.equal(answer.status, 400)
    assert.deepEqual(answer.json(), { error: 'The request was not understood.' })
    assert.equal(answer.headers['cache-control'], 'no-store')
  }
})
