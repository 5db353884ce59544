import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import { setOwnerPassword } from '../../../server/domain/owner/password.ts'
import { guardRoutes } from '../../../server/http/client-api/access.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'
import { until } from '../../support/until.ts'
import { errorOf, exchange, registered } from './oauth-steps.ts'

test('a token of the app itself reaches what is public and nothing of a person', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const answer = await exchange(home, app, { grant_type: 'client_credentials', scope: 'read' })
  const headers = { authorization: `Bearer ${answer.json()['access_token']}` }
  assert.equal((await home.ask('/api/v1/apps/verify_credentials', { headers })).status, 200)
  assert.equal((await home.ask('/api/v2/instance', { headers })).status, 200)
  for (const path of [
    '/api/v1/accounts/verify_credentials',
    '/api/v1/timelines/home',
    '/api/v1/notifications',
  ]) {
    assert.equal((await home.ask(path, { headers })).status, 422, path)
  }
  const more = await exchange(home, app, { grant_type: 'client_credentials', scope: 'push' })
  assert.equal(errorOf(more), 'invalid_scope')
  assert.equal(errorOf(await exchange(home, app, { grant_type: 'password' })), 'unsupported_grant_type')
})

test('each scope opens its own routes only', async () => {
  const home = await openApiHome()
  const reader = await home.app(['read:statuses'])
  assert.equal((await reader.ask('/api/v1/timelines/home')).status, 200)
  const refused: ReadonlyArray<readonly [string, string]> = [
    ['GET', '/api/v1/notifications'],
    ['GET', '/api/v1/accounts/verify_credentials'],
    ['GET', '/api/v1/bookmarks'],
    ['POST', '/api/v1/statuses'],
    ['GET', '/api/v1/streaming/user/notification'],
  ]
  for (const [method, path] of refused) {
    const answer = await reader.ask(path, { method, ...(method === 'POST' ? { body: { status: 'x' } } : {}) })
    assert.equal(answer.status, 403, path)
  }
  const profile = await home.app(['profile'])
  assert.equal((await profile.ask('/api/v1/accounts/verify_credentials')).status, 200)
  assert.equal((await profile.ask('/api/v1/timelines/home')).status, 403)
  const follow = await home.app(['follow'])
  assert.equal((await follow.ask('/api/v1/mutes')).status, 200)
  assert.equal((await follow.ask('/api/v1/timelines/home')).status, 403)
})

test('another password ends every token', async () => {
  const home = await openApiHome()
  const app = await home.app()
  assert.equal((await app.ask('/api/v1/timelines/home')).status, 200)
  await setOwnerPassword(home.db, 'another good password')
  await until('the token is refused', async () => (await app.ask('/api/v1/timelines/home')).status === 401)
})

test('the metadata names what there is', async () => {
  const home = await openApiHome()
  const answer = await home.ask('/.well-known/oauth-authorization-server')
  const metadata = answer.json()
  assert.equal(metadata['issuer'], 'https://home.example')
  const at = (path: string): string => `https://home.example${path}`
  const addresses = {
    authorization_endpoint: at('/oauth/authorize'),
    token_endpoint: at('/oauth/token'),
    revocation_endpoint: at('/oauth/revoke'),
    userinfo_endpoint: at('/oauth/userinfo'),
    app_registration_endpoint: at('/api/v1/apps'),
  }
  for (const [name, address] of Object.entries(addresses)) assert.equal(metadata[name], address)
  const lists = {
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  }
  for (const [name, list] of Object.entries(lists)) assert.deepEqual(metadata[name], list)
  const scopes = new Set(Array.from(metadata['scopes_supported'] ?? [], String))
  for (const scope of ['profile', 'read', 'read:search', 'write:media', 'follow', 'push'])
    assert.ok(scopes.has(scope), scope)
  assert.ok(URL.canParse(String(metadata['service_documentation'])))
  assert.equal(answer.headers['access-control-allow-origin'], '*')
})

test('web apps of every origin may ask, and read how to go on', async () => {
  const home = await openApiHome()
  const preflight = await home.ask('/api/v1/timelines/home', {
    method: 'OPTIONS',
    headers: { origin: 'https://web.example', 'access-control-request-method': 'GET' },
  })
  assert.equal(preflight.status, 204)
  assert.match(String(preflight.headers['access-control-allow-headers']), /Authorization/)
  const refused = await home.ask('/api/v1/timelines/home', { headers: { origin: 'https://web.example' } })
  assert.equal(refused.status, 401)
  assert.equal(refused.headers['access-control-allow-origin'], '*')
  assert.equal(refused.headers['access-control-allow-credentials'], undefined)
  assert.match(String(refused.headers['access-control-expose-headers']), /Link/)
  assert.match(String(refused.headers['www-authenticate']), /Bearer/)
  const missing = await home.ask('/api/v1/nothing/here')
  assert.deepEqual([missing.status, missing.json()['error']], [404, 'Record not found'])
})

test('the private listener takes the session and no other origin', async () => {
  const home = await openApiHome()
  const origin = `http://127.0.0.1:${home.privatePort}`
  const headers = { origin, 'x-homebird': '1' }
  const signIn = await home.askPrivate('/api/homebird/v1/session', {
    method: 'POST',
    headers,
    body: { password: PASSWORD },
  })
  assert.equal(signIn.status, 200, signIn.text())
  const cookie = String(signIn.headers['set-cookie']).split(';')[0] ?? ''
  const me = await home.askPrivate('/api/v1/accounts/verify_credentials', { headers: { cookie } })
  assert.equal(me.json()['username'], 'ana')
  assert.equal(me.headers['access-control-allow-origin'], undefined)
  assert.match(String(me.json()['avatar']), /^\/avatars\//, 'pictures go by path')
  const write = async (more: Record<string, string>): Promise<number> => {
    const request = { method: 'POST', headers: { cookie, ...more }, body: { status: 'from the window' } }
    return (await home.askPrivate('/api/v1/statuses', request)).status
  }
  assert.equal(await write(headers), 200)
  assert.equal(await write({}), 403)
  assert.equal(await write({ origin }), 403)
  assert.equal(await write({ ...headers, origin: 'https://evil.example' }), 403)
  const foreign = { cookie, 'sec-fetch-site': 'cross-site' }
  assert.equal((await home.askPrivate('/api/v1/timelines/home', { headers: foreign })).status, 401)
  const elsewhere = { cookie, host: home.host }
  assert.equal((await home.ask('/api/v1/timelines/home', { headers: elsewhere })).status, 401)
})

test('a home with a route that does not say who may use it does not start', async () => {
  const home = await openApiHome()
  const app = fastify()
  guardRoutes(app, home.context, 'public')
  app.get('/good', { config: { scope: 'public', subject: 'public' } }, async () => 'fine')
  assert.throws(() => app.get('/forgotten', async () => 'oops'), /declares no scope/)
  assert.throws(
    () => app.get('/half', { config: { scope: 'read' } }, async () => 'oops'),
    /declares no scope/,
  )
  await app.close()
})
