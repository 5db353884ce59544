import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Notification } from '../../../server/contracts/notification.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { type ApiClient, openApiHome } from '../../support/api-home.ts'
import { linksOf } from '../../support/links.ts'

const MINUTE_MS = 60_000

async function page(app: ApiClient, path: string): Promise<{ ids: string[]; links: Record<string, URL> }> {
  const answer = await app.ask(path)
  assert.equal(answer.status, 200, answer.text())
  const statuses = answer.json() as unknown as Status[]
  return { ids: statuses.map((status) => status.id), links: linksOf(answer.headers.link) }
}

test('pages lead from new to old and back without a gap or a repetition', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const ben = await home.others.actor('ben')
  const start = Date.now() - 1_000 * MINUTE_MS
  const ids: string[] = []
  for (let age = 0; age < 25; age += 1) {
    const publishedAt = new Date(start + age * MINUTE_MS)
    ids.unshift((await home.others.post(ben, { shownTo: [home.ana], publishedAt })).id)
  }
  const first = await page(app, '/api/v1/timelines/home?limit=10')
  assert.deepEqual(first.ids, ids.slice(0, 10))
  const { next, prev } = first.links
  assert.equal(next?.origin, 'https://home.example')
  assert.equal(next?.searchParams.get('limit'), '10')
  const second = await page(app, `${next?.pathname}${next?.search}`)
  assert.deepEqual(second.ids, ids.slice(10, 20))
  const third = await page(app, `${second.links['next']?.pathname}${second.links['next']?.search}`)
  assert.deepEqual(third.ids, ids.slice(20))
  assert.equal(third.links['next'], undefined, 'a page that is not full is the last')
  assert.deepEqual((await page(app, `${prev?.pathname}${prev?.search}`)).ids, [], 'nothing is newer yet')
  const back = await page(app, `${third.links['prev']?.pathname}${third.links['prev']?.search}`)
  assert.deepEqual(back.ids, ids.slice(10, 20), 'min_id takes what is right above')
  const since = await page(app, `/api/v1/timelines/home?limit=5&since_id=${ids[20]}`)
  assert.deepEqual(since.ids, ids.slice(0, 5), 'since_id takes the newest')
  const between = await page(app, `/api/v1/timelines/home?max_id=${ids[3]}&since_id=${ids[7]}`)
  assert.deepEqual(between.ids, ids.slice(4, 7))
})

test('a limit is brought into its bounds and a cursor that is no id is none', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const ben = await home.others.actor('ben')
  for (let count = 0; count < 45; count += 1) await home.others.post(ben, { shownTo: [home.ana] })
  assert.equal((await page(app, '/api/v1/timelines/home?limit=1000')).ids.length, 40)
  assert.equal((await page(app, '/api/v1/timelines/home?limit=-5')).ids.length, 1)
  assert.equal((await page(app, "/api/v1/timelines/home?max_id=1'--")).ids.length, 20)
  assert.equal((await page(app, '/api/v1/timelines/home?max_id=99999999999999999999')).ids.length, 20)
})

test('a page of forty posts of every kind costs at most eight statements', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { others, ana } = home
  const authors = await Promise.all(['ben', 'cleo', 'dora', 'emil'].map(async (name) => others.actor(name)))
  for (let count = 0; count < 60; count += 1) {
    const author = authors[count % 4]
    const friend = authors[(count + 1) % 4]
    assert.ok(author && friend)
    const post = await others.post(author, {
      mentions: [friend, ana],
      hashtags: ['one', `two${count}`],
      images: ['https://peer.example/a.png', 'https://peer.example/b.png'],
      shownTo: count % 2 === 0 ? [ana] : [],
    })
    if (count % 2 === 1) await others.post(friend, { boostOf: post, shownTo: [ana] })
  }
  await app.get('/api/v1/accounts/verify_credentials') // the token is known from here on
  const before = home.statementCount()
  const { ids } = await page(app, '/api/v1/timelines/home?limit=40')
  assert.equal(ids.length, 40)
  const used = home.statementCount() - before
  assert.ok(used <= 8, `${used} statements`)
  const again = home.statementCount()
  await page(app, '/api/v1/timelines/public?limit=40')
  assert.ok(home.statementCount() - again <= 8)
})

test('a page of notifications costs no more either', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { others, ana, db } = home
  for (let count = 0; count < 30; count += 1) {
    const actor = await others.actor(`a${count}`)
    const post = await others.post(actor, {
      mentions: [ana],
      hashtags: ['x'],
      images: ['https://p.example/i.png'],
    })
    const row = { actor_id: ana.id, kind: 'mention', from_actor_id: actor.id, post_id: post.id }
    await db.insertInto('notifications').values(row).execute()
  }
  await app.get('/api/v1/accounts/verify_credentials')
  const before = home.statementCount()
  const notifications = await app.get<Notification[]>('/api/v1/notifications?limit=30')
  assert.equal(notifications.length, 30)
  assert.equal(notifications[0]?.type, 'mention')
  assert.equal(notifications[0].status?.account.id, notifications[0].account.id)
  assert.ok(home.statementCount() - before <= 8, `${home.statementCount() - before} statements`)
})

test('hashtag timelines take any, all and none; public ones tell here from elsewhere', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { others } = home
  const ben = await others.actor('ben')
  const both = await others.post(ben, { hashtags: ['Cats', 'dogs'] })
  const cats = await others.post(ben, { hashtags: ['cats'] })
  const birds = await others.post(ben, { hashtags: ['birds'], images: ['https://peer.example/bird.png'] })
  const quiet = await others.post(ben, { hashtags: ['cats'], visibility: 'unlisted' })
  const mine = await app.post<Status>('/api/v1/statuses', { status: 'my #cats' })
  const tag = async (query: string): Promise<string[]> =>
    (await page(app, `/api/v1/timelines/tag/${query}`)).ids
  assert.deepEqual(await tag('cats'), [mine.id, cats.id, both.id])
  assert.deepEqual(await tag('CATS?all[]=dogs'), [both.id])
  assert.deepEqual(await tag('cats?any[]=birds&none[]=dogs'), [mine.id, birds.id, cats.id])
  assert.deepEqual(await tag('cats?local=true'), [mine.id])
  const known = async (query: string): Promise<string[]> =>
    (await page(app, `/api/v1/timelines/public${query}`)).ids
  assert.deepEqual(await known('?remote=1'), [birds.id, cats.id, both.id])
  assert.deepEqual(await known('?only_media=on'), [birds.id])
  assert.ok(!(await known('')).includes(quiet.id))
})

test('the posts of an account are filtered as asked', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { others } = home
  const ben = await others.actor('ben')
  const cleo = await others.actor('cleo')
  const theirs = await others.post(cleo)
  const plain = await others.post(ben, { hashtags: ['tea'] })
  const thread = await others.post(ben, { inReplyTo: plain })
  const reply = await others.post(ben, { inReplyTo: theirs, images: ['https://peer.example/x.png'] })
  const boost = await others.post(ben, { boostOf: theirs })
  const list = async (query: string): Promise<string[]> =>
    (await page(app, `/api/v1/accounts/${ben.id}/statuses${query}`)).ids
  assert.deepEqual(await list(''), [boost.id, reply.id, thread.id, plain.id])
  assert.deepEqual(await list('?exclude_replies=true'), [boost.id, thread.id, plain.id])
  assert.deepEqual(await list('?exclude_reblogs=true'), [reply.id, thread.id, plain.id])
  assert.deepEqual(await list('?only_media=true'), [reply.id])
  assert.deepEqual(await list('?tagged=Tea'), [plain.id])
  assert.deepEqual(await list('?pinned=true'), [])
})
