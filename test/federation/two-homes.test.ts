/** Two complete homes over TLS on loopback: what one owner does is what the other sees, and nothing else. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Json } from '../support/http-client.ts'
import { type TwoHomes, openTwoHomes } from '../support/two-homes.ts'
import { until } from '../support/until.ts'

let homes: TwoHomes
before(async () => {
  homes = await openTwoHomes()
})
after(async () => homes?.[Symbol.asyncDispose]())

const withText = (posts: readonly Json[], text: string): Json | undefined =>
  posts.find((post) => String(post['content']).includes(text))

/** Waits until the text stands in the home timeline of the home. */
async function arrives(which: 'a' | 'b', text: string): Promise<Json> {
  return until(`"${text}" in the timeline of ${which}`, async () =>
    withText(await homes[which].owner.homeTimeline(), text),
  )
}

test('a follow is sent, accepted and told on both sides', async () => {
  const { a, b } = homes
  const ben = await a.owner.find(`@${b.handle}`)
  assert.equal(ben['acct'], b.handle)
  await a.owner.call('POST', `/api/v1/accounts/${ben['id']}/follow`)
  await until(
    'the follow is accepted',
    async () => (await a.owner.relationship(String(ben['id'])))['following'],
  )
  const ana = await b.owner.find(`@${a.handle}`)
  assert.equal((await b.owner.relationship(String(ana['id'])))['followed_by'], true)
  const told = await until('the notification', async () => {
    const all = await b.owner.list('/api/v1/notifications')
    return all.find((one) => String(one['type']) === 'follow')
  })
  assert.equal(told['account']?.['acct'], a.handle)
})

test('each visibility reaches whom it should and nobody else', async () => {
  const { a, b } = homes
  await b.owner.writes('open to all', { visibility: 'public' })
  await b.owner.writes('quietly open', { visibility: 'unlisted', spoiler_text: 'careful' })
  await b.owner.writes('for those who follow', { visibility: 'private' })
  await b.owner.writes('nobody is addressed', { visibility: 'direct' })
  await b.owner.writes(`@${a.handle} for you alone`, { visibility: 'direct' })
  await b.owner.writes('the last one', { visibility: 'public' })
  // Deliveries of one object keep their order, those of several do not: each is awaited.
  assert.equal((await arrives('a', 'open to all'))['visibility'], 'public')
  const quiet = await arrives('a', 'quietly open')
  assert.equal(quiet['visibility'], 'unlisted')
  assert.equal(quiet['spoiler_text'], 'careful')
  assert.equal((await arrives('a', 'for those who follow'))['visibility'], 'private')
  await arrives('a', 'the last one')
  const mention = await until('the private mention', async () =>
    (await a.owner.list('/api/v1/notifications?types[]=mention')).find((one) =>
      String(one['status']?.['content']).includes('for you alone'),
    ),
  )
  assert.equal(mention['status']?.['visibility'], 'direct')
  assert.equal(withText(await a.owner.homeTimeline(), 'nobody is addressed'), undefined)
})

test('what a stranger asks for by its id is answered only when it is public', async () => {
  const { a, b } = homes
  const posts = await b.owner.homeTimeline()
  const ask = async (text: string): Promise<number> => {
    const { pathname } = new URL(String(withText(posts, text)?.['uri']))
    return (await b.home.ask(pathname, { headers: { accept: 'application/activity+json' } })).status
  }
  assert.equal(await ask('open to all'), 200)
  assert.equal(await ask('for those who follow'), 404)
  assert.equal(await ask('for you alone'), 404)
  assert.ok(a.home.publicPort > 0)
})

test('a boost, a favourite and a reply come back to the author', async () => {
  const { a, b } = homes
  const post = await arrives('a', 'open to all')
  const id = String(post['id'])
  await a.owner.call('POST', `/api/v1/statuses/${id}/favourite`)
  await a.owner.call('POST', `/api/v1/statuses/${id}/reblog`)
  await a.owner.writes(`@${b.handle} I agree`, { in_reply_to_id: id })
  const original = withText(await b.owner.homeTimeline(), 'open to all')
  assert.ok(original)
  const counted = await until('all three are counted', async () => {
    const now = await b.owner.get(`/api/v1/statuses/${original['id']}`)
    const counts = [now['favourites_count'], now['reblogs_count'], now['replies_count']].map(Number)
    return counts.every((count) => count === 1) && now
  })
  assert.equal(Number(counted['replies_count']), 1)
  const kinds = (await b.owner.list('/api/v1/notifications')).map((one) => String(one['type']))
  for (const kind of ['favourite', 'reblog', 'mention'])
    assert.ok(kinds.includes(kind), `${kind} in ${kinds.join(' ')}`)
  const thread = await b.owner.get(`/api/v1/statuses/${original['id']}/context`)
  assert.match(String([...(thread['descendants'] ?? [])][0]?.['content']), /I agree/)
})

test('two homes react to each other, are told of it, and take it back', async () => {
  const { a, b } = homes
  const emoji = encodeURIComponent('🎉')
  const posts = { a: await a.owner.writes('react, b'), b: await b.owner.writes('react, a') }
  for (const [from, to] of [
    ['a', 'b'],
    ['b', 'a'],
  ] as const) {
    const text = from === 'a' ? 'react, a' : 'react, b'
    const query = encodeURIComponent(String(posts[to]['uri']))
    const found = await homes[from].owner.get(`/api/v2/search?resolve=true&type=statuses&q=${query}`)
    const [copy] = [...(found['statuses'] ?? [])]
    assert.ok(copy, text)
    await homes[from].owner.call('PUT', `/api/v1/statuses/${copy['id']}/emoji_reactions/${emoji}`)
    const reactions = async (): Promise<Json[]> => {
      const now = await homes[to].owner.get(`/api/v1/statuses/${posts[to]['id']}`)
      assert.equal(Number(now['favourites_count']), 0)
      return [...(now['emoji_reactions'] ?? [])]
    }
    const [reaction] = await until('the reaction', async () => {
      const all = await reactions()
      return all.length > 0 && all
    })
    assert.deepEqual([reaction?.['name'], reaction?.['count'], reaction?.['me']], ['🎉', 1, false])
    const [told] = await homes[to].owner.list('/api/v1/notifications')
    assert.deepEqual([told?.['type'], told?.['emoji_reaction']?.['name']], ['emoji_reaction', '🎉'])
    await homes[from].owner.call('DELETE', `/api/v1/statuses/${copy['id']}/emoji_reactions/${emoji}`)
    await until('it is gone', async () => (await reactions()).length === 0)
  }
})

test('taking back a favourite and a boost is seen by the author', async () => {
  const { a, b } = homes
  const id = String((await arrives('a', 'open to all'))['id'])
  await a.owner.call('POST', `/api/v1/statuses/${id}/unfavourite`)
  await a.owner.call('POST', `/api/v1/statuses/${id}/unreblog`)
  const original = withText(await b.owner.homeTimeline(), 'open to all')
  assert.ok(original)
  await until('the counts fall', async () => {
    const now = await b.owner.get(`/api/v1/statuses/${original['id']}`)
    return Number(now['favourites_count']) === 0 && Number(now['reblogs_count']) === 0
  })
})

test('an edit replaces the text and keeps the visibility, and a delete takes the post away', async () => {
  const { b } = homes
  const mine = await b.owner.writes('first wording', { visibility: 'private' })
  await arrives('a', 'first wording')
  await b.owner.call('PUT', `/api/v1/statuses/${mine['id']}`, { status: 'second wording' })
  const edited = await arrives('a', 'second wording')
  assert.equal(edited['visibility'], 'private')
  assert.ok(edited['edited_at'])
  await b.owner.call('PUT', `/api/v1/statuses/${mine['id']}`, { status: 'third wording' })
  await arrives('a', 'third wording')
  await b.owner.call('DELETE', `/api/v1/statuses/${mine['id']}`)
  await until('the post is gone from the follower', async () => {
    const posts = await homes.a.owner.homeTimeline()
    return withText(posts, 'third wording') === undefined
  })
  const { pathname } = new URL(String(mine['uri']))
  // It was never open to strangers, so they do not learn that it was there.
  assert.equal((await b.home.ask(pathname)).status, 404)
})

test('a poll of one home is voted in from the other', async () => {
  const { a, b } = homes
  const asked = await b.owner.writes('tea or coffee?', {
    poll: { options: ['tea', 'coffee'], expires_in: 3_600 },
  })
  const seen = await arrives('a', 'tea or coffee?')
  const poll = await a.owner.call('POST', `/api/v1/polls/${seen['poll']?.['id']}/votes`, { choices: [1] })
  assert.deepEqual([...(poll['own_votes'] ?? [])].map(Number), [1])
  const counted = await until('the vote is counted', async () => {
    const { poll: now } = await b.owner.get(`/api/v1/statuses/${asked['id']}`)
    return Number(now?.['voters_count']) === 1 && now
  })
  assert.deepEqual(
    [...(counted['options'] ?? [])].map((option) => Number(option['votes_count'])),
    [0, 1],
  )
})

test('a deleted public post is gone for good', async () => {
  const { b } = homes
  const mine = await b.owner.writes('soon gone')
  await arrives('a', 'soon gone')
  await b.owner.call('DELETE', `/api/v1/statuses/${mine['id']}`)
  await until(
    'the follower forgets it',
    async () => withText(await homes.a.owner.homeTimeline(), 'soon gone') === undefined,
  )
  const answer = await b.home.ask(new URL(String(mine['uri'])).pathname)
  assert.equal(answer.status, 410)
  assert.equal(answer.json()['type'], 'Tombstone')
})

test('after an unfollow nothing more arrives', async () => {
  const { a, b } = homes
  const ben = await a.owner.find(`@${b.handle}`)
  await a.owner.call('POST', `/api/v1/accounts/${ben['id']}/unfollow`)
  const ana = await b.owner.find(`@${a.handle}`)
  await until('the author has lost the follower', async () => {
    const relationship = await b.owner.relationship(String(ana['id']))
    return String(relationship['followed_by']) === 'false'
  })
  await b.owner.writes('after the parting')
  const note = await b.owner.writes(`@${a.handle} and a word to you`, { visibility: 'direct' })
  assert.ok(note['id'])
  // The word was written later and has arrived; so would the post have.
  await until('the private word', async () =>
    (await a.owner.list('/api/v1/notifications?types[]=mention')).some((one) =>
      String(one['status']?.['content']).includes('and a word to you'),
    ),
  )
  assert.equal(withText(await a.owner.homeTimeline(), 'after the parting'), undefined)
})
