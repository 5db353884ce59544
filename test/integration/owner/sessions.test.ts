import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setOwnerPassword } from '../../../server/domain/owner/password.ts'
import { type OwnerHome, START_KEY, openOwnerHome } from '../../support/owner-home.ts'

const API = '/api/homebird/v1'
const PASSWORD = 'correct horse battery'
const FORM = {
  username: 'ana',
  displayName: 'Ana',
  password: PASSWORD,
  domain: 'home.example',
  serviceDomain: null,
}

const phase = async (home: OwnerHome): Promise<string> =>
  String((await home.asPage(`${API}/state`)).json()['phase'])

async function enterWithKey(home: OwnerHome, key = START_KEY) {
  return home.asPage(`${API}/session/key`, { method: 'POST', body: { key } })
}

async function setUp(home: OwnerHome, form: object = FORM) {
  return home.asPage(`${API}/setup`, { method: 'POST', body: form })
}

async function openSetUpHome(): Promise<OwnerHome> {
  const home = await openOwnerHome()
  await enterWithKey(home)
  assert.equal((await setUp(home)).status, 200)
  return home
}

test('the key opens the first run, the first run makes the home, and its maker is in', async () => {
  const home = await openOwnerHome()
  assert.deepEqual((await home.asPage(`${API}/state`)).json(), {
    phase: 'needs_key',
    version: '0.1.0',
    keyWaiting: true,
    asksForCode: false,
    takesPasskey: false,
  })
  assert.equal((await enterWithKey(home)).status, 200)
  assert.equal(await phase(home), 'needs_set_up')
  const before = home.cookie
  assert.equal((await setUp(home)).status, 200)
  assert.equal(await phase(home), 'signed_in')
  assert.notEqual(home.cookie, before)
  const me = await home.asPage('/api/v1/accounts/verify_credentials')
  assert.equal(String(me.json()['username']), 'ana')
})

test('a key works once, and a wrong one is told like a used one', async () => {
  const home = await openOwnerHome()
  const wrong = await enterWithKey(home, 'guess')
  assert.equal((await enterWithKey(home)).status, 200)
  const used = await enterWithKey(home)
  assert.deepEqual([wrong.status, wrong.text()], [403, '{"error":"key_refused"}'])
  assert.deepEqual([used.status, used.text()], [wrong.status, wrong.text()])
})

test('a key that is sent twice at the same moment opens one session', async () => {
  const home = await openOwnerHome()
  const answers = await Promise.all([enterWithKey(home), enterWithKey(home), enterWithKey(home)])
  assert.deepEqual(
    answers.map(({ status }) => status).sort((a, b) => a - b),
    [200, 403, 403],
  )
})

test('the key of a later start signs the owner in', async () => {
  const home = await openSetUpHome()
  await home.db.deleteFrom('home_settings').execute() // what a new key amounts to
  home.cookie = ''
  assert.equal((await enterWithKey(home)).status, 200)
  assert.equal(await phase(home), 'signed_in')
})

test('nobody sets a home up without the key, and nobody a second time', async () => {
  const home = await openOwnerHome()
  assert.equal((await setUp(home)).status, 401)
  assert.equal((await home.db.selectFrom('owner').selectAll().execute()).length, 0)
  await enterWithKey(home)
  await setUp(home)
  const again = await setUp(home, { ...FORM, password: 'another long password' })
  assert.deepEqual([again.status, String(again.json()['error'])], [409, 'already_set_up'])
})

test('every field that is wrong is named, and nothing is made', async () => {
  const home = await openOwnerHome()
  await enterWithKey(home)
  const answer = await setUp(home, {
    username: 'Ana M',
    displayName: 'x'.repeat(101),
    password: 'short',
    domain: 'no dots',
    serviceDomain: '',
  })
  assert.equal(answer.status, 422)
  assert.deepEqual(answer.json()['fields'], {
    username: 'not_a_username',
    displayName: 'too_long',
    password: 'too_short',
    domain: 'not_a_domain',
    serviceDomain: 'missing',
  })
  assert.equal((await home.db.selectFrom('owner').selectAll().execute()).length, 0)
  assert.equal((await setUp(home, { username: 'ana' })).status, 422)
})

test('a name that ends with a tunnel is no address', async () => {
  const home = await openOwnerHome()
  await enterWithKey(home)
  const answer = await setUp(home, { ...FORM, domain: 'https://four-words.trycloudflare.com/' })
  assert.deepEqual([answer.status, answer.json()['fields']], [422, { domain: 'ends_with_tunnel' }])
})

test('a home may be only on this computer', async () => {
  const home = await openOwnerHome()
  await enterWithKey(home)
  assert.equal((await setUp(home, { ...FORM, domain: null })).status, 200)
  const facts = (await home.asPage(`${API}/home`)).json()
  assert.deepEqual([facts['state'], facts['domain'], facts['provedAt']], ['only_at_home', null, null])
  const { checks } = (await home.asPage(`${API}/checks`)).json()
  assert.deepEqual(
    [...(checks ?? [])].map((check) => [check['name'], check['isGood']]),
    [
      ['database', true],
      ['keys', true],
      ['webfinger', true],
    ],
  )
})

test('a check of a broken part says that it is broken', async () => {
  const home = await openSetUpHome()
  await home.db.updateTable('actor_keys').set({ private_key_pem: null }).execute()
  const { checks } = (await home.asPage(`${API}/checks`)).json()
  // Of the home itself: what goes out by name finds nobody in a test.
  const broken = [...(checks ?? [])].slice(0, 3).filter((check) => String(check['isGood']) === 'false')
  assert.deepEqual(
    broken.map((check) => String(check['name'])),
    ['keys'],
  )
})

test('a message from outside proves that the home is reachable, for a day', async () => {
  const home = await openSetUpHome()
  const state = async (): Promise<string> => String((await home.asPage(`${API}/home`)).json()['state'])
  assert.equal(await state(), 'unproved')
  await home.db
    .insertInto('inbox_messages')
    .values({
      signer_uri: 'https://peer.example/users/ana',
      activity_id: 'https://peer.example/1',
      activity_type: 'Create',
      host: 'peer.example',
      body: null,
      received_at: new Date(home.clock.nowMs),
    })
    .execute()
  assert.equal(await state(), 'reachable')
  home.clock.nowMs += 25 * 3_600_000
  assert.equal(await state(), 'unproved')
})

test('the password opens a session, a wrong one does not, and the eleventh attempt waits', async () => {
  const home = await openSetUpHome()
  const enter = async (password: string) =>
    home.asPage(`${API}/session`, { method: 'POST', body: { password }, headers: { cookie: '' } })
  assert.equal((await enter(PASSWORD)).status, 200)
  for (let attempt = 2; attempt <= 10; attempt += 1) assert.equal((await enter('wrong')).status, 401)
  const limited = await enter(PASSWORD)
  assert.equal(limited.status, 429)
  assert.ok(Number(limited.headers['retry-after']) > 0)
})

test('the cookie is for this listener alone and out of reach of scripts', async () => {
  const home = await openOwnerHome()
  const [cookie = ''] = (await enterWithKey(home)).headers['set-cookie'] ?? []
  assert.match(
    cookie,
    new RegExp(`^homebird_${home.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=2592000$`),
  )
  const [stored] = await home.db.selectFrom('owner_sessions').selectAll().execute()
  assert.ok(stored)
  assert.ok(!home.cookie.includes(stored.token_hash.toString('base64url')))
})

test('a session slides with its use and ends thirty days after the last', async () => {
  const home = await openSetUpHome()
  const day = 86_400_000
  home.clock.nowMs += 20 * day
  assert.equal(await phase(home), 'signed_in')
  home.clock.nowMs += 20 * day
  assert.equal(await phase(home), 'signed_in')
  home.clock.nowMs += 31 * day
  assert.equal(await phase(home), 'signed_out')
})

test('signing out ends the session on the home too', async () => {
  const home = await openSetUpHome()
  const kept = home.cookie
  assert.equal((await home.asPage(`${API}/session`, { method: 'DELETE' })).status, 200)
  home.cookie = kept
  assert.equal(await phase(home), 'signed_out')
  assert.equal((await home.asPage(`${API}/home`)).status, 401)
})

test('another password ends every session', async () => {
  const home = await openSetUpHome()
  await setOwnerPassword(home.db, 'a different long password')
  assert.equal(await phase(home), 'signed_out')
})

for (const [what, headers] of [
  ['another origin', { origin: 'https://evil.example' }],
  ['another port of the same host', { origin: 'http://127.0.0.1:1' }],
  ['no origin', { origin: '' }],
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port, as the browser tells', { 'sec-fetch-site': 'same-site' }],
  ['a plain form', { 'x-homebird': '' }],
] as const) {
  test(`a change from ${what} is refused although the cookie is good`, async () => {
    const home = await openSetUpHome()
    const changes = [
      ['POST', `${API}/session`, { password: PASSWORD }],
      ['POST', `${API}/session/key`, { key: START_KEY }],
      ['POST', `${API}/setup`, FORM],
      ['DELETE', `${API}/session`, undefined],
    ] as const
    for (const [method, path, body] of changes) {
      const answer = await home.asPage(path, { method, headers, ...(body === undefined ? {} : { body }) })
      assert.equal(answer.status, 403, `${method} ${path}`)
    }
    const post = await home.asPage('/api/v1/statuses', { method: 'POST', headers, body: { status: 'x' } })
    assert.ok(post.status === 403 || post.status === 401, `a post was answered with ${post.status}`)
    assert.equal((await home.db.selectFrom('posts').selectAll().execute()).length, 0)
    assert.equal(await phase(home), 'signed_in')
  })
}

test('a page of another port reads nothing with the cookie that the browser sends along', async () => {
  const home = await openSetUpHome()
  const headers = { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }
  assert.equal((await home.asPage(`${API}/home`, { headers })).status, 401)
  const timeline = await home.asPage('/api/v1/timelines/home', { headers })
  assert.equal(timeline.status, 401)
  assert.equal(timeline.headers['access-control-allow-origin'], undefined)
})

test('a name that was pointed at this computer gets nothing', async () => {
  const home = await openOwnerHome()
  for (const host of ['evil.example', `evil.example:${home.port}`, '192.168.1.5', 'localhost.evil.example']) {
    for (const path of [`${API}/state`, '/', '/api/v2/instance']) {
      assert.equal((await home.ask(path, { headers: { host } })).status, 421, `${host} ${path}`)
    }
  }
  for (const host of [`localhost:${home.port}`, '127.0.0.1', `[::1]:${home.port}`]) {
    assert.equal((await home.ask(`${API}/state`, { headers: { host } })).status, 200, host)
  }
})

test('the window is the identity that it names, for posts and for drafts, and nobody of elsewhere', async () => {
  const home = await openSetUpHome()
  const added = await home.asPage(`${API}/identities`, {
    method: 'POST',
    body: { username: 'garden', displayName: 'Garden' },
  })
  const other = String(added.json()['id'])
  const as = (identity: string) => ({ headers: { 'x-homebird-identity': identity } })
  const me = async (identity: string): Promise<string> =>
    String((await home.asPage('/api/v1/accounts/verify_credentials', as(identity))).json()['username'])
  assert.equal(await me(other), 'garden')
  const draft = {
    text: 'Beans',
    warning: '',
    hasWarning: false,
    isSensitive: false,
    visibility: 'public',
    language: null,
    isLanguageChosen: false,
    files: [],
    poll: null,
    isPollChanged: false,
    replyTo: null,
    quote: null,
    edit: null,
    quotePolicy: null,
    scheduledAt: null,
  }
  const body = { revision: 0, draft }
  const kept = await home.asPage(`${API}/drafts/0f8d6f7a-beans`, { method: 'PUT', body, ...as(other) })
  assert.equal(kept.status, 200, kept.text())
  const drafts = async (options = {}): Promise<number> =>
    ((await home.asPage(`${API}/drafts`, options)).json()['drafts'] as unknown as unknown[]).length
  assert.deepEqual([await drafts(as(other)), await drafts()], [1, 0])
  for (const stranger of ['1', '999999999', 'garden', '']) {
    const answer = await home.asPage('/api/v1/timelines/home', as(stranger))
    assert.deepEqual([answer.status, answer.text()], [403, '{"error":"identity_gone"}'], stranger)
    assert.equal((await home.asPage(`${API}/state`, as(stranger))).status, 403, stranger)
  }
})
