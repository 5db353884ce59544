/** Other names, moving away and leaving, by the client API and by the owner's own routes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import type { Account } from '../../../server/contracts/account.ts'
import type { IdentityFacts, IdentityMove, MoveOfOther } from '../../../server/contracts/owner-api.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { followMove } from '../../../server/domain/moves/follow-move.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { beginTotp, confirmTotp } from '../../../server/domain/sign-in/totp.ts'
import { type ApiHome, PASSWORD, openApiHome } from '../../support/api-home.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import type { PlainAnswer } from '../../support/http-client.ts'

const MOVE = '/api/v1/accounts/move'
const DELETE = '/api/v1/accounts/delete'

async function tries(home: ApiHome, path: string, body: object): Promise<PlainAnswer> {
  return (await home.app()).ask(path, { method: 'POST', body })
}

/** The owner's window, signed in. */
async function openWindow(home: ApiHome) {
  const origin = `http://127.0.0.1:${home.privatePort}`
  const page = { origin, 'sec-fetch-site': 'same-origin', 'x-homebird': '1' }
  const ask = async (method: string, path: string, body?: object, cookie = '') =>
    home.askPrivate(`/api/homebird/v1${path}`, {
      method,
      headers: { ...page, ...(cookie === '' ? {} : { cookie }) },
      ...(body === undefined ? {} : { body }),
    })
  const signedIn = await ask('POST', '/session', { password: PASSWORD })
  const cookie = signedIn.headers['set-cookie']?.[0]?.split(';')[0] ?? ''
  return {
    ask: async (method: string, path: string, body?: object) => ask(method, path, body, cookie),
    stranger: async (method: string, path: string, body?: object) => ask(method, path, body),
  }
}

test('an app sets other names and moves the identity away, with the password', async () => {
  const peer = await openFakePeer()
  const home = await openApiHome({ peers: [peer] })
  const app = await home.app()
  const there = peer.actor('ana')
  const aliased = await app.post<Account>('/api/v1/accounts/alias', { also_known_as_uris: [there.uri] })
  assert.equal(aliased.id, home.ana.id)
  const form = { password: PASSWORD, moved_to_uri: there.uri }
  assert.equal((await tries(home, MOVE, { ...form, password: 'wrong' })).status, 422)
  assert.equal((await tries(home, MOVE, { moved_to_uri: there.uri })).status, 422)
  const early = await tries(home, MOVE, form)
  assert.equal(early.status, 422)
  assert.match(String(early.json()['error']), /aliases/)
  there.overrides = { alsoKnownAs: [home.ana.uri] }
  const moved = await tries(home, MOVE, form)
  assert.equal(moved.status, 202, moved.text())
  const me = await app.get<Account>('/api/v1/accounts/verify_credentials')
  assert.equal(me.moved?.uri, there.uri)
  const refused = await app.ask('/api/v1/statuses', { method: 'POST', body: { status: 'late' } })
  assert.equal(refused.status, 403)
  assert.match(String(refused.json()['error']), /moved away/)
  const readers = await home.app(['read'])
  assert.equal((await readers.ask(MOVE, { method: 'POST', body: form })).status, 403)
  await peer.close()
})

test('an identity is removed with the password, the last one is not, and guesses are limited', async () => {
  const home = await openApiHome()
  assert.equal((await tries(home, DELETE, { password: PASSWORD })).status, 409)
  const bo = await addIdentity(home.db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const app = await home.app(['write'], bo.id)
  const remove = async (password: string) => app.ask(DELETE, { method: 'POST', body: { password } })
  assert.equal((await remove('wrong')).status, 422)
  assert.equal((await remove(PASSWORD)).status, 202)
  const page = await home.stranger().ask(new URL(bo.uri).pathname)
  assert.equal(page.status, 410)
  const answers: number[] = []
  for (let n = 0; n < 10; n += 1) answers.push((await tries(home, DELETE, { password: 'wrong' })).status)
  assert.equal(answers.at(-1), 429, answers.join(' '))
})

test('where a second factor is set up an identity is removed with its code too, and the words tell neither half', async () => {
  const home = await openApiHome()
  const bo = await addIdentity(home.db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const now = systemClock.now()
  const { secret } = await beginTotp(home.db, 'ana', now)
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  const stepMs = 30_000
  await inTransaction(home.db, async (tx) =>
    confirmTotp(tx, totp.generate({ timestamp: now.getTime() - stepMs }), now),
  )
  const app = await home.app(['write'], bo.id)
  const remove = async (body: object) => app.ask(DELETE, { method: 'POST', body })
  const code = totp.generate({ timestamp: now.getTime() })
  for (const wrong of [
    { password: PASSWORD },
    { password: PASSWORD, code: 'no code' },
    { password: 'wrong', code },
  ]) {
    const answer = await remove(wrong)
    assert.equal(answer.status, 422)
    assert.equal(answer.json()['error'], 'Validation failed: the password or the code is wrong')
  }
  assert.equal((await remove({ password: PASSWORD, code })).status, 202)
})

test('the owner’s own routes set names, move, tell how it goes and take the move back', async () => {
  const peer = await openFakePeer()
  const home = await openApiHome({ peers: [peer] })
  const window = await openWindow(home)
  const path = `/identities/${home.ana.id}`
  assert.equal((await window.stranger('GET', '/identities')).status, 401)
  assert.equal(
    (await window.stranger('POST', `${path}/move`, { to: 'x@y.example', password: PASSWORD })).status,
    401,
  )
  assert.equal((await window.ask('GET', `/identities/${home.home.instanceActor().id}/move`)).status, 404)
  const there = peer.actor('ana')
  const named = await window.ask('PUT', `${path}/aliases`, { aliases: [`@${there.handle}`] })
  assert.deepEqual(named.json(), { aliases: [there.uri] })
  there.overrides = { alsoKnownAs: [home.ana.uri] }
  assert.equal(
    (await window.ask('POST', `${path}/move`, { to: there.handle, password: 'wrong' })).status,
    422,
  )
  const started = await window.ask('POST', `${path}/move`, { to: there.handle, password: PASSWORD })
  const progress = started.json() as unknown as IdentityMove
  assert.equal(progress.movedTo, there.uri)
  assert.deepEqual([progress.followersAtStart, progress.followersLeft, progress.left], [0, 0, []])
  assert.ok(progress.nextMoveAt !== null && progress.movedAt !== null)
  assert.deepEqual(progress.servers, [])
  const everybody = await window.ask('GET', `${path}/move/followers.csv`)
  assert.deepEqual([everybody.status, everybody.text()], [200, 'Follower,Server,Came along\n'])
  const back = (await window.ask('DELETE', `${path}/move`)).json() as unknown as IdentityMove
  assert.equal(back.movedTo, null)
  await window.ask('PATCH', path, { keepsBlocksPrivate: true })
  const { identities } = (await window.ask('GET', '/identities')).json() as unknown as {
    identities: IdentityFacts[]
  }
  assert.deepEqual(
    identities.map(({ handle, movedTo, keepsBlocksPrivate, aliases }) => [
      handle,
      movedTo,
      keepsBlocksPrivate,
      aliases,
    ]),
    [['@ana@home.example', null, true, [there.uri]]],
  )
  await peer.close()
})

test('the window lists whose moves were followed, with both accounts', async () => {
  const home = await openApiHome()
  const window = await openWindow(home)
  const to = await home.others.actor('new')
  const from = await home.others.actor('old')
  await home.db.updateTable('actors').set({ moved_to_uri: to.uri }).where('id', '=', from.id).execute()
  await inTransaction(home.db, async (tx) =>
    followMove(tx, home.home, { from, to, toUri: to.uri }, new Date()),
  )
  const { moves } = (await window.ask('GET', '/moves')).json() as unknown as { moves: MoveOfOther[] }
  assert.deepEqual(
    moves.map((move) => [move.from.username, move.from.moved?.username, move.to.username]),
    [['old', 'new', 'new']],
  )
})
