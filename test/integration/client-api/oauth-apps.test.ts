/** Apps as they really come: their forms, addresses and scopes, what they are told, and how their access ends. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { CredentialApplication, Token, TokenInfo } from '../../../server/contracts/oauth.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { createLogger } from '../../../server/core/log.ts'
import { openListener } from '../../../server/db/listen.ts'
import { isRegisteredUri, registerApp } from '../../../server/domain/oauth/apps.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { GrantCache } from '../../../server/http/client-api/grant-cache.ts'
import { type ApiHome, PASSWORD, openApiHome } from '../../support/api-home.ts'
import { consentTo, newPkce } from '../../support/consent-browser.ts'
import { until } from '../../support/until.ts'
import { REDIRECT, addressOf, browserOf, codeFor, exchange } from './oauth-steps.ts'

let home: ApiHome

before(async () => {
  home = await openApiHome()
})

/** By no route, whose limit is five in ten minutes. */
async function known(more: {
  redirectUris?: readonly string[]
  scopes?: readonly string[]
}): Promise<CredentialApplication> {
  const draft = { name: 'App', website: null, redirectUris: [REDIRECT], scopes: ['read', 'write'], ...more }
  const { app, clientSecret } = await registerApp(home.db, draft, new Date())
  const credentials = {
    ...app,
    redirect_uri: '',
    vapid_key: '',
    client_secret: clientSecret,
    client_secret_expires_at: 0,
  }
  return credentials
}

test('an app that writes its form into the address and has a scheme of its own is answered there', async () => {
  const form = {
    client_name: 'IceCubesApp',
    redirect_uris: 'icecubesapp://',
    scopes: 'read write follow push',
    website: 'https://cubes.example/',
  }
  const made = await home.ask(`/api/v1/apps?${new URLSearchParams(form)}`, { method: 'POST' })
  assert.equal(made.status, 200, made.text())
  const app = made.json() as unknown as CredentialApplication
  assert.deepEqual([app.redirect_uris, app.client_secret_expires_at], [['icecubesapp://'], 0])
  const address = addressOf(app, { redirect_uri: 'icecubesapp://', scope: 'read write follow push' })
  const answer = await consentTo(browserOf(home), address, PASSWORD)
  const location = String(answer.headers.location)
  assert.match(location, /^icecubesapp:\/\/\?code=[\w-]{43}$/)
  const body = {
    grant_type: 'authorization_code',
    client_id: app.client_id,
    client_secret: app.client_secret,
    redirect_uri: 'icecubesapp://',
    code: location.split('code=')[1] ?? '',
  }
  const token = await home.ask('/oauth/token', { method: 'POST', body })
  assert.equal(token.json()['scope'], 'read write follow push')
})

test('several addresses come as a list, as lines or with spaces between them', async () => {
  const uris = ['tusky://oauth.tusky.example/', 'https://a.example/cb']
  for (const redirect_uris of [uris, uris.join('\n'), uris.join(' ')]) {
    const made = await home.ask('/api/v1/apps', {
      method: 'POST',
      body: { client_name: 'App', redirect_uris },
    })
    assert.equal(made.status, 200, made.text())
    assert.deepEqual(made.json()['redirect_uris'], uris)
    assert.equal(made.json()['redirect_uri'], uris.join('\n'))
    assert.deepEqual(made.json()['scopes'], ['read'])
  }
})

test('an address counts letter by letter, and only the port of a program on this computer is free', () => {
  const registered = [
    'https://app.example/cb',
    'http://127.0.0.1/cb',
    'http://[::1]:9/cb',
    'http://localhost/cb',
  ]
  const good = [...registered, 'http://127.0.0.1:51004/cb', 'http://[::1]/cb', 'http://[::1]:1/cb']
  const bad = [
    'https://app.example/cb/',
    'https://APP.example/cb',
    'https://app.example//cb',
    'https://app.example/cb?x',
    'https://app.example/cb#x',
    'https://app.example/%63b',
    'https://app.example:443/cb',
    'https://app.example:8443/cb',
    'https://user@app.example/cb',
    'https://app.example@evil.example/cb',
    'https://app.example.evil.example/cb',
    '//app.example/cb',
    'http://app.example/cb',
    'http://localhost:80/cb',
    'https://127.0.0.1/cb',
    'http://127.0.0.1:51004/cb/',
    'http://127.0.0.1:51004/cb?x',
    'http://127.0.0.1:51004@evil.example/cb',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1.evil.example/cb',
    'http://127.0.0.2/cb',
    'http://127.1/cb',
    '',
  ]
  assert.deepEqual(
    good.filter((uri) => !isRegisteredUri(registered, uri)),
    [],
  )
  assert.deepEqual(
    bad.filter((uri) => isRegisteredUri(registered, uri)),
    [],
  )
})

test('a program on this computer is answered at the port it has now, and bound to it', async () => {
  const app = await known({ redirectUris: ['http://127.0.0.1/cb'] })
  const redirect_uri = 'http://127.0.0.1:51004/cb'
  const { verifier, challenge } = newPkce()
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
  const code = await codeFor(home, app, { redirect_uri, ...pkce })
  const other = await exchange(home, app, {
    code,
    redirect_uri: 'http://127.0.0.1/cb',
    code_verifier: verifier,
  })
  assert.equal(other.status, 400)
  const again = await codeFor(home, app, { redirect_uri, ...pkce })
  const good = await exchange(home, app, { code: again, redirect_uri, code_verifier: verifier })
  assert.equal(good.status, 200, good.text())
})

test('scopes of administrators are left out, and the token says what was granted', async () => {
  const made = await home.ask('/api/v1/apps', {
    method: 'POST',
    body: { client_name: 'App', redirect_uris: REDIRECT, scopes: 'read admin:read admin:write:accounts' },
  })
  const app = made.json() as unknown as CredentialApplication
  assert.deepEqual(app.scopes, ['read'])
  const code = await codeFor(home, app, { scope: 'read admin:read' })
  // What is asked for at the exchange changes nothing.
  const token = await exchange(home, app, { code, scope: 'read write admin:read' })
  assert.equal(token.json()['scope'], 'read')
})

test('an app that knows to look is told whose answer it is', async () => {
  const app = await known({})
  const asked = await home.ask(addressOf(app, { state: 's', scope: 'push' }))
  const refused = new URL(String(asked.headers.location)).searchParams
  assert.deepEqual([refused.get('error'), refused.get('iss')], ['invalid_scope', 'https://home.example'])
  const answer = await consentTo(browserOf(home), addressOf(app, { state: 's' }), PASSWORD)
  const given = new URL(String(answer.headers.location)).searchParams
  assert.deepEqual([given.get('state'), given.get('iss')], ['s', 'https://home.example'])
})

test('the app proves itself in a form, in JSON, in parts or by Basic, and not twice in different ways', async () => {
  const app = await known({})
  const client = { client_id: app.client_id, client_secret: app.client_secret }
  const form = { grant_type: 'client_credentials', scope: 'read' }
  const parts = new FormData()
  for (const [name, value] of Object.entries({ ...client, ...form })) parts.set(name, value)
  const encoded = new Response(parts)
  const basic = `Basic ${Buffer.from(`${app.client_id}:${app.client_secret}`).toString('base64')}`
  const plain = { 'content-type': 'application/x-www-form-urlencoded' }
  const good = [
    { body: { ...client, ...form } },
    { body: new URLSearchParams({ ...client, ...form }).toString(), headers: plain },
    {
      body: Buffer.from(await encoded.arrayBuffer()),
      headers: { 'content-type': String(encoded.headers.get('content-type')) },
    },
    { body: new URLSearchParams(form).toString(), headers: { ...plain, authorization: basic } },
  ]
  for (const request of good) {
    const answer = await home.ask('/oauth/token', { method: 'POST', ...request })
    assert.equal(answer.status, 200, answer.text())
    assert.equal(answer.json()['token_type'], 'Bearer')
  }
  const bad = [
    { body: { ...client, ...form, client_secret: `${app.client_secret}x` } },
    { body: { ...form, client_id: app.client_id } },
    { body: { ...client, ...form, client_id: 'unknown' } },
    { body: { ...client, ...form, client_secret: 'other' }, headers: { authorization: basic } },
  ]
  for (const request of bad) {
    const answer = await home.ask('/oauth/token', { method: 'POST', ...request })
    assert.deepEqual([answer.status, answer.json()['error']], [401, 'invalid_client'])
  }
})

test('of the tokens that an app takes for itself the latest twenty are kept', async () => {
  const app = await known({})
  const client = { client_id: app.client_id, client_secret: app.client_secret }
  const body = { ...client, grant_type: 'client_credentials' }
  const first = (await home.ask('/oauth/token', { method: 'POST', body })).json() as unknown as Token
  for (let count = 0; count < 20; count += 1) await home.ask('/oauth/token', { method: 'POST', body })
  const headers = { authorization: `Bearer ${first.access_token}` }
  assert.equal((await home.ask('/api/v1/apps/verify_credentials', { headers })).status, 401)
})

test('an app that nobody gave access to is forgotten after a month; one that had it once stays', async () => {
  const apps = [await known({}), await known({}), await known({})]
  const [unused, used] = apps
  assert.ok(unused && used)
  const { access_token: token } = (
    await exchange(home, used, { code: await codeFor(home, used) })
  ).json() as unknown as Token
  const client = { client_id: used.client_id, client_secret: used.client_secret }
  await home.ask('/oauth/revoke', { method: 'POST', body: { ...client, token } })
  await home.db
    .updateTable('oauth_apps')
    .set({ created_at: new Date(Date.now() - 31 * 86_400_000) })
    .where('id', 'in', [unused.id, used.id])
    .execute()
  await home.db.deleteFrom('oauth_codes').execute()
  await known({})
  const left = await home.db.selectFrom('oauth_apps').select('id').execute()
  const ids = apps.map((app) => left.some(({ id }) => id === app.id))
  assert.deepEqual(ids, [false, true, true])
})

test('a token counts in the header and nowhere else', async () => {
  const { token } = await home.app()
  const path = '/api/v1/accounts/verify_credentials'
  assert.equal((await home.ask(`${path}?access_token=${token}`)).status, 401)
  assert.equal((await home.ask(`${path}?bearer_token=${token}`)).status, 401)
  const body = { status: 'x', access_token: token }
  assert.equal((await home.ask('/api/v1/statuses', { method: 'POST', body })).status, 401)
  const headers = { authorization: `bearer ${token}` }
  assert.equal((await home.ask(path, { headers })).status, 200)
})

test('an identity sees the accesses it gave, page by page, and takes one back everywhere', async () => {
  const own = await openApiHome()
  const otto = await addIdentity(own.db, { username: 'otto', displayName: '', domain: null }, systemClock)
  const apps = [await own.app(), await own.app(['read:accounts']), await own.app(['read'])]
  const others = await own.app(['read'], otto.id)
  const [phone, lost] = apps
  assert.ok(phone && lost)
  await lost.get('/api/v1/accounts/verify_credentials')
  const first = await phone.ask('/api/v1/tokens?limit=2')
  const newest = first.json() as unknown as readonly TokenInfo[]
  assert.deepEqual(
    newest.map((token) => [token.scope, token.last_used === null, token.application]),
    [
      ['read', true, { name: 'Test app' }],
      ['read:accounts', false, { name: 'Test app' }],
    ],
  )
  const next = /<https:\/\/home\.example([^>]+)>; rel="next"/.exec(String(first.headers.link))?.[1] ?? ''
  const rest = await phone.get<readonly TokenInfo[]>(next)
  assert.deepEqual(
    rest.map((token) => token.scope),
    ['read write follow push'],
  )
  assert.ok(!JSON.stringify([newest, rest]).includes(phone.token ?? ''))
  const lostId = newest[1]?.id ?? ''
  assert.equal((await phone.get<TokenInfo>(`/api/v1/tokens/${lostId}`)).id, lostId)
  assert.equal((await others.ask(`/api/v1/tokens/${lostId}`)).status, 404)
  assert.equal((await phone.ask('/api/v1/tokens/0x1')).status, 404)
  const invalidate = `/api/v1/tokens/${lostId}/invalidate`
  assert.equal((await lost.ask(invalidate, { method: 'POST' })).status, 403, 'it may only read')
  const listener = openListener(own.connection, 'another process', createLogger('test', 'silent'))
  await listener.ready
  const elsewhere = new GrantCache(own.db, listener)
  assert.notEqual(await elsewhere.find(lost.token ?? ''), null)
  assert.equal((await phone.post<TokenInfo>(invalidate)).id, lostId)
  assert.equal((await lost.ask('/api/v1/accounts/verify_credentials')).status, 401)
  await until('another process knows', async () => (await elsewhere.find(lost.token ?? '')) === null)
  await listener.close()
  assert.equal((await phone.ask(invalidate, { method: 'POST' })).status, 404)
  const left = await phone.get<readonly TokenInfo[]>('/api/v1/tokens')
  assert.equal(left.length, 2)
})
