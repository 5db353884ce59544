import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Booster, FollowedBoosters } from '../../../../server/contracts/boosters.ts'
import { NamedBoosters, carriersOf, isBoostersChange } from '../../../../renderer/stores/boosters.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { accountOf, statusOf } from '../../../support/statuses.ts'

const ana = accountOf('ana', { id: '1' })
const kai = accountOf('kai', { id: '2', acct: 'kai@other.example' })
const lee = accountOf('lee', { id: '3' })

const told = (...accounts: readonly Booster[]): FollowedBoosters => ({ count: accounts.length, accounts })

/** Kai's boost of a post that the home says others boosted too. */
function openPosts(followed_boosters: FollowedBoosters | null): PostStore {
  const posts = new PostStore()
  posts.put([statusOf('9', { account: kai, reblog: { ...statusOf('5'), followed_boosters } as never })])
  return posts
}

const namesAt = (posts: PostStore): unknown => {
  const shown = posts.shown('9')
  return shown?.followed_boosters?.accounts.map(({ username }) => username)
}

test('whoever leads the entry is named first and everybody once, in rows or by the home', () => {
  const posts = openPosts(told(ana, kai))
  const carriers = carriersOf([posts.get('9')], posts.shown('9') ?? {})
  assert.deepEqual(
    carriers.accounts.map(({ username }) => username),
    ['kai', 'ana'],
  )
  assert.equal(carriers.count, 2)
})

test('the number counts also those who are not named', () => {
  const posts = openPosts({ count: 31, accounts: [ana, kai] })
  assert.equal(carriersOf([posts.get('9')], posts.shown('9') ?? {}).count, 31)
})

test('a post that came from its author is carried by nobody unless the home names somebody', () => {
  const posts = new PostStore()
  posts.put([statusOf('5')])
  assert.deepEqual(carriersOf([posts.get('5')], posts.shown('5') ?? {}), { accounts: [], count: 0 })
})

test('an answer that says nothing of boosters leaves what is known of them, one that says nobody does not', () => {
  const posts = openPosts(told(ana))
  posts.put([statusOf('5', { content: '<p>edited</p>' })])
  assert.deepEqual([namesAt(posts), posts.get('5')?.content], [['ana'], '<p>edited</p>'])
  posts.put([{ ...statusOf('5'), followed_boosters: null }])
  assert.equal(namesAt(posts), undefined)
})

test('whoever is muted is not named any longer, and again when that is taken back', () => {
  const posts = openPosts({ count: 31, accounts: [ana, kai, lee] })
  const named = new NamedBoosters(posts)
  const mute = { deed: 'mute', whom: kai.id } as const
  named.leaveOut(mute)
  assert.deepEqual([namesAt(posts), posts.get('5')?.followed_boosters?.count], [['ana', 'lee'], 30])
  const server = { deed: 'server', whom: 'peer.example' } as const
  named.leaveOut(server)
  assert.deepEqual(namesAt(posts), [])
  named.bringBack(server)
  named.bringBack(mute)
  assert.deepEqual([namesAt(posts), posts.get('5')?.followed_boosters?.count], [['ana', 'kai', 'lee'], 31])
})

test('what the live line says is taken only when it is whole', () => {
  assert.ok(isBoostersChange({ id: '5', followed_boosters: null }))
  assert.ok(isBoostersChange({ id: '5', followed_boosters: told(ana) }))
  for (const broken of [
    null,
    7,
    {},
    { id: '5' },
    { id: 5, followed_boosters: null },
    { id: '5', followed_boosters: 7 },
    { id: '5', followed_boosters: { count: '1', accounts: [] } },
    { id: '5', followed_boosters: { count: 1, accounts: {} } },
    { id: '5', followed_boosters: { count: 1, accounts: [null] } },
  ]) {
    assert.ok(!isBoostersChange(broken), JSON.stringify(broken))
  }
})
