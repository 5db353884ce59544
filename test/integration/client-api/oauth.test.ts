import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Token } from '../../../server/contracts/oauth.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'
import { ConsentBrowser, formFields, newPkce } from '../../support/consent-browser.ts'
import {
  OUT_OF_BAND,
  REDIRECT,
  addressOf,
  browserOf,
  codeFor,
  errorOf,
  exchange,
  registered,
} from './oauth-steps.ts'
import type { CredentialApplication } from '../../../server/contracts/oauth.ts'

test('an app registers, is consented to, gets a token with PKCE, and gives it back', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  assert.deepEqual(app.redirect_uris, [REDIRECT, OUT_OF_BAND])
  const { verifier, challenge } = newPkce()
  const code = await codeFor(home, app, {
    scope: 'read write:statuses',
    state: 'a&b=c "quoted"',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })
  const answer = await exchange(home, app, { code, code_verifier: verifier })
  assert.equal(answer.status, 200, answer.text())
  assert.equal(answer.headers['cache-control'], 'private, no-store')
  const token = answer.json() as unknown as Token
  assert.equal(token.scope, 'read write:statuses')
  const headers = { authorization: `Bearer ${token.access_token}` }
  const me = await home.ask('/api/v1/accounts/verify_credentials', { headers })
  assert.equal(me.json()['username'], 'ana')
  const known = await home.ask('/api/v1/apps/verify_credentials', { headers })
  assert.equal(known.json()['name'], 'An <app>')
  const info = await home.ask('/oauth/userinfo', { headers })
  assert.equal(info.json()['preferred_username'], 'ana')
  const revoked = await home.ask('/oauth/revoke', {
    method: 'POST',
    body: { client_id: app.client_id, client_secret: app.client_secret, token: token.access_token },
  })
  assert.equal(revoked.status, 200)
  assert.equal((await home.ask('/api/v1/accounts/verify_credentials', { headers })).status, 401)
})

test('nothing secret is stored as it is', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const code = await codeFor(home, app)
  const token = (await exchange(home, app, { code })).json() as unknown as Token
  const tables = ['oauth_apps', 'oauth_codes', 'oauth_tokens', 'owner_sessions'] as const
  const rows = await Promise.all(tables.map(async (table) => home.db.selectFrom(table).selectAll().execute()))
  const stored = JSON.stringify(rows)
  for (const secret of [app.client_secret, code, token.access_token]) {
    assert.equal(Buffer.from(secret, 'base64url').length, 32)
    assert.ok(!stored.includes(secret))
  }
})

test('a code that comes twice gives nothing and takes the first token away', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const code = await codeFor(home, app)
  const both = await Promise.all([exchange(home, app, { code }), exchange(home, app, { code })])
  assert.deepEqual(both.map((answer) => String(answer.status)).toSorted(), ['200', '400'])
  const token = both.find((answer) => answer.status === 200)?.json() as unknown as Token
  const headers = { authorization: `Bearer ${token.access_token}` }
  assert.equal((await home.ask('/api/v1/accounts/verify_credentials', { headers })).status, 401)
})

test('a code is bound to its app, its address, its challenge and its hour', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const other = await registered(home)
  const { verifier, challenge } = newPkce()
  const pkce = { code_challenge: challenge, code_challenge_method: 'S256' }
  const refused = async (
    code: string,
    by: CredentialApplication,
    form: Record<string, string>,
  ): Promise<void> => {
    const answer = await exchange(home, by, { code, ...form })
    assert.equal(answer.status, 400)
    assert.equal(errorOf(answer), 'invalid_grant')
  }
  await refused(await codeFor(home, app), other, {})
  await refused(await codeFor(home, app), app, { redirect_uri: OUT_OF_BAND })
  await refused(await codeFor(home, app), app, { redirect_uri: `${REDIRECT}/` })
  await refused(await codeFor(home, app), app, { code_verifier: verifier })
  await refused(await codeFor(home, app, pkce), app, {})
  const wrong = await codeFor(home, app, pkce)
  await refused(wrong, app, { code_verifier: newPkce().verifier })
  await refused(wrong, app, { code_verifier: verifier })
  const old = await codeFor(home, app)
  await home.db
    .updateTable('oauth_codes')
    .set({ expires_at: new Date(Date.now() - 1_000) })
    .execute()
  await refused(old, app, {})
})

test('only the app itself exchanges its codes and revokes its tokens', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const code = await codeFor(home, app)
  const guessed = await exchange(home, app, { code, client_secret: 'guessed' })
  assert.deepEqual([guessed.status, errorOf(guessed)], [401, 'invalid_client'])
  const basic = Buffer.from(`${app.client_id}:${app.client_secret}`).toString('base64')
  const good = await home.ask('/oauth/token', {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT }).toString(),
  })
  assert.equal(good.status, 200, good.text())
  const token = good.json() as unknown as Token
  const other = await registered(home)
  await home.ask('/oauth/revoke', {
    method: 'POST',
    body: { client_id: other.client_id, client_secret: other.client_secret, token: token.access_token },
  })
  const headers = { authorization: `Bearer ${token.access_token}` }
  assert.equal((await home.ask('/api/v1/accounts/verify_credentials', { headers })).status, 200)
})

test('an unknown app or address is told to the person and never redirected to', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const cases = [
    addressOf(app, { client_id: 'unknown' }),
    addressOf(app, { redirect_uri: 'https://app.example/callback/' }),
    addressOf(app, { redirect_uri: 'https://app.example/callback?x=1' }),
    addressOf(app, { redirect_uri: 'https://evil.example/' }),
    addressOf(app, { redirect_uri: '' }),
  ]
  for (const address of cases) {
    const answer = await home.ask(address)
    assert.equal(answer.status, 400, address)
    assert.equal(answer.headers.location, undefined)
    assert.match(String(answer.headers['content-type']), /text\/html/)
  }
})

test('what else is wrong is told to the app at its address', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const cases: ReadonlyArray<readonly [Record<string, string>, string]> = [
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'read anything' }, 'invalid_scope'],
    [{ scope: 'push' }, 'invalid_scope'],
    [{ code_challenge: newPkce().challenge, code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: newPkce().challenge }, 'invalid_request'],
    [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
  ]
  for (const [more, error] of cases) {
    const answer = await home.ask(addressOf(app, { ...more, state: 'kept' }))
    assert.equal(answer.status, 302)
    const { origin, searchParams } = new URL(String(answer.headers.location))
    assert.deepEqual(
      [origin, searchParams.get('error'), searchParams.get('state')],
      ['https://app.example', error, 'kept'],
    )
  }
})

test('redirect addresses that run something, or carry more than an address, are refused', async () => {
  const home = await openApiHome()
  const refused = [
    'javascript:alert(1)',
    'data:text/html,x',
    '/relative',
    'https://a.example/#x',
    'https://u:p@a.example/',
  ]
  // Five registrations in ten minutes is the limit: one home for each few.
  for (const uri of refused.slice(0, 5)) {
    const answer = await home.ask('/api/v1/apps', {
      method: 'POST',
      body: { client_name: 'App', redirect_uris: uri, scopes: 'read' },
    })
    assert.equal(answer.status, 422, uri)
  }
  const sixth = await home.ask('/api/v1/apps', {
    method: 'POST',
    body: { client_name: 'App', redirect_uris: REDIRECT },
  })
  assert.equal(sixth.status, 429)
  assert.ok(Number(sixth.headers['retry-after']) > 0)
})

test('redirect addresses that cannot stand in a header are refused', async () => {
  const home = await openApiHome()
  for (const uri of [
    'https://a.example/☃',
    'https://a.example/a\tb',
    'https://a.example;sandbox/',
    'app://ü',
  ]) {
    const answer = await home.ask('/api/v1/apps', {
      method: 'POST',
      body: { client_name: 'App', redirect_uris: [uri], scopes: 'read' },
    })
    assert.equal(answer.status, 422, uri)
  }
})

test('forms that another site sends are refused at sign-in and at consent', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const browser = browserOf(home)
  const fields = formFields(await browser.open(addressOf(app)))
  const signIn = { ...fields, password: PASSWORD }
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const attempts = [
    await browser.send('/oauth/sign-in', signIn, foreign),
    await browser.send('/oauth/sign-in', signIn, { origin: 'null' }),
    await browser.send('/oauth/sign-in', { ...signIn, form_token: '' }),
    await browser.send('/oauth/sign-in', { ...signIn, form_token: 'x'.repeat(43) }),
    await new ConsentBrowser(home.publicPort, home.host).send('/oauth/sign-in', signIn),
  ]
  assert.deepEqual(
    attempts.map((answer) => answer.status),
    [403, 403, 403, 403, 403],
  )
  const signedIn = await browser.send('/oauth/sign-in', signIn)
  const consent = { ...formFields(await browser.open(String(signedIn.headers.location))), decision: 'allow' }
  const forged = [
    await browser.send('/oauth/authorize', consent, foreign),
    await browser.send('/oauth/authorize', { ...consent, form_token: fields['form_token'] ?? '' }),
  ]
  assert.deepEqual(
    forged.map((answer) => answer.status),
    [403, 403],
  )
  assert.deepEqual(await home.db.selectFrom('oauth_codes').selectAll().execute(), [])
})

test('the pages run no script, are never framed, and show names as text', async () => {
  const home = await openApiHome()
  const app = await registered(home, {
    client_name: 'Evil"><script>alert(1)</script>',
    website: 'https://evil.example',
  })
  const browser = browserOf(home)
  const page = await browser.open(addressOf(app))
  const policy = String(page.headers['content-security-policy'])
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /frame-ancestors 'none'/)
  assert.equal(page.headers['x-frame-options'], 'DENY')
  assert.equal(page.headers['cache-control'], 'private, no-store')
  assert.doesNotMatch(page.text(), /<script/)
  const cookie = String(page.headers['set-cookie'])
  assert.match(cookie, /^__Host-/)
  for (const mark of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) assert.ok(cookie.includes(mark))
  const signedIn = await browser.send('/oauth/sign-in', { ...formFields(page), password: PASSWORD })
  const consent = await browser.open(String(signedIn.headers.location))
  assert.match(consent.text(), /@ana@home\.example/)
  assert.match(consent.text(), /Read everything in your home/)
  assert.doesNotMatch(consent.text(), /<script/)
  assert.match(
    String(consent.headers['content-security-policy']),
    /form-action 'self' https:\/\/app\.example;/,
  )
})

test('saying no tells the app, and the sign-in is over after one decision', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const browser = browserOf(home)
  const signIn = await browser.send('/oauth/sign-in', {
    ...formFields(await browser.open(addressOf(app, { state: 's' }))),
    password: PASSWORD,
  })
  const consent = formFields(await browser.open(String(signIn.headers.location)))
  const denied = await browser.send('/oauth/authorize', { ...consent, decision: 'deny' })
  const { searchParams } = new URL(String(denied.headers.location))
  assert.deepEqual([searchParams.get('error'), searchParams.get('state')], ['access_denied', 's'])
  const again = await browser.send('/oauth/authorize', { ...consent, decision: 'allow' })
  assert.equal(again.status, 200)
  assert.match(again.text(), /type="password"/)
})

/** However slow the machine is, no try comes back meanwhile. */
const STOPPED = { now: () => new Date(), monotonicMs: () => 5_000 }

test('a wrong password opens nothing, and after ten attempts even the right one waits', async () => {
  const home = await openApiHome({ clock: STOPPED })
  const app = await registered(home)
  const browser = browserOf(home)
  const fields = formFields(await browser.open(addressOf(app)))
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const answer = await browser.send('/oauth/sign-in', { ...fields, password: 'wrong' })
    assert.equal(answer.status, 422)
  }
  const right = await browser.send('/oauth/sign-in', { ...fields, password: PASSWORD })
  assert.equal(right.status, 429)
  assert.equal(right.headers['retry-after'], '30')
  assert.equal((await home.db.selectFrom('owner_sessions').selectAll().execute()).length, 0)
})

test('strangers who guess cannot lock the owner out of a browser that has signed in before', async () => {
  const home = await openApiHome({ clock: STOPPED })
  const app = await registered(home)
  const mine = browserOf(home)
  const signIn = async (browser: typeof mine, password: string): Promise<number> => {
    const fields = formFields(await browser.open(addressOf(app, { force_login: 'true' })))
    return (await browser.send('/oauth/sign-in', { ...fields, password })).status
  }
  assert.equal(await signIn(mine, PASSWORD), 303)
  const strangers = [browserOf(home), browserOf(home)]
  for (const stranger of strangers) {
    for (let attempt = 0; attempt < 6; attempt += 1) await signIn(stranger, 'wrong')
    assert.notEqual(await signIn(stranger, PASSWORD), 422)
  }
  assert.equal(await signIn(browserOf(home), PASSWORD), 429, 'new browsers wait with the strangers')
  for (let round = 0; round < 12; round += 1) assert.equal(await signIn(mine, PASSWORD), 303)
  for (let attempt = 0; attempt < 10; attempt += 1) assert.equal(await signIn(mine, 'wrong'), 422)
  assert.equal(await signIn(mine, PASSWORD), 429, 'a stolen browser is not endless either')
})

test('the code of an app without address is shown to be copied, for the chosen identity', async () => {
  const home = await openApiHome()
  const otto = await addIdentity(
    home.db,
    { username: 'otto', displayName: 'Otto', domain: null },
    systemClock,
  )
  const app = await registered(home)
  const browser = browserOf(home)
  const address = addressOf(app, { redirect_uri: OUT_OF_BAND })
  const signedIn = await browser.send('/oauth/sign-in', {
    ...formFields(await browser.open(address)),
    password: PASSWORD,
  })
  const consent = await browser.open(String(signedIn.headers.location))
  assert.match(consent.text(), /@otto@home\.example/)
  const page = await browser.send('/oauth/authorize', {
    ...formFields(consent),
    identity: otto.id,
    decision: 'allow',
  })
  const code = /<code>([\w-]+)<\/code>/.exec(page.text())?.[1] ?? ''
  const answer = await exchange(home, app, { code, redirect_uri: OUT_OF_BAND })
  const headers = { authorization: `Bearer ${answer.json()['access_token']}` }
  assert.equal(
    (await home.ask('/api/v1/accounts/verify_credentials', { headers })).json()['username'],
    'otto',
  )
})
