/** Tokens that the owner makes by hand: what they open, what they do not, and how they end. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listIdentities } from '../../../server/domain/actors/actor.ts'
import { registerApp } from '../../../server/domain/oauth/apps.ts'
import { MOST_PERSONAL_TOKENS, issuePersonalToken } from '../../../server/domain/oauth/personal-tokens.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { type PlainAnswer, askListener } from '../../support/http-client.ts'
import { PASSWORD, PUBLIC, type OwnerAtWindow, openOwner } from '../../support/owner-at-window.ts'

const DRAFT = { name: 'Weather script', scopes: ['read'] }

async function asks(
  owner: OwnerAtWindow,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<PlainAnswer> {
  const headers = { authorization: `Bearer ${token}` }
  const request = { method, headers, ...(body === undefined ? {} : { body }) }
  return askListener(owner.home.publicPort, PUBLIC, `/api/v1${path}`, request)
}

const appsOf = (answer: PlainAnswer) => Array.from(answer.json()['apps'] ?? [])

test('a token opens what its scopes name and nothing beyond, is listed with its last use, and ends when it is removed', async () => {
  const owner = await openOwner()
  const made = await owner.ask('POST', '/apps/tokens', { ...DRAFT, name: '  Weather\n script ' })
  assert.equal(made.status, 200, made.text())
  const token = String(made.json()['token'])
  const [listed] = appsOf(made)
  assert.deepEqual(
    [
      listed?.['name'],
      listed?.['handle'],
      listed?.['isPersonal'],
      listed?.['website'],
      listed?.['lastUsedAt'],
    ],
    ['Weather script', '@ana@home.example', true, null, null],
  )
  const me = await asks(owner, token, 'GET', '/accounts/verify_credentials')
  assert.deepEqual([me.status, me.json()['username']], [200, 'ana'])
  const itself = await asks(owner, token, 'GET', '/apps/verify_credentials')
  assert.deepEqual(
    [itself.status, itself.json()['name'], itself.json()['redirect_uri']],
    [200, 'Weather script', ''],
  )
  const beyond = await asks(owner, token, 'POST', '/statuses', { status: 'No' })
  assert.equal(beyond.status, 403)
  const after = await owner.ask('GET', '/apps')
  assert.ok(!after.text().includes(token), 'it is told once')
  const [used] = appsOf(after)
  assert.notEqual(used?.['lastUsedAt'], null)
  const stored = await owner.home.db.selectFrom('oauth_tokens').selectAll().execute()
  assert.ok(!JSON.stringify(stored).includes(token))

  const gone = await owner.ask('DELETE', `/apps/${String(used?.['appId'])}/${String(used?.['identityId'])}`)
  assert.deepEqual(appsOf(gone), [])
  assert.equal((await asks(owner, token, 'GET', '/accounts/verify_credentials')).status, 401)
})

test('a finer scope is kept as fine as it was asked for', async () => {
  const owner = await openOwner()
  const made = await owner.ask('POST', '/apps/tokens', {
    name: 'Poster',
    scopes: ['write:statuses', 'profile'],
  })
  const token = String(made.json()['token'])
  assert.equal((await asks(owner, token, 'POST', '/statuses', { status: 'Rain at noon' })).status, 200)
  assert.equal((await asks(owner, token, 'GET', '/accounts/verify_credentials')).status, 200)
  assert.equal((await asks(owner, token, 'GET', '/timelines/home')).status, 403)
  assert.equal((await asks(owner, token, 'POST', '/accounts/1/follow')).status, 403)
})

test('a token asks for a proof that is not older than ten minutes, a name and scopes that are known', async () => {
  const owner = await openOwner()
  owner.passes(601_000)
  const unproved = await owner.ask('POST', '/apps/tokens', DRAFT)
  assert.deepEqual([unproved.status, unproved.json()['error']], [403, 'proof_needed'])
  assert.equal((await owner.ask('POST', '/sign-in/proof', { password: PASSWORD })).status, 200)
  const refusals = [
    [{ ...DRAFT, name: ' \u200b ' }, 'name_missing'],
    [{ ...DRAFT, scopes: [] }, 'scopes_unknown'],
    [{ ...DRAFT, scopes: ['read', 'owner'] }, 'scopes_unknown'],
    [{ ...DRAFT, scopes: ['admin:read'] }, 'scopes_unknown'],
  ] as const
  for (const [draft, error] of refusals) {
    const answer = await owner.ask('POST', '/apps/tokens', draft)
    assert.deepEqual([answer.status, answer.json()['error']], [422, error])
  }
  assert.equal((await owner.ask('POST', '/apps/tokens', { scopes: ['read'] })).status, 422)
  assert.deepEqual(appsOf(await owner.ask('GET', '/apps')), [])
  assert.deepEqual(await owner.home.db.selectFrom('oauth_apps').select('id').execute(), [])
})

test('there are at most a hundred that are good, also where two are made at once; apps do not count', async () => {
  const owner = await openOwner()
  const { db } = owner.home
  const [ana] = await listIdentities(db)
  assert.ok(ana)
  const now = new Date()
  const draft = { ...DRAFT, actorId: ana.id }
  const app = { name: 'App', website: null, redirectUris: ['https://app.example/cb'], scopes: ['read'] }
  await registerApp(db, app, now)
  await inTransaction(db, async (tx) => {
    for (let made = 1; made < MOST_PERSONAL_TOKENS; made += 1) await issuePersonalToken(tx, draft, now)
  })
  const two = await Promise.all([1, 2].map(async () => owner.ask('POST', '/apps/tokens', DRAFT)))
  assert.deepEqual(
    two.map(({ status }) => status).toSorted((a, b) => a - b),
    [200, 409],
  )
  const [first] = appsOf(await owner.ask('GET', '/apps'))
  await owner.ask('DELETE', `/apps/${String(first?.['appId'])}/${String(first?.['identityId'])}`)
  assert.equal((await owner.ask('POST', '/apps/tokens', DRAFT)).status, 200, 'one that ended makes room')
})
