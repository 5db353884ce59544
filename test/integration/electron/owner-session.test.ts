import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { before, beforeEach, suite, test } from 'node:test'
import type { OwnerSession, RunningHome } from '../../../electron/protocol/owner-session.ts'
import { HomeAway } from '../../../electron/protocol/private-line.ts'
import type { WindowState } from '../../../server/contracts/owner-api.ts'
import { consumeOneTimeKey, openOwnerSession } from '../../../server/domain/owner/sessions.ts'
import { type DesktopHome, USER_AGENT, openDesktopHome } from '../../support/desktop-home.ts'
import { START_KEY } from '../../support/owner-home.ts'

const API = '/api/homebird/v1'
const PASSWORD = 'correct horse battery'
const KEY_HASH = createHash('sha256').update(START_KEY).digest('hex')
const MARKS = { 'x-homebird': '1', 'content-type': 'application/json' }

async function phaseOf(session: OwnerSession): Promise<string> {
  const answer = await session.ask({ method: 'GET', path: `${API}/state` })
  return (JSON.parse(await text(answer)) as WindowState).phase
}

async function statusOf(session: OwnerSession, method: string, path: string, body?: object): Promise<number> {
  const answer = await session.ask({
    method,
    path: `${API}${path}`,
    headers: body === undefined ? { 'x-homebird': '1' } : MARKS,
    body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
  })
  answer.resume()
  return answer.statusCode ?? 0
}

async function sessions(): Promise<{ user_agent: string }[]> {
  return desktop.home.db.selectFrom('owner_sessions').select('user_agent').execute()
}

const SET_UP = {
  username: 'ana',
  displayName: 'Ana',
  password: PASSWORD,
  domain: null,
  serviceDomain: null,
}

let desktop: DesktopHome

before(async () => {
  desktop = await openDesktopHome()
  assert.equal(await phaseOf(desktop.session), 'needs_set_up')
  const answer = await desktop.ask(`${API}/setup`, {
    method: 'POST',
    body: JSON.stringify(SET_UP),
    headers: MARKS,
  })
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.headers.getSetCookie(), [])
})

beforeEach(async () => {
  const { db, clock } = desktop.home
  await db.deleteFrom('owner_sessions').execute()
  await renewKey()
  // Signed in without its key, of whose uses the home counts ten in five minutes.
  desktop.keep.token = await openOwnerSession(db, USER_AGENT, new Date(clock.nowMs), true)
  desktop.keep.canWrite = true
  desktop.running = running({ kind: 'socket', path: desktop.socket })
})

/** As after another start of the home: its key signs in anew. */
async function renewKey(): Promise<void> {
  await desktop.home.db.deleteFrom('home_settings').where('key', '=', 'used_one_time_key').execute()
}

const running = (listen: RunningHome['listen']): RunningHome => ({ listen, oneTimeKey: START_KEY })

suite('the session of the desktop', () => {
  test('many requests at the start sign in once, by the key', async () => {
    await desktop.home.db.deleteFrom('owner_sessions').execute()
    desktop.keep.token = null
    const session = desktop.again()
    const phases = await Promise.all([1, 2, 3].map(async () => phaseOf(session)))
    assert.deepEqual(phases, ['signed_in', 'signed_in', 'signed_in'])
    assert.deepEqual(await sessions(), [{ user_agent: USER_AGENT }])
    assert.notEqual(desktop.keep.token, null)
  })

  test('the next run takes the kept session: no key is used, and devices do not pile up', async () => {
    const { token } = desktop.keep
    assert.equal(await phaseOf(desktop.again()), 'signed_in')
    assert.equal(desktop.keep.token, token)
    assert.equal((await sessions()).length, 1)
    const { db } = desktop.home
    assert.equal(await consumeOneTimeKey(db, KEY_HASH), true)
  })

  test('by TCP the cookie is the one of the port', async () => {
    desktop.running = running({ kind: 'tcp', host: '0.0.0.0', port: desktop.home.port })
    assert.equal(await phaseOf(desktop.again()), 'signed_in')
  })

  test('while the home is away nobody is asked, and nothing of the session is lost', async () => {
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    const { running: former } = desktop
    desktop.running = null
    await assert.rejects(phaseOf(session), HomeAway)
    desktop.running = running({ kind: 'socket', path: '/nowhere/private.sock' })
    await assert.rejects(phaseOf(session), HomeAway)
    desktop.running = former
    assert.equal(await phaseOf(session), 'signed_in')
    assert.equal((await sessions()).length, 1)
  })

  test('a kept session that has ended is made anew by the key', async () => {
    desktop.keep.token = 'a-session-of-long-ago-that-has-ended'
    assert.equal(await phaseOf(desktop.again()), 'signed_in')
    assert.match(desktop.keep.token, /^[\w-]{43}$/)
  })

  test('with the key used up, a session that was ended from elsewhere asks for the password', async () => {
    await consumeOneTimeKey(desktop.home.db, KEY_HASH)
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    await desktop.home.db.deleteFrom('owner_sessions').execute()
    assert.equal(await statusOf(session, 'GET', '/home'), 401)
    assert.equal(await phaseOf(session), 'signed_out')
    assert.equal(await statusOf(session, 'POST', '/session', { password: 'a wrong one' }), 401)
    assert.equal(await phaseOf(session), 'signed_out')
    assert.equal(await statusOf(session, 'POST', '/session', { password: PASSWORD }), 200)
    assert.equal(await phaseOf(session), 'signed_in')
    assert.notEqual(desktop.keep.token, null)
  })

  test('one that ends while its key still waits is renewed in the middle of a question', async () => {
    const { token } = desktop.keep
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    await desktop.home.db.deleteFrom('owner_sessions').execute()
    assert.equal(await statusOf(session, 'GET', '/home'), 200)
    assert.notEqual(desktop.keep.token, token)
  })

  test('whoever signs out stays out, until they sign in or the shell starts anew', async () => {
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    assert.equal(await statusOf(session, 'DELETE', '/session'), 200)
    assert.equal(desktop.keep.token, null)
    assert.equal(await phaseOf(session), 'signed_out')
    desktop.running = { ...running({ kind: 'socket', path: desktop.socket }), oneTimeKey: 'of another start' }
    assert.equal(await phaseOf(session), 'signed_out')
    desktop.running = running({ kind: 'socket', path: desktop.socket })
    assert.equal(await phaseOf(desktop.again()), 'signed_in')
  })

  test('one that cannot be kept ends with the run', async () => {
    desktop.keep.token = null
    desktop.keep.canWrite = false
    await desktop.home.db.deleteFrom('owner_sessions').execute()
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    assert.equal((await sessions()).length, 1)
    await session.close()
    assert.equal((await sessions()).length, 0)
  })

  test('one that opens only after another was made is ended: devices do not pile up', async () => {
    desktop.keep.locked = desktop.keep.token
    desktop.keep.token = null
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    desktop.keep.locked = null
    assert.match(desktop.keep.token ?? '', /^[\w-]{43}$/)
    assert.equal((await sessions()).length, 1)
    assert.equal(await phaseOf(session), 'signed_in')
  })

  test('a post, a file and the live line of the window pass through the handler', async () => {
    const session = desktop.again()
    const ask = desktop.asking(session)
    const line = await ask('/api/v1/streaming/user', { headers: { accept: 'text/event-stream' } })
    assert.match(line.headers.get('content-type') ?? '', /^text\/event-stream/)
    const reader = line.body?.getReader()
    const form = new FormData()
    form.append('file', new File(['no picture at all'], 'picture.png', { type: 'image/png' }))
    const upload = await ask('/api/v2/media', { method: 'POST', body: form, headers: { 'x-homebird': '1' } })
    // It was read to its end, and looked at.
    assert.equal(upload.status, 422)
    const write = { method: 'POST', body: JSON.stringify({ status: 'hello' }), headers: MARKS }
    assert.equal((await ask('/api/v1/statuses', write)).status, 200)
    assert.match(Buffer.from((await reader?.read())?.value ?? []).toString(), /^:/)
    await reader?.cancel()
    assert.equal((await ask('/api/v1/statuses', { ...write, from: 'https://evil.example' })).status, 403)
  })
})
