import assert from 'node:assert/strict'
import { text } from 'node:stream/consumers'
import { before, suite, test } from 'node:test'
import type { OwnerSession } from '../../../electron/protocol/owner-session.ts'
import { HomeAway } from '../../../electron/protocol/private-line.ts'
import type { WindowState } from '../../../server/contracts/owner-api.ts'
import { type DesktopHome, USER_AGENT, openDesktopHome } from '../../support/desktop-home.ts'

const API = '/api/homebird/v1'
const PASSWORD = 'correct horse battery'
const MARKS = { 'x-homebird': '1', 'content-type': 'application/json' }

async function phaseOf(session: OwnerSession): Promise<string> {
  const answer = await session.ask({ method: 'GET', path: `${API}/state` })
  return (JSON.parse(await text(answer)) as WindowState).phase
}

async function change(session: OwnerSession, method: string, path: string, body?: object): Promise<number> {
  const answer = await session.ask({
    method,
    path: `${API}${path}`,
    headers: body === undefined ? { 'x-homebird': '1' } : MARKS,
    body: body === undefined ? null : Buffer.from(JSON.stringify(body)),
  })
  answer.resume()
  return answer.statusCode ?? 0
}

async function sessions(desktop: DesktopHome): Promise<{ user_agent: string }[]> {
  return desktop.home.db.selectFrom('owner_sessions').select('user_agent').execute()
}

const SET_UP = {
  username: 'ana',
  displayName: 'Ana',
  password: PASSWORD,
  domain: null,
  serviceDomain: null,
}

suite('the session of the desktop', () => {
  let desktop: DesktopHome

  before(async () => {
    desktop = await openDesktopHome()
  })

  test('many requests at the start sign in once by the key, and the first run goes on with a new session', async () => {
    const phases = await Promise.all([1, 2, 3].map(async () => phaseOf(desktop.session)))
    assert.deepEqual(phases, ['needs_set_up', 'needs_set_up', 'needs_set_up'])
    assert.deepEqual(await sessions(desktop), [{ user_agent: USER_AGENT }])
    const former = desktop.keep.token
    const setUp = { method: 'POST', body: JSON.stringify(SET_UP), headers: MARKS }
    const answer = await desktop.ask(`${API}/setup`, setUp)
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.headers.getSetCookie(), [])
    assert.notEqual(desktop.keep.token, former)
    assert.equal(await phaseOf(desktop.session), 'signed_in')
    assert.equal((await sessions(desktop)).length, 1)
  })

  test('the next run takes the kept session: no key is used, and devices do not pile up', async () => {
    const token = desktop.keep.token
    assert.equal(await phaseOf(desktop.again()), 'signed_in')
    assert.equal(desktop.keep.token, token)
    assert.equal((await sessions(desktop)).length, 1)
  })

  test('a post, a file and the live line of the window pass through the handler', async () => {
    const line = await desktop.ask('/api/v1/streaming/user', { headers: { accept: 'text/event-stream' } })
    assert.match(line.headers.get('content-type') ?? '', /^text\/event-stream/)
    const reader = line.body?.getReader()
    const form = new FormData()
    form.append('file', new File(['no picture at all'], 'picture.png', { type: 'image/png' }))
    const asked = { method: 'POST', body: form, headers: { 'x-homebird': '1' } }
    const upload = await desktop.ask('/api/v2/media', asked)
    // It was read to its end, and looked at.
    assert.equal(upload.status, 422)
    const post = await desktop.ask('/api/v1/statuses', {
      method: 'POST',
      body: JSON.stringify({ status: 'hello' }),
      headers: MARKS,
    })
    assert.equal(post.status, 200)
    // Sent whole by the home before anything is told; what tells is the worker's.
    assert.match(Buffer.from((await reader?.read())?.value ?? []).toString(), /^:/)
    await reader?.cancel()
    const foreign = await desktop.ask('/api/v1/statuses', {
      method: 'POST',
      body: JSON.stringify({ status: 'forged' }),
      headers: MARKS,
      from: 'https://evil.example',
    })
    assert.equal(foreign.status, 403)
  })

  test('by TCP the cookie is the one of the port', async () => {
    desktop.running = running(desktop, { kind: 'tcp', host: '0.0.0.0', port: desktop.home.port })
    assert.equal(await phaseOf(desktop.again()), 'signed_in')
  })

  test('while the home is away nobody is asked, and nothing of the session is lost', async () => {
    const { running: former } = desktop
    desktop.running = null
    await assert.rejects(phaseOf(desktop.session), HomeAway)
    desktop.running = running(desktop, { kind: 'socket', path: '/nowhere/private.sock' })
    await assert.rejects(phaseOf(desktop.session), HomeAway)
    desktop.running = former
    assert.equal(await phaseOf(desktop.session), 'signed_in')
  })

  test('a session that was ended from elsewhere, with the key used up, asks for the password again', async () => {
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    await desktop.home.db.deleteFrom('owner_sessions').execute()
    const answer = await session.ask({ method: 'GET', path: `${API}/home` })
    answer.resume()
    assert.equal(answer.statusCode, 401)
    assert.equal(await phaseOf(session), 'signed_out')
    assert.equal(await change(session, 'POST', '/session', { password: 'a wrong one' }), 401)
    assert.equal(await phaseOf(session), 'signed_out')
    assert.equal(await change(session, 'POST', '/session', { password: PASSWORD }), 200)
    assert.equal(await phaseOf(session), 'signed_in')
    assert.notEqual(desktop.keep.token, null)
  })
})

suite('the session of the desktop, its key not used yet', () => {
  let desktop: DesktopHome

  before(async () => {
    desktop = await openDesktopHome()
    await phaseOf(desktop.session)
    await change(desktop.session, 'POST', '/setup', SET_UP)
    // As after another start of the home: its key signs in anew.
    await desktop.home.db.deleteFrom('home_settings').where('key', '=', 'used_one_time_key').execute()
  })

  test('a refused session is renewed by the key, and what was asked is asked again', async () => {
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    const first = desktop.keep.token
    await desktop.home.db.deleteFrom('owner_sessions').execute()
    const answer = await session.ask({ method: 'GET', path: `${API}/home` })
    answer.resume()
    assert.equal(answer.statusCode, 200)
    assert.notEqual(desktop.keep.token, first)
    await desktop.home.db.deleteFrom('home_settings').where('key', '=', 'used_one_time_key').execute()
  })

  test('whoever signs out stays out, until they sign in or the shell starts anew', async () => {
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    assert.equal(await change(session, 'DELETE', '/session'), 200)
    assert.equal(desktop.keep.token, null)
    assert.equal(await phaseOf(session), 'signed_out')
    desktop.running = {
      ...running(desktop, desktop.running?.listen),
      oneTimeKey: 'of another start of the home',
    }
    assert.equal(await phaseOf(session), 'signed_out')
    desktop.running = running(desktop, desktop.running.listen)
    assert.equal(await phaseOf(desktop.again()), 'signed_in')
  })

  test('one that cannot be kept ends with the run', async () => {
    await desktop.home.db.deleteFrom('home_settings').where('key', '=', 'used_one_time_key').execute()
    await desktop.home.db.deleteFrom('owner_sessions').execute()
    desktop.keep.canWrite = false
    const session = desktop.again()
    assert.equal(await phaseOf(session), 'signed_in')
    assert.equal((await sessions(desktop)).length, 1)
    await session.close()
    assert.equal((await sessions(desktop)).length, 0)
  })
})

function running(
  desktop: DesktopHome,
  listen = desktop.running?.listen,
): NonNullable<DesktopHome['running']> {
  assert.ok(listen)
  return { listen, oneTimeKey: 'the-key-of-this-start' }
}
