/** A conversation between one home and people elsewhere, as another home sees it that has heard nothing of it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type FakeActor, type FakePeer, openFakePeer } from '../support/fake-peer.ts'
import type { Json } from '../support/http-client.ts'
import { listReplies, rootNote } from '../support/thread-world.ts'
import { type TwoHomes, openTwoHomes } from '../support/two-homes.ts'
import { until } from '../support/until.ts'

let homes: TwoHomes
let near: FakePeer
let far: FakePeer
before(async () => {
  near = await openFakePeer(undefined, { host: 'near.example' })
  far = await openFakePeer(undefined, { host: 'far.example' })
  homes = await openTwoHomes({ peers: [near, far] })
})
after(async () => {
  await homes?.[Symbol.asyncDispose]()
  await Promise.all([near?.close(), far?.close()])
})

const textOf = (post: Json): string => String(post['content']).replaceAll(/<[^>]*>/g, '')

async function thread(owner: TwoHomes['a']['owner'], id: unknown): Promise<Json[]> {
  return [...((await owner.get(`/api/v1/statuses/${id}/context`))['descendants'] ?? [])]
}

test('a thread becomes whole on a second home when its owner opens it', async () => {
  const { a, b } = homes
  const target = { host: 'ana.example', port: a.home.publicPort }
  const cleo = near.actor('cleo')
  const dan = far.actor('dan')
  const first = await a.owner.writes('what do you think?')
  const me = String((await a.owner.get('/api/v1/accounts/verify_credentials'))['uri'])
  const says = async (who: FakeActor, note: object, text: string): Promise<Json> => {
    await who.sends(target, who.create({ ...note }))
    return until(`"${text}" on the first home`, async () =>
      (await thread(a.owner, first['id'])).find((post) => textOf(post) === text),
    )
  }
  const ofCleo = rootNote(cleo, { content: 'much', inReplyTo: String(first['uri']), cc: [me] })
  const much = await says(cleo, ofCleo, 'much')
  const why = await a.owner.writes('@cleo@near.example why?', { in_reply_to_id: much['id'] })
  const ofDan = dan.note({ content: 'I know', inReplyTo: String(why['uri']), cc: [me] })
  await says(dan, ofDan, 'I know')
  // Nobody tells the first home of this one.
  const aside = dan.note({ content: 'aside', inReplyTo: ofCleo.id })
  listReplies(near, ofCleo, [[String(why['uri']), aside.id]])

  const opened = await until('the first post is found', async () => {
    const found = await b.owner.get(
      `/api/v2/search?type=statuses&resolve=true&q=${encodeURIComponent(String(first['uri']))}`,
    )
    return [...(found['statuses'] ?? [])][0]
  })
  const path = `/api/v1/statuses/${opened['id']}/context`
  const answer = await b.owner.raw(path)
  assert.deepEqual([...(answer.json()['descendants'] ?? [])], [])
  const header = String(answer.headers['mastodon-async-refresh'])
  const [, refreshId = ''] = /^id="(\d+)", retry=\d+, result_count=0$/.exec(header) ?? []
  assert.ok(refreshId, header)
  const finished = await until('the thread is whole', async () => {
    const { async_refresh: refresh } = await b.owner.get(`/api/v1_alpha/async_refreshes/${refreshId}`)
    return String(refresh?.['status']) === 'finished' && refresh
  })
  assert.equal(Number(finished['result_count']), 4)
  const whole = await thread(b.owner, opened['id'])
  assert.deepEqual(whole.map(textOf), ['much', '@cleo why?', 'I know', 'aside'])
  const parents = new Map(whole.map((post) => [post['id'], post]))
  assert.deepEqual(
    whole.map((post) => textOf(parents.get(post['in_reply_to_id']) ?? opened)),
    ['what do you think?', 'much', '@cleo why?', 'much'],
  )
  assert.deepEqual(await b.owner.list('/api/v1/notifications'), [])
  assert.deepEqual(await b.owner.homeTimeline(), [])
  const again = await b.owner.raw(path)
  assert.equal(again.headers['mastodon-async-refresh'], undefined)
})
