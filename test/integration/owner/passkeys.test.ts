/** Passkeys: of the window, and of the page for apps by a link; and everything that is none. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConsentBrowser, formFields } from '../../support/consent-browser.ts'
import { type PlainAnswer, askListener } from '../../support/http-client.ts'
import { PUBLIC, appOf, openOwner } from '../../support/owner-at-window.ts'
import { type Lies, SoftPasskey } from '../../support/soft-passkey.ts'

test('a passkey of the window signs in alone where it was made, and nowhere with a lie', async () => {
  const owner = await openOwner()
  const { port } = owner.home
  const key = new SoftPasskey(`http://localhost:${port}`)
  const byNumber = await owner.ask('POST', '/passkeys/make')
  assert.deepEqual([byNumber.status, byNumber.json()['error']], [422, 'no_passkey_here'])
  const asked = (await owner.byName('POST', '/passkeys/make')).json()
  const lies: readonly Lies[] = [
    { origin: 'http://localhost:1' },
    { origin: 'https://evil.example' },
    { rpId: 'evil.example' },
    { isUnverified: true },
    { challenge: 'x'.repeat(64) },
    { type: 'webauthn.get' },
  ]
  for (const lie of lies) {
    const fresh = (await owner.byName('POST', '/passkeys/make')).json()
    const answer = await owner.byName('POST', '/passkeys', { name: 'x', response: key.make(fresh, lie) })
    assert.deepEqual([answer.status, answer.json()['error']], [422, 'passkey_refused'], JSON.stringify(lie))
  }
  const response = key.make(asked)
  const made = await owner.byName('POST', '/passkeys', { name: '  My\nlaptop ', response })
  assert.equal(made.status, 200, made.text())
  const [shown] = made.json()['passkeys'] ?? []
  assert.deepEqual([shown?.['name'], shown?.['host']], ['My laptop', 'localhost'])
  const again = await owner.byName('POST', '/passkeys', { name: 'x', response })
  assert.equal(again.status, 422, 'a challenge is good once')
  const excluded = (await owner.byName('POST', '/passkeys/make')).json()['excludeCredentials']
  assert.equal(Array.from(excluded ?? []).length, 1)

  await owner.setsUpAuthenticator()
  owner.home.cookie = ''
  assert.equal((await owner.byName('GET', '/state')).json()['takesPasskey'], true)
  assert.equal((await owner.ask('GET', '/state')).json()['takesPasskey'], false)
  const enter = async (answer: object): Promise<number> =>
    (await owner.byName('POST', '/session/passkey', { response: answer })).status
  const options = async (): Promise<unknown> => (await owner.byName('POST', '/passkeys/use')).json()
  assert.deepEqual(
    Array.from((await owner.byName('POST', '/passkeys/use')).json()['allowCredentials'] ?? []),
    [],
  )
  for (const lie of lies.slice(0, 4)) assert.equal(await enter(key.use(await options(), lie)), 422)
  const makeChallenge = asked
  assert.equal(await enter(key.use(makeChallenge)), 422, 'a challenge for making is none for signing in')
  assert.equal(await enter(new SoftPasskey(`http://localhost:${port}`).use(await options())), 422)
  const challenge = await options()
  key.counter = 5
  const signed = key.use(challenge)
  assert.equal(await enter(signed), 200)
  assert.equal(await enter(signed), 422)
  assert.equal(await enter(key.use(await options(), { counter: 5 })), 422, 'a counter that stands still')
})

test('a link from the window lets a phone make a passkey for the public page, once', async () => {
  const owner = await openOwner()
  const link = await owner.ask('POST', '/passkeys/links', { host: PUBLIC })
  assert.equal(link.status, 200, link.text())
  const [page = '', token = ''] = String(link.json()['address']).split('#')
  assert.equal(page, `https://${PUBLIC}/oauth/passkey`)
  assert.equal((await owner.ask('POST', '/passkeys/links', { host: 'evil.example' })).status, 422)
  const origin = `https://${PUBLIC}`
  const ask = async (
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<PlainAnswer> =>
    askListener(owner.home.publicPort, PUBLIC, path, {
      method: 'POST',
      headers: { origin, 'sec-fetch-site': 'same-origin', ...headers },
      body,
    })
  const shown = await askListener(owner.home.publicPort, PUBLIC, '/oauth/passkey')
  const policy = String(shown.headers['content-security-policy'])
  assert.match(policy, /script-src https:\/\/home\.example\/oauth\/passkey\.js;/)
  assert.match(policy, /default-src 'none'/)
  assert.equal((await ask('/oauth/passkey/make', { link: 'guessed' })).status, 403)
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  assert.equal((await ask('/oauth/passkey/make', { link: token }, foreign)).status, 403)
  const phone = new SoftPasskey(origin)
  const asked = (await ask('/oauth/passkey/make', { link: token })).json()
  const lied = await ask('/oauth/passkey', {
    link: token,
    name: 'x',
    response: phone.make(asked, { isUnverified: true }),
  })
  assert.equal(lied.status, 422)
  const fresh = (await ask('/oauth/passkey/make', { link: token })).json()
  const made = await ask('/oauth/passkey', { link: token, name: 'Phone', response: phone.make(fresh) })
  assert.equal(made.status, 200, made.text())
  assert.equal((await ask('/oauth/passkey/make', { link: token })).status, 403)

  const { app } = await appOf(owner.home)
  const query = { response_type: 'code', client_id: app.client_id, redirect_uri: 'https://app.example/cb' }
  const browser = new ConsentBrowser(owner.home.publicPort, PUBLIC)
  const signInPage = await browser.open(`/oauth/authorize?${new URLSearchParams(query)}`)
  assert.match(signInPage.text(), /data-passkey="use"/)
  const use = async (lies: Lies = {}): Promise<PlainAnswer> => {
    const options = (await ask('/oauth/passkey/use', {})).json()
    const passkey = JSON.stringify(phone.use(options, lies))
    return browser.send('/oauth/sign-in', { ...formFields(signInPage), passkey })
  }
  assert.equal((await use({ origin: 'https://evil.example' })).status, 422)
  assert.equal(
    (await browser.send('/oauth/sign-in', { ...formFields(signInPage), passkey: '{"id":1}' })).status,
    422,
  )
  const signedIn = await use()
  assert.equal(signedIn.status, 303, signedIn.text())
  assert.match((await browser.open(String(signedIn.headers.location))).text(), /Give .* access\?/)
})

test('a link grows old, and the next one takes its place', async () => {
  const owner = await openOwner()
  const tokenOf = async (): Promise<string> => {
    const link = await owner.ask('POST', '/passkeys/links', { host: PUBLIC })
    return String(link.json()['address']).split('#')[1] ?? ''
  }
  const isGood = async (link: string): Promise<boolean> => {
    const headers = { origin: `https://${PUBLIC}`, 'sec-fetch-site': 'same-origin' }
    const request = { method: 'POST', headers, body: { link } }
    const answer = await askListener(owner.home.publicPort, PUBLIC, '/oauth/passkey/make', request)
    return answer.status === 200
  }
  const first = await tokenOf()
  const second = await tokenOf()
  assert.deepEqual([await isGood(first), await isGood(second)], [false, true])
  owner.passes(601_000)
  assert.equal(await isGood(second), false)
})
