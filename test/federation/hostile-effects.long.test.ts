/** Signed activities of people who mean it ill, followed to what they cause: nothing beyond their own due. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FakeActor, FakeObject } from '../support/fake-peer-actor.ts'
import { openFakePeer } from '../support/fake-peer.ts'
import { openFederationHome } from '../support/federation-home.ts'
import { documentsAsked, looksAt, worksUntilDone } from '../support/thread-world.ts'

const good = await openFakePeer(undefined, { host: 'good.example' })
const evil = await openFakePeer(undefined, { host: 'evil.example' })
const home = await openFederationHome({ peers: [good, evil] })
const ana = good.actor('ana')
const eve = evil.actor('eve')

const mention = (by: FakeActor, facts: object = {}): FakeObject =>
  by.note({
    cc: [home.me.uri],
    tag: [{ type: 'Mention', href: home.me.uri, name: '@ben@home.example' }],
    ...facts,
  })

/** Letters that no index can pack: what follows `#` is no part of an address, but of an id. */
function endless(start: string): string {
  let text = `${start}#`
  for (let n = 0; text.length < 2_000; n += 1) text += String.fromCharCode(0x4e00 + ((n * 7_919) % 20_000))
  return text
}

test('ids that no index can hold hold up nobody', async () => {
  const post = await home.writes('a post')
  await home.work()
  const like = { ...eve.like(post.uri), id: endless(`${evil.origin}/like`) }
  const attacks: FakeObject[] = [
    eve.create(mention(eve, { id: endless(`${evil.origin}/post`) })),
    { ...eve.create(mention(eve)), id: endless(`${evil.origin}/create`) },
    like,
    { ...like, type: 'EmojiReact', content: '🦊' },
    eve.create(mention(eve, { quote: endless(`${good.origin}/quoted`) })),
    eve.create(mention(eve, { inReplyTo: endless(`${good.origin}/parent`) })),
    eve.delete(endless(`${evil.origin}/deleted`)),
    eve.activity('Flag', { id: endless(`${evil.origin}/flag`), object: [home.me.uri] }),
    eve.activity('QuoteRequest', {
      object: post.uri,
      instrument: { ...eve.note({ quote: post.uri }), id: endless(`${evil.origin}/quoting`) },
    }),
  ]
  for (const attack of attacks) await eve.sends(home.target, attack)
  const honest = mention(ana)
  await home.takes(ana, ana.create(honest))
  assert.ok(await home.post(honest.id))
  const rows = await home.db
    .selectFrom('inbox_messages')
    .select(['activity_type', 'state_errors'])
    .where((where) => where.or([where('state', '=', 'received'), where('state_errors', '>', 0)]))
    .execute()
  assert.deepEqual(rows, [])
})

test('a chain without end that answers the owner costs one budget, until somebody looks', async () => {
  const chain = [eve.note()]
  for (let n = 1; n <= 60; n += 1) chain.push(eve.note({ inReplyTo: chain[n - 1]?.id ?? '' }))
  const leaf = mention(eve, { inReplyTo: chain[60]?.id ?? '' })
  const before = documentsAsked(evil).length
  await home.takes(eve, eve.create(leaf))
  for (let minute = 0; minute < 5; minute += 1) await home.work({ dueWithinSeconds: 60 })
  assert.equal(documentsAsked(evil).length - before, 20)
  assert.equal(await home.post(chain[0]?.id ?? ''), undefined)
  const begun = await looksAt(home, leaf.id)
  await worksUntilDone(home, begun?.id ?? '')
  assert.ok(await home.post(chain[0]?.id ?? ''))
})

test('posts that answer or quote somebody blocked come in by no way', async () => {
  const bad = await openFakePeer(undefined, { host: 'bad.example' })
  const guarded = await openFederationHome({ peers: [good, bad], domain: 'guarded.example' })
  const { id: blockedId } = bad.actor('mallory').note()
  await guarded.db.insertInto('domain_blocks').values({ domain: 'bad.example' }).execute()
  await guarded.context.home.refresh()
  const post = await guarded.writes('a post')
  const answer = ana.note({ inReplyTo: blockedId })
  const quote = ana.note({ quote: blockedId })
  for (const note of [answer, quote]) {
    assert.equal(await guarded.context.dereferencer.postByUri(note.id), null)
    assert.equal(await guarded.post(note.id), undefined)
  }
  const asking = ana.note({ inReplyTo: blockedId, quote: post.uri })
  await guarded.takes(ana, ana.activity('QuoteRequest', { object: post.uri, instrument: asking }))
  assert.equal(await guarded.post(asking.id), undefined)
  assert.deepEqual(await guarded.db.selectFrom('quote_authorizations').select('id').execute(), [])
})
