/** What a page of another site, open in the owner's own browser, can do to the private listener: nothing, and no harm by trying. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { START_KEY, openOwnerHome, openSetUpHome } from '../../support/owner-home.ts'

const API = '/api/homebird/v1'
const PASSWORD = 'correct horse battery'

/** What browsers say of a page elsewhere, with and without what old ones leave out. */
const ELSEWHERE: readonly Readonly<Record<string, string>>[] = [
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
  { origin: 'http://127.0.0.1:1', 'sec-fetch-site': 'same-site' },
  { origin: 'null', 'sec-fetch-site': 'cross-site' },
  { origin: 'https://evil.example' },
  {},
]
const GUESSES = [
  [`${API}/session`, { password: 'a guess' }],
  [`${API}/session/key`, { key: 'a guess' }],
  [`${API}/session/passkey`, { response: {} }],
  [`${API}/passkeys/use`, {}],
  [`${API}/setup`, {}],
] as const

test('sites that guess through the owner’s browser use up no try of the owner', async () => {
  const home = await openSetUpHome()
  home.cookie = ''
  for (const [path, body] of GUESSES) {
    for (let count = 0; count < 3; count += 1) {
      for (const headers of ELSEWHERE) {
        const answer = await home.ask(path, { method: 'POST', headers, body })
        assert.deepEqual([answer.status, answer.headers['set-cookie']], [403, undefined], path)
        assert.equal(answer.headers['access-control-allow-origin'], undefined)
      }
    }
  }
  const right = await home.asPage(`${API}/session`, { method: 'POST', body: { password: PASSWORD } })
  assert.equal(right.status, 200, right.text())
})

test('sites that guess at the key of the start use up no try of it', async () => {
  const home = await openOwnerHome()
  for (let count = 0; count < 12; count += 1) {
    const headers = { origin: 'https://evil.example', 'x-homebird': '1', 'sec-fetch-site': 'cross-site' }
    const answer = await home.ask(`${API}/session/key`, { method: 'POST', headers, body: { key: START_KEY } })
    assert.equal(answer.status, 403)
  }
  const right = await home.asPage(`${API}/session/key`, { method: 'POST', body: { key: START_KEY } })
  assert.equal(right.status, 200, right.text())
})

test('a session that was known before the sign-in is worth nothing after it', async () => {
  const home = await openSetUpHome()
  const former = home.cookie
  const [name] = former.split('=')
  home.cookie = `${name}=planted-by-somebody`
  await home.asPage(`${API}/session`, { method: 'POST', body: { password: PASSWORD } })
  assert.notEqual(home.cookie, `${name}=planted-by-somebody`)
  const mine = home.cookie
  // The next sign-in of the same browser ends the one before.
  await home.asPage(`${API}/session`, { method: 'POST', body: { password: PASSWORD } })
  assert.notEqual(home.cookie, mine)
  for (const cookie of [`${name}=planted-by-somebody`, mine]) {
    home.cookie = cookie
    const answer = await home.asPage(`${API}/state`)
    assert.equal(answer.json()['phase'], 'signed_out', cookie)
  }
})
