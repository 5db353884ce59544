/** The clean-up and own posts that go by themselves, by the private routes of the window. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type {
  CleanUpFacts,
  CleanUpPreview,
  PostExpiry,
  PostExpiryPreview,
} from '../../../server/contracts/clean-up.ts'
import { openSetUpHome } from '../../support/owner-home.ts'
import { RemoteSeeds } from '../../support/remote-seeds.ts'

const home = await openSetUpHome()
const PATH = '/api/homebird/v1'

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  const answer = await home.asPage(`${PATH}${path}`, { method, ...(body === undefined ? {} : { body }) })
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text()}`)
  return JSON.parse(answer.text()) as T
}

const RULES = { days: null, keepsConversations: true, keepsFollowed: false }

test('the rules of a new home are those of its start, and what is said stays', async () => {
  const first = await ask<CleanUpFacts>('GET', '/clean-up')
  assert.deepEqual([first.rules, first.days, first.usualDays], [RULES, 90, 90])
  assert.deepEqual([first.running, first.last], [null, null])
  const rules = { days: 30, keepsConversations: false, keepsFollowed: true }
  const changed = await ask<CleanUpFacts>('PUT', '/clean-up/rules', rules)
  assert.deepEqual([changed.rules, changed.days], [rules, 30])
  await ask('PUT', '/clean-up/rules', RULES)
  for (const days of [-1, 36_501, 'soon']) {
    const answer = await home.asPage(`${PATH}/clean-up/rules`, { method: 'PUT', body: { ...RULES, days } })
    assert.equal(answer.status, 422, String(days))
  }
})

test('a look names what would go by rules that are not kept yet; a run is asked for, seen and stopped', async () => {
  const seeds = new RemoteSeeds(home.db)
  const post = await seeds.post(await seeds.actor('stranger'), {
    publishedAt: new Date(home.clock.nowMs - 40 * 86_400_000),
  })
  await sql`update posts set created_at = published_at where id = ${post.id}`.execute(home.db)
  const look = async (rules: object): Promise<CleanUpPreview> =>
    ask('POST', '/clean-up/preview', { rules, next: null })
  assert.deepEqual((await look(RULES)).posts, 0)
  const { posts, next, share } = await look({ ...RULES, days: 30 })
  assert.deepEqual([posts, next, share], [1, null, 1])
  const unknown = { rules: RULES, next: 'posts:1; drop' }
  const refused = await home.asPage(`${PATH}/clean-up/preview`, { method: 'POST', body: unknown })
  assert.equal(refused.status, 422)

  const { running } = await ask<CleanUpFacts>('POST', '/clean-up/run')
  assert.deepEqual([running?.askedBy, running?.step], ['owner', 'posts'])
  const { running: none, last } = await ask<CleanUpFacts>('POST', '/clean-up/cancel')
  assert.deepEqual([none, last?.isCancelled], [null, true])

  await ask('PUT', '/clean-up/rules', { ...RULES, days: 0 })
  const answer = await home.asPage(`${PATH}/clean-up/run`, { method: 'POST' })
  assert.equal(answer.status, 409)
  assert.match(answer.text(), /everything stays/)
})

test('own posts go by rules of the identity, looked at before they count', async () => {
  const usual = await ask<PostExpiry>('GET', '/post-expiry')
  assert.deepEqual([usual.isOn, usual.afterDays, usual.keepsPinned], [false, 365, true])
  const wanted: PostExpiry = { ...usual, isOn: true, afterDays: 30, keepsFavouritesFrom: 5 }
  const { posts } = await ask<PostExpiryPreview>('POST', '/post-expiry/preview', wanted)
  assert.equal(posts, 0)
  assert.deepEqual(await ask('PUT', '/post-expiry', wanted), wanted)
  assert.deepEqual(await ask('GET', '/post-expiry'), wanted)
  for (const flaw of [{ afterDays: 6 }, { keepsFavouritesFrom: 0 }, { keepsBoosts: 'perhaps' }]) {
    const answer = await home.asPage(`${PATH}/post-expiry`, { method: 'PUT', body: { ...wanted, ...flaw } })
    assert.equal(answer.status, 422, JSON.stringify(flaw))
  }
})
