/** The owner signs in with more than a password: authenticator and recovery codes; and sends others away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret } from 'otpauth'
import { resetSecondFactors } from '../../../server/domain/sign-in/prove-owner.ts'
import { ConsentBrowser, formFields } from '../../support/consent-browser.ts'
import { askListener } from '../../support/http-client.ts'
import { PASSWORD, PUBLIC, STEP_MS, appOf, openOwner } from '../../support/owner-at-window.ts'

test('an authenticator is set up once proved, each code counts once, and the secret is told no more', async () => {
  const owner = await openOwner()
  const before = (await owner.ask('GET', '/state')).json()
  assert.equal(before['asksForCode'], false)
  const begun = (await owner.ask('POST', '/sign-in/authenticator')).json()
  assert.match(String(begun['address']), /^otpauth:\/\/totp\/Homebird:ana%40home\.example\?/)
  assert.match(String(begun['picture']), /^<svg /)
  const wrong = await owner.ask('POST', '/sign-in/authenticator/code', { code: '000000' })
  assert.deepEqual([wrong.status, wrong.json()['error']], [422, 'wrong_code'])
  assert.equal(await owner.signIn(PASSWORD), 200, 'what is not confirmed does not count')
  const codes = await owner.setsUpAuthenticator()
  assert.equal(new Set(codes).size, 10)
  const facts = await owner.ask('GET', '/sign-in')
  assert.equal(facts.json()['recoveryCodesLeft'], 10)
  const { secret } = await owner.home.db.selectFrom('totp_keys').select('secret').executeTakeFirstOrThrow()
  const told = new Secret({ buffer: new Uint8Array(secret).buffer }).base32
  assert.ok(!facts.text().includes(told))

  const used = owner.code()
  assert.equal(await owner.signIn(PASSWORD), 401)
  assert.equal(await owner.signIn(PASSWORD, used), 401, 'the code that confirmed it was taken')
  assert.equal((await owner.ask('GET', '/state')).json()['asksForCode'], true)
  assert.equal(await owner.signIn('wrong password', owner.code(1)), 401)
  assert.equal(await owner.signIn(PASSWORD, `${owner.code(1).slice(0, 3)} ${owner.code(1).slice(3)}`), 200)
  assert.equal(await owner.signIn(PASSWORD, owner.code(1)), 401)
  owner.passes(2 * STEP_MS)
  assert.equal(await owner.signIn(PASSWORD, owner.code(-1)), 401, 'an older one than the last is too late')
  assert.equal(await owner.signIn(PASSWORD, owner.code(2)), 401, 'two steps ahead is too early')
})

test('of two requests with one code, and with one recovery code, one signs in', async () => {
  const owner = await openOwner()
  const [recovery = ''] = await owner.setsUpAuthenticator()
  owner.passes(2 * STEP_MS)
  const typed = recovery.toUpperCase().replaceAll('-', ' ').replaceAll('0', 'O')
  for (const code of [owner.code(), typed]) {
    const answers = await Promise.all([1, 2].map(async () => owner.signIn(PASSWORD, code)))
    assert.deepEqual(
      answers.toSorted((a, b) => a - b),
      [200, 401],
    )
  }
  assert.equal(await owner.signIn(PASSWORD, recovery), 401)
  const stored = JSON.stringify(await owner.home.db.selectFrom('recovery_codes').selectAll().execute())
  assert.ok(!stored.includes(recovery))

  await resetSecondFactors(owner.home.db)
  assert.equal(await owner.signIn(PASSWORD), 200, 'whoever may work on the machine takes it all away')
  assert.equal((await owner.ask('GET', '/sign-in')).json()['recoveryCodesLeft'], 0)
})

test('changes of the sign-in ask for a proof that is not older than ten minutes', async () => {
  const owner = await openOwner()
  owner.passes(601_000)
  const changes = [
    ['POST', '/sign-in/authenticator'],
    ['POST', '/sign-in/authenticator/code', { code: '123456' }],
    ['DELETE', '/sign-in/authenticator'],
    ['POST', '/sign-in/recovery-codes'],
    ['POST', '/passkeys/make'],
    ['POST', '/passkeys/links', { host: PUBLIC }],
    ['POST', '/sign-in/password', { password: 'another good password' }],
    ['DELETE', '/passkeys/1'],
    ['POST', '/passkeys/1/name', { name: 'x' }],
  ] as const
  for (const [method, path, body] of changes) {
    const answer = await owner.ask(method, path, body)
    assert.deepEqual([answer.status, answer.json()['error']], [403, 'proof_needed'], path)
  }
  const wrong = await owner.ask('POST', '/sign-in/proof', { password: 'wrong' })
  assert.deepEqual([wrong.status, wrong.json()['error']], [422, 'wrong_password'])
  const proved = await owner.ask('POST', '/sign-in/proof', { password: PASSWORD })
  assert.notEqual(proved.json()['provedUntil'], null)
  await owner.setsUpAuthenticator()
  owner.passes(601_000)
  assert.equal((await owner.ask('POST', '/sign-in/proof', { password: PASSWORD })).status, 422)
  const both = await owner.ask('POST', '/sign-in/proof', { password: PASSWORD, code: owner.code() })
  assert.equal(both.status, 200)
  const renewed = await owner.ask('POST', '/sign-in/recovery-codes')
  assert.equal(Array.from(renewed.json()['codes'] ?? []).length, 10)
  assert.equal((await owner.ask('DELETE', '/sign-in/authenticator')).json()['codesSince'], null)
  assert.equal(await owner.signIn(PASSWORD), 200)
  const { token } = await appOf(owner.home)
  const short = await owner.ask('POST', '/sign-in/password', { password: 'short' })
  assert.equal(short.status, 422)
  const former = owner.home.cookie
  const changed = await owner.ask('POST', '/sign-in/password', { password: 'another good password' })
  assert.equal(changed.status, 200)
  assert.notEqual(owner.home.cookie, former)
  assert.equal((await owner.ask('GET', '/sessions')).status, 200)
  const request = { headers: { authorization: `Bearer ${token}` } }
  const apps = await askListener(owner.home.publicPort, PUBLIC, '/api/v1/timelines/home', request)
  assert.equal(apps.status, 401, 'every app is out')
  assert.equal(await owner.signIn(PASSWORD), 401)
})

test('passwords and codes are tried ten times in five minutes, and no stranger does anything here', async () => {
  const owner = await openOwner()
  owner.home.cookie = ''
  for (const [method, path] of [
    ['GET', '/sign-in'],
    ['GET', '/apps'],
    ['GET', '/sessions'],
    ['DELETE', '/sessions'],
    ['POST', '/sign-in/authenticator'],
  ] as const) {
    assert.equal((await owner.ask(method, path)).status, 401, path)
  }
  const statuses: number[] = []
  for (let count = 0; count < 11; count += 1) statuses.push(await owner.signIn('wrong', '123456'))
  assert.deepEqual(new Set(statuses.slice(0, 10)), new Set([401]))
  assert.equal(statuses[10], 429)
})

test('the page for apps asks for the code, says the same for either mistake, and takes a recovery code', async () => {
  const owner = await openOwner()
  const [recovery = ''] = await owner.setsUpAuthenticator()
  const { app } = await appOf(owner.home)
  const query = { response_type: 'code', client_id: app.client_id, redirect_uri: 'https://app.example/cb' }
  const browser = new ConsentBrowser(owner.home.publicPort, PUBLIC)
  const page = await browser.open(`/oauth/authorize?${new URLSearchParams(query)}`)
  assert.match(page.text(), /autocomplete="one-time-code"/)
  const tries = [
    { password: PASSWORD },
    { password: PASSWORD, code: owner.code() },
    { password: 'wrong', code: owner.code(1) },
  ]
  const answers: string[] = []
  for (const one of tries) {
    const answer = await browser.send('/oauth/sign-in', { ...formFields(page), ...one })
    assert.equal(answer.status, 422)
    answers.push(answer.text())
  }
  assert.equal(new Set(answers).size, 1)
  const good = await browser.send('/oauth/sign-in', {
    ...formFields(page),
    password: PASSWORD,
    code: recovery,
  })
  assert.equal(good.status, 303)
  const next = await browser.send('/oauth/sign-in', {
    ...formFields(page),
    password: PASSWORD,
    code: owner.code(1),
  })
  assert.equal(next.status, 303)
})

test('the owner sees browsers and apps, and sends them away at once', async () => {
  const owner = await openOwner()
  const mine = owner.home.cookie
  owner.home.cookie = ''
  assert.equal(await owner.signIn(PASSWORD), 200)
  const other = owner.home.cookie
  assert.equal(await owner.signIn(PASSWORD), 200)
  owner.home.cookie = mine
  const listed = Array.from((await owner.ask('GET', '/sessions')).json()['sessions'] ?? [])
  assert.equal(listed.filter((one) => String(one['isThisOne']) === 'true').length, 1)
  assert.equal(listed.length, 3)
  const away = listed.find((one) => String(one['isThisOne']) === 'false')
  assert.equal((await owner.ask('DELETE', `/sessions/${String(away?.['id'])}`)).status, 200)
  assert.equal((await owner.ask('DELETE', `/sessions/${String(away?.['id'])}`)).status, 404)
  assert.equal(Array.from((await owner.ask('DELETE', '/sessions')).json()['sessions'] ?? []).length, 1)
  owner.home.cookie = other
  assert.equal((await owner.ask('GET', '/sessions')).status, 401)

  owner.home.cookie = mine
  const { app, token, ana } = await appOf(owner.home)
  await appOf(owner.home, 'Another')
  const request = { headers: { authorization: `Bearer ${token}` } }
  const reads = async (): Promise<number> =>
    (await askListener(owner.home.publicPort, PUBLIC, '/api/v1/timelines/home', request)).status
  assert.equal(await reads(), 200)
  const apps = Array.from((await owner.ask('GET', '/apps')).json()['apps'] ?? [])
  const phone = apps.find((one) => String(one['name']) === 'Phone app')
  assert.deepEqual(
    [phone?.['handle'], phone?.['may'], phone?.['times'], phone?.['lastUsedAt'] === null],
    ['@ana@home.example', ['know_you', 'read', 'read_notifications', 'read_relations', 'push'], 1, false],
  )
  const removed = await owner.ask('DELETE', `/apps/${app.id}/${ana.id}`)
  assert.equal(Array.from(removed.json()['apps'] ?? []).length, 1)
  assert.equal(await reads(), 401)
  assert.equal((await owner.ask('DELETE', `/apps/${app.id}/${ana.id}`)).status, 404)
})
