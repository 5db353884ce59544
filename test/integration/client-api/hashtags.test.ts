import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FeaturedTag } from '../../../server/contracts/featured-tag.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Tag } from '../../../server/contracts/tag.ts'
import { openApiHome } from '../../support/api-home.ts'

const home = await openApiHome()

test('the owner chooses hashtags for the profile, at most ten, and takes them off again', async () => {
  const app = await home.app()
  await app.post('/api/v1/statuses', { status: 'a #Finch and a #wren' })
  await app.post('/api/v1/statuses', { status: 'another #finch' })
  await app.post('/api/v1/statuses', { status: 'hidden #finch', visibility: 'private' })
  const suggested = await app.get<Tag[]>('/api/v1/featured_tags/suggestions')
  assert.deepEqual(
    suggested.map(({ name }) => name.toLowerCase()),
    ['finch', 'wren'],
  )
  const made = await app.post<FeaturedTag>('/api/v1/featured_tags', { name: '#Finch' })
  const { id, ...shown } = made
  assert.deepEqual(shown, {
    name: 'Finch',
    url: 'https://home.example/tags/finch',
    statuses_count: '2',
    last_status_at: new Date().toISOString().slice(0, 10),
  })
  const again = await app.post<FeaturedTag>('/api/v1/featured_tags', { name: 'finch' })
  assert.equal(again.id, id)
  const rest = await app.get<Tag[]>('/api/v1/featured_tags/suggestions')
  assert.equal(rest.length, 1)

  const strangers = await home.stranger().get<FeaturedTag[]>(`/api/v1/accounts/${home.ana.id}/featured_tags`)
  assert.deepEqual(strangers, [made])
  for (const name of ['', '#', 'two words', '12 34', 'a/b']) {
    const answer = await app.ask('/api/v1/featured_tags', { method: 'POST', body: { name } })
    assert.equal(answer.status, 422, name)
  }
  for (let n = 1; n < 10; n += 1) await app.post('/api/v1/featured_tags', { name: `tag${n}` })
  const eleventh = await app.ask('/api/v1/featured_tags', { method: 'POST', body: { name: 'tag10' } })
  assert.equal(eleventh.status, 422)
  assert.equal((await app.get<FeaturedTag[]>('/api/v1/featured_tags')).length, 10)

  await app.call('DELETE', `/api/v1/featured_tags/${id}`)
  assert.equal((await app.get<FeaturedTag[]>('/api/v1/featured_tags')).length, 9)
  const gone = await app.ask(`/api/v1/featured_tags/${id}`, { method: 'DELETE' })
  assert.equal(gone.status, 404)
  const reader = await home.app(['read'])
  assert.equal(
    (await reader.ask('/api/v1/featured_tags', { method: 'POST', body: { name: 'x' } })).status,
    403,
  )
})

test('nobody takes a hashtag off the profile of somebody else', async () => {
  const eve = await home.others.actor('eve')
  const hashtag = await home.db
    .insertInto('hashtags')
    .values({ name: 'eves', display_name: 'Eves' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const row = await home.db
    .insertInto('featured_hashtags')
    .values({ actor_id: eve.id, hashtag_id: hashtag.id, name: 'Eves' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const app = await home.app()
  assert.equal((await app.ask(`/api/v1/featured_tags/${row.id}`, { method: 'DELETE' })).status, 404)
  const shown = await app.get<FeaturedTag[]>(`/api/v1/accounts/${eve.id}/featured_tags`)
  assert.deepEqual(
    shown.map(({ name, statuses_count: count }) => [name, count]),
    [['Eves', '0']],
  )
})

test('a hashtag is never missing, has seven days, and is followed and featured by its name', async () => {
  const app = await home.app()
  const name = encodeURIComponent('Überraschung')
  const seen = await home.stranger().get<Tag>(`/api/v1/tags/${name}`)
  assert.deepEqual([seen.id, seen.name, seen.following], ['0', 'Überraschung', undefined])
  assert.equal(seen.history.length, 7)
  assert.ok(seen.history.every(({ uses, accounts }) => uses === '0' && accounts === '0'))
  const mine = await app.get<Tag>(`/api/v1/tags/${name}`)
  assert.ok(mine.id !== '0')
  assert.deepEqual([mine.following, mine.featuring], [false, false])
  const act = async (what: string): Promise<boolean[]> => {
    const tag = await app.post<Tag>(`/api/v1/tags/${name}/${what}`)
    return [tag.following === true, tag.featuring === true]
  }
  assert.deepEqual(await act('follow'), [true, false])
  assert.deepEqual(await act('follow'), [true, false])
  const featured = await app.get<FeaturedTag[]>('/api/v1/featured_tags')
  for (const { id } of featured) await app.call('DELETE', `/api/v1/featured_tags/${id}`)
  assert.deepEqual(await act('feature'), [true, true])
  const { hashtags } = await app.get<{ hashtags: Tag[] }>(`/api/v2/search?type=hashtags&q=${name}`)
  assert.deepEqual([hashtags[0]?.following, hashtags[0]?.featuring], [true, true])
  assert.deepEqual(await act('unfollow'), [false, true])
  assert.deepEqual(await act('unfeature'), [false, false])
  assert.deepEqual(await act('unfeature'), [false, false])
  for (const bad of ['two%20words', '12', 'a%2Fb', '%20']) {
    assert.equal((await app.ask(`/api/v1/tags/${bad}`)).status, 404, bad)
    assert.equal((await app.ask(`/api/v1/tags/${bad}/follow`, { method: 'POST' })).status, 404, bad)
  }
})

test('following a hashtag takes its scope, and those followed are paged by their follows', async () => {
  const app = await home.app()
  const reader = await home.app(['read', 'write:accounts'])
  assert.equal((await reader.ask('/api/v1/tags/one/follow', { method: 'POST' })).status, 403)
  const writer = await home.app(['write:follows'])
  assert.equal((await writer.ask('/api/v1/followed_tags')).status, 403)
  assert.equal((await writer.ask('/api/v1/tags/one/feature', { method: 'POST' })).status, 403)
  for (const tag of ['three', 'one', 'two']) await writer.post(`/api/v1/tags/${tag}/follow`)
  const names: string[] = []
  let path: string | undefined = '/api/v1/followed_tags?limit=2'
  while (path !== undefined) {
    const answer = await app.ask(path)
    names.push(...(answer.json() as unknown as Tag[]).map((tag) => `${tag.name} ${tag.following}`))
    path = /<https:\/\/home\.example([^>]+)>; rel="next"/.exec(String(answer.headers.link))?.[1]
  }
  assert.deepEqual(names, ['two true', 'one true', 'three true'])
})

test('without its hashtag a post of a stranger leaves the home timeline, one of a friend stays', async () => {
  const app = await home.app()
  const { others, ana } = home
  const [ben, far] = [await others.actor('ben'), await others.actor('far')]
  await others.follow(ana, ben)
  await app.post('/api/v1/tags/birds/follow')
  await app.post('/api/v1/tags/owls/follow')
  const seed = { hashtags: ['birds'], shownTo: [ana] }
  const [friends, strangers] = [await others.post(ben, seed), await others.post(far, seed)]
  const both = await others.post(far, { hashtags: ['birds', 'owls'], shownTo: [ana] })
  const atHome = async (): Promise<string[]> =>
    (await app.get<Status[]>('/api/v1/timelines/home?limit=3')).map(({ id }) => id)
  assert.deepEqual(await atHome(), [both.id, strangers.id, friends.id])
  await app.post('/api/v1/tags/birds/unfollow')
  assert.deepEqual((await atHome()).slice(0, 2), [both.id, friends.id])
  await app.post('/api/v1/tags/owls/unfollow')
  assert.equal((await atHome())[0], friends.id)
})

test('posts with files are found by their hashtag, whichever of the two came first and however they go', async () => {
  const app = await home.app()
  const fay = await home.others.actor('fay')
  const rowOf = (postId: string) =>
    ({ post_id: postId, kind: 'image', media_type: 'image/png', remote_url: 'https://x.example/a' }) as const
  const shown = async (): Promise<string[]> =>
    (await app.get<Status[]>('/api/v1/timelines/tag/seen?only_media=true')).map(({ id }) => id)
  const [before, after, bare] = [
    await home.others.post(fay, { hashtags: ['seen'] }),
    await home.others.post(fay, {}),
    await home.others.post(fay, { hashtags: ['seen'] }),
  ]
  const { id: hashtagId } = await home.db
    .selectFrom('hashtags')
    .select('id')
    .where('name', '=', 'seen')
    .executeTakeFirstOrThrow()
  await home.db
    .insertInto('attachments')
    .values([rowOf(before.id), rowOf(after.id)])
    .execute()
  await home.db.insertInto('post_hashtags').values({ post_id: after.id, hashtag_id: hashtagId }).execute()
  assert.deepEqual(await shown(), [after.id, before.id])
  await home.db.updateTable('attachments').set({ post_id: bare.id }).where('post_id', '=', after.id).execute()
  assert.deepEqual(await shown(), [bare.id, before.id])
  await home.db.insertInto('attachments').values(rowOf(before.id)).execute()
  await home.db.deleteFrom('attachments').where('post_id', '=', bare.id).execute()
  assert.deepEqual(await shown(), [before.id])
  await home.db.updateTable('attachments').set({ post_id: null }).where('post_id', '=', before.id).execute()
  assert.deepEqual(await shown(), [])
})
