/** What a reader of this home sees of somebody on a blocked domain: nothing, on any page, by any client; and all of it again after. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account } from '../../../server/contracts/account.ts'
import type { Relationship } from '../../../server/contracts/relationship.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Row } from '../../../server/db/tables.ts'
import { defaultImage } from '../../../server/domain/media/default-images.ts'
import { type ApiClient, openApiHome } from '../../support/api-home.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'

const PNG = defaultImage('/avatars/original/bird-3.png') ?? Buffer.alloc(0)
const peer = await openFakePeer(undefined, {
  host: 'deep.bad.example',
  otherHosts: ['open.example', 'cdn.evil.example'],
})
closeBeforeCluster(async () => peer.close())
for (const path of ['/face.png', '/picture.png']) {
  peer.answers(path, () => ({ headers: { 'content-type': 'image/png' }, body: PNG }))
}
const home = await openApiHome({ peers: [peer] })
const app = await home.app()
const stranger = home.stranger()
const { db, ana, others } = home

/** Each way of being on `bad.example`. */
const people = {
  host: await others.actor('host', { host: 'bad.example' }),
  subdomain: await others.actor('sub', {
    host: 'deep.bad.example',
    icon_url: 'https://deep.bad.example/face.png',
  }),
  handle: await others.actor('handle', { host: 'open.example' }),
}
await db
  .updateTable('actors')
  .set({ handle_domain: 'people.bad.example' })
  .where('id', '=', people.handle.id)
  .execute()
const friend = await others.actor('friend', { host: 'friend.example' })
await others.follow(ana, friend)

interface Known {
  readonly author: Row<'actors'>
  readonly post: Row<'posts'>
  readonly boost: Row<'posts'>
  readonly answer: Row<'posts'>
}

async function known(author: Row<'actors'>): Promise<Known> {
  await others.follow(ana, author)
  const post = await others.post(author, {
    html: `<p>needle ${author.username} <a href="#">#tag</a></p>`,
    hashtags: ['tag'],
    shownTo: [ana],
    mentions: [ana],
    images: [`https://${author.host}/picture.png`],
  })
  const boost = await others.post(friend, { boostOf: post, shownTo: [ana] })
  const mine = await app.post<Status>('/api/v1/statuses', { status: `mine for ${author.username}` })
  const row = await db.selectFrom('posts').selectAll().where('id', '=', mine.id).executeTakeFirstOrThrow()
  const answer = await others.post(author, { inReplyTo: row, mentions: [ana] })
  await app.post(`/api/v1/statuses/${post.id}/favourite`)
  await app.post(`/api/v1/statuses/${post.id}/bookmark`)
  const toldOf = { actor_id: ana.id, from_actor_id: author.id }
  await db
    .insertInto('notifications')
    .values({ ...toldOf, kind: 'mention', post_id: post.id })
    .execute()
  await db
    .insertInto('notifications')
    .values({ ...toldOf, kind: 'follow', post_id: null })
    .execute()
  await db
    .insertInto('interactions')
    .values({
      uri: `${author.uri}#like`,
      kind: 'like',
      actor_id: author.id,
      post_id: row.id,
      state: 'fanned_out',
    })
    .execute()
  return { author, post, boost, answer }
}

/** Every surface that lists or shows, and whether the person or their posts are on it. */
async function surfaces(one: Known): Promise<Record<string, boolean>> {
  const { author, post, boost, answer } = one
  const lists = async (client: ApiClient, path: string): Promise<boolean> => {
    const text = (await client.ask(path)).text()
    return [post.id, boost.id, answer.id, author.id].some((id) => text.includes(`"${id}"`))
  }
  const opens = async (client: ApiClient, id: string): Promise<boolean> =>
    (await client.ask(`/api/v1/statuses/${id}`)).status === 200
  const parent = answer.in_reply_to_id ?? ''
  const paths = {
    home: '/api/v1/timelines/home',
    public: '/api/v1/timelines/public',
    tag: '/api/v1/timelines/tag/tag',
    notifications: '/api/v1/notifications',
    grouped: '/api/v2/notifications',
    context: `/api/v1/statuses/${parent}/context`,
    likers: `/api/v1/statuses/${parent}/favourited_by`,
    favourites: '/api/v1/favourites',
    bookmarks: '/api/v1/bookmarks',
    statuses: `/api/v1/accounts/${author.id}/statuses`,
    following: `/api/v1/accounts/${ana.id}/following`,
    accounts: `/api/v1/accounts/search?q=${author.username}`,
    search: `/api/v2/search?q=${author.username}`,
  }
  const found: Record<string, boolean> = {}
  for (const [name, path] of Object.entries(paths)) found[name] = await lists(app, path)
  for (const name of ['context', 'statuses'] as const) {
    found[`${name}, to strangers`] = await lists(stranger, paths[name])
  }
  found['post'] = await opens(app, post.id)
  found['post, to strangers'] = await opens(stranger, post.id)
  found['boost'] = await opens(app, boost.id)
  found['unread'] =
    (
      await app.get<{ count: number }>(
        '/api/v1/notifications/unread_count?exclude_types[]=severed_relationships',
      )
    ).count > 0
  return found
}

const everywhere = (found: Record<string, boolean>): string[] =>
  Object.entries(found).flatMap(([name, isThere]) => (isThere ? [] : [name]))
const anywhere = (found: Record<string, boolean>): string[] =>
  Object.entries(found).flatMap(([name, isThere]) => (isThere ? [name] : []))

test('a domain block takes people, posts and notifications from every page, and gives them back', async () => {
  const all = [await known(people.host), await known(people.subdomain), await known(people.handle)]
  for (const one of all) assert.deepEqual(everywhere(await surfaces(one)), [], one.author.username)
  assert.deepEqual(await app.post('/api/v1/domain_blocks', { domain: 'Bad.Example' }), {})
  assert.deepEqual(await app.get('/api/v1/domain_blocks'), ['bad.example'])
  for (const one of all) assert.deepEqual(anywhere(await surfaces(one)), [], one.author.username)
  const ids = all.map(({ author }) => `id[]=${author.id}`).join('&')
  const relations = await app.get<Relationship[]>(`/api/v1/accounts/relationships?${ids}&id[]=${friend.id}`)
  assert.deepEqual(
    relations.map((one) => [one.domain_blocking, one.following]),
    [...all.map(() => [true, false]), [false, true]],
  )
  for (const { author } of all) {
    assert.equal((await app.ask(`/api/v1/accounts/${author.id}/follow`, { method: 'POST' })).status, 403)
    assert.equal(
      (await app.ask(`/api/v1/accounts/${author.id}`)).status,
      200,
      'so that the block can be found',
    )
  }
  assert.deepEqual(await app.call('DELETE', '/api/v1/domain_blocks?domain=bad.example'), {})
  const lost = new Set(['home', 'following'])
  for (const one of all) {
    assert.deepEqual(
      everywhere(await surfaces(one)).filter((name) => !lost.has(name)),
      [],
    )
  }
})

test('the media of a blocked domain are answered as absent, and nothing is asked of a blocked host', async () => {
  const face = new URL((await app.get<Account>(`/api/v1/accounts/${people.subdomain.id}`)).avatar).pathname
  assert.equal((await home.ask(face)).status, 200)
  const post = await others.post(friend, { images: ['https://cdn.evil.example/picture.png'] })
  const seen = await app.get<Status>(`/api/v1/statuses/${post.id}`)
  const picture = new URL(seen.media_attachments[0]?.url ?? '').pathname
  assert.equal((await home.ask(picture)).status, 200)
  const asked = peer.requests.length
  for (const domain of ['bad.example', 'evil.example']) {
    await app.post('/api/v1/domain_blocks', { domain })
    await until('it is known', () => home.home.isBlockedDomain(domain))
  }
  const absent = await home.ask('/proxy/avatar/1/aaaaaaaaaaaaaaaaaaaaaa')
  for (const path of [face, picture]) {
    const answer = await home.ask(path)
    assert.deepEqual([answer.status, answer.text()], [absent.status, absent.text()])
    assert.deepEqual(Object.keys(answer.headers).sort(), Object.keys(absent.headers).sort())
  }
  assert.equal(peer.requests.length, asked)
})

test('nonsense, whole registries and the home itself are not blocked, and the page of blocks leads on', async () => {
  for (const domain of [
    '',
    '*',
    'com',
    'co.uk',
    'b*d.example',
    '127.0.0.1',
    '[::1]',
    'home.example',
    'a b',
    'x'.repeat(280),
  ]) {
    const answer = await app.ask('/api/v1/domain_blocks', { method: 'POST', body: { domain } })
    assert.equal(answer.status, 422, domain)
  }
  for (const domain of ['bücher.example', '*.stars.example', 'https://url.example/', 'dot.example.']) {
    await app.post('/api/v1/domain_blocks', { domain })
  }
  const blocked = await app.get<string[]>('/api/v1/domain_blocks')
  for (const domain of ['xn--bcher-kva.example', 'stars.example', 'url.example', 'dot.example']) {
    assert.ok(blocked.includes(domain), domain)
  }
  const first = await app.ask('/api/v1/domain_blocks?limit=2')
  const next = /<([^>]+)>; rel="next"/.exec(String(first.headers.link))?.[1] ?? ''
  const second = await app.get<string[]>(new URL(next).pathname + new URL(next).search)
  assert.deepEqual([...(first.json() as unknown as string[]), ...second], blocked.slice(0, 4))
  const reader = await home.app(['read'])
  assert.equal(
    (await reader.ask('/api/v1/domain_blocks', { method: 'POST', body: { domain: 'a.example' } })).status,
    403,
  )
})
