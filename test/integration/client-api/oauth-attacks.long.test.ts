/** What others try with the pages of sign-in and consent: addresses that only look registered, widened wishes, swapped apps, names. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CredentialApplication, Token } from '../../../server/contracts/oauth.ts'
import { type ApiHome, PASSWORD, openApiHome } from '../../support/api-home.ts'
import { type ConsentBrowser, formFields } from '../../support/consent-browser.ts'
import type { PlainAnswer } from '../../support/http-client.ts'
import { REDIRECT, addressOf, browserOf, codeFor, errorOf, exchange, registered } from './oauth-steps.ts'

const NEARLY = [
  'https://app.example/callback/',
  'https://app.example/callback/../evil',
  'https://app.example/callback%2f..%2fevil',
  'https://app.example/callbackevil',
  'https://app.example/callback#',
  'https://app.example/callback#@evil.example',
  'https://app.example/callback?',
  'https://app.example/callback?code=known',
  'https://app.example/callback;x',
  'https://app.example/Callback',
  'https://app.example/%63allback',
  'https://app.example:443/callback',
  'https://app.example:8443/callback',
  'https://app.example./callback',
  'https://app.example.evil.example/callback',
  'https://sub.app.example/callback',
  'https://*.example/callback',
  'https://app.example/*',
  'https://APP.example/callback',
  'HTTPS://app.example/callback',
  'http://app.example/callback',
  'https://user@app.example/callback',
  'https://app.example@evil.example/callback',
  'https://app.example\\@evil.example/callback',
  'https://app.example%2f@evil.example/callback',
  'https://app\u3002example/callback',
  'https://evil.example/?https://app.example/callback',
  '//app.example/callback',
  '\\\\app.example\\callback',
  'https:app.example/callback',
  'https:/app.example/callback',
  'https:\n//app.example/callback',
  '\u0001https://app.example/callback',
  'https://app.example/callback\u2028',
  'https://app.example/callback\r\nset-cookie: a=b',
  'javascript:alert(1)//https://app.example/callback',
  'data:text/html,https://app.example/callback',
  'blob:https://app.example/callback',
  'urn:ietf:wg:oauth:2.0:oob:auto',
  'URN:ietf:wg:oauth:2.0:oob',
  'http://127.0.0.1/callback',
  'http://localhost/callback',
  '*',
  '/',
]

async function signedIn(browser: ConsentBrowser, address: string): Promise<PlainAnswer> {
  const answer = await browser.send('/oauth/sign-in', {
    ...formFields(await browser.open(address)),
    password: PASSWORD,
  })
  assert.equal(answer.status, 303, answer.text())
  return browser.open(String(answer.headers.location))
}

test('an address that was not registered letter by letter is led to by no step', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const browser = browserOf(home)
  const signIn = formFields(await browser.open(addressOf(app)))
  const consent = formFields(await signedIn(browser, addressOf(app)))
  for (const uri of NEARLY) {
    const steps = [
      await browser.open(addressOf(app, { redirect_uri: uri })),
      await browser.send('/oauth/sign-in', { ...signIn, password: PASSWORD, redirect_uri: uri }),
      await browser.send('/oauth/authorize', { ...consent, decision: 'allow', redirect_uri: uri }),
      await browser.send('/oauth/authorize', { ...consent, decision: 'deny', redirect_uri: uri }),
    ]
    for (const step of steps) {
      assert.deepEqual([step.status, step.headers.location], [400, undefined], JSON.stringify(uri))
      assert.match(String(step.headers['content-security-policy']), /form-action 'self'; /)
    }
  }
  assert.deepEqual(await home.db.selectFrom('oauth_codes').selectAll().execute(), [])
})

test('an address that is named twice is one that is registered, or none', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const browser = browserOf(home)
  const evil = encodeURIComponent('https://evil.example/')
  for (const more of [`&redirect_uri=${evil}`, `&redirect_uri[]=${evil}`, `&redirect_uri[a]=${evil}`]) {
    for (const address of [`${addressOf(app)}${more}`, addressOf(app).replace('?', `?${more.slice(1)}&`)]) {
      const page = await browser.open(address)
      assert.equal(page.headers.location, undefined, address)
      const { redirect_uri: kept } = formFields(page)
      if (page.status === 200) assert.equal(kept, REDIRECT, address)
      assert.doesNotMatch(page.text(), /evil\.example/)
    }
  }
})

test('whatever an app keeps in its state comes back as it was, and is nothing else', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const states = [
    '&code=known&iss=https://evil.example',
    '#fragment?code=known',
    '"><script>alert(1)</script>',
    '\u202E\u2066moc.live',
    'a\tb%0d%0aset-cookie: a=b',
    '__proto__',
  ]
  const browser = browserOf(home)
  for (const state of states) {
    const page = await signedIn(browser, addressOf(app, { state }))
    assert.doesNotMatch(page.text(), /<script/)
    const answer = await browser.send('/oauth/authorize', { ...formFields(page), decision: 'allow' })
    const location = String(answer.headers.location)
    assert.ok(location.startsWith(`${REDIRECT}?`), location)
    assert.match(location, /^[\x21-\x7e]+$/)
    const { searchParams, hash } = new URL(location)
    assert.deepEqual([searchParams.getAll('state'), hash], [[state], ''])
    assert.equal(searchParams.getAll('code').length, 1)
    assert.deepEqual(searchParams.getAll('iss'), [`https://${home.host}`])
  }
})

test('nothing widens what was consented to', async () => {
  const home = await openApiHome()
  const app = await registered(home, { scopes: 'read' })
  const browser = browserOf(home)
  const consent = formFields(await signedIn(browser, addressOf(app)))
  const wider = await browser.send('/oauth/authorize', { ...consent, decision: 'allow', scope: 'read write' })
  assert.equal(new URL(String(wider.headers.location)).searchParams.get('error'), 'invalid_scope')
  for (const response of ['token', 'code token', 'code id_token', 'none', '']) {
    const answer = await browser.send('/oauth/authorize', {
      ...consent,
      decision: 'allow',
      response_type: response,
    })
    const { hash, searchParams } = new URL(String(answer.headers.location))
    assert.deepEqual([hash, searchParams.get('error')], ['', 'unsupported_response_type'], response)
  }
  const code = await codeFor(home, app)
  const token = (
    await exchange(home, app, { code, scope: 'read write admin:write' })
  ).json() as unknown as Token
  assert.equal(token.scope, 'read')
  const kinds = ['refresh_token', 'password', 'implicit', '', 'urn:ietf:params:oauth:grant-type:jwt-bearer']
  for (const kind of kinds) {
    const answer = await exchange(home, app, {
      grant_type: kind,
      refresh_token: token.access_token,
      username: 'ana',
      password: PASSWORD,
      scope: 'read write',
    })
    assert.deepEqual([answer.status, errorOf(answer)], [400, 'unsupported_grant_type'], kind)
  }
  const own = await exchange(home, app, { grant_type: 'client_credentials', scope: 'read write' })
  assert.equal(errorOf(own), 'invalid_scope')
})

test('apps are not taken for one another, at the consent and at the exchange', async () => {
  const home = await openApiHome()
  const app = await registered(home)
  const evil = await registered(home, { redirect_uris: ['https://evil.example/'] })
  const browser = browserOf(home)
  const consent = formFields(await signedIn(browser, addressOf(app)))
  for (const swapped of [{ client_id: evil.client_id }, { redirect_uri: 'https://evil.example/' }]) {
    const answer = await browser.send('/oauth/authorize', { ...consent, ...swapped, decision: 'allow' })
    assert.deepEqual([answer.status, answer.headers.location], [400, undefined])
  }
  const allowed = await browser.send('/oauth/authorize', { ...consent, decision: 'allow' })
  const code = new URL(String(allowed.headers.location)).searchParams.get('code') ?? ''
  const basic = (of: CredentialApplication): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${of.client_id}:${of.client_secret}`).toString('base64')}`,
  })
  const body = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT }
  const attempts: [Record<string, string>, Record<string, string>][] = [
    [{}, { ...body, client_id: app.client_id }],
    [{}, { ...body, client_id: app.client_id, client_secret: evil.client_secret }],
    [basic(evil), { ...body, client_id: app.client_id }],
    [basic(evil), { ...body, client_id: app.client_id, client_secret: app.client_secret }],
    [{}, { ...body, client_id: evil.client_id, client_secret: evil.client_secret }],
  ]
  for (const [headers, form] of attempts) {
    const answer = await home.ask('/oauth/token', { method: 'POST', headers, body: form })
    assert.ok([400, 401].includes(answer.status), answer.text())
    assert.equal(answer.json()['access_token'], undefined)
  }
  assert.equal((await exchange(home, app, { code })).status, 200, 'the app itself still may')
})

async function registers(home: ApiHome, name: string): Promise<PlainAnswer> {
  return home.ask('/api/v1/apps', {
    method: 'POST',
    body: { client_name: name, redirect_uris: REDIRECT, scopes: 'read' },
  })
}

test('the name of an app turns no words around, covers none and can be seen', async () => {
  const home = await openApiHome()
  for (const unseen of ['\u200B\u200D', '\u202E\u2066', '\u0301\u0301']) {
    assert.equal((await registers(home, unseen)).status, 422, JSON.stringify(unseen))
  }
  const name = `\u202Eevil\u2066 a${'\u0300\u0334'.repeat(40)}</h1>`
  const app = (await registers(home, name)).json() as unknown as CredentialApplication
  const browser = browserOf(home)
  const first = await browser.open(addressOf(app))
  for (const text of [first.text(), (await signedIn(browser, addressOf(app))).text()]) {
    assert.doesNotMatch(text, /[\u200E\u200F\u202A-\u202E\u2066-\u2069]/)
    assert.doesNotMatch(text, /\p{M}{5}/u)
    assert.match(text, /<bdi>evil a[^<]*&lt;\/h1&gt;<\/bdi>/)
  }
  const arabic = (await registers(home, 'طائر')).json() as unknown as CredentialApplication
  assert.equal(arabic.name, 'طائر')
  const page = await signedIn(browserOf(home), addressOf(arabic))
  assert.match(page.text(), /<title>Give \u2068طائر\u2069 access\?<\/title>/)
})
