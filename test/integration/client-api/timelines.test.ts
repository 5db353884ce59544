import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Markers } from '../../../server/contracts/notification.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { indexPosts } from '../../../server/domain/search/index-posts.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import type { Json } from '../../support/http-client.ts'
import { linksOf } from '../../support/links.ts'
import { until } from '../../support/until.ts'

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

/** Forty posts with everything that hangs on posts, in every list that there is. @returns the first, which all others quote */
async function fillEverything(
  { ana, db, others }: ApiHome,
  listId: string,
  ben: Row<'actors'>,
): Promise<string> {
  const root = await others.post(ben)
  const card = { url: 'https://site.example/', host: 'site.example', title: 'site', fetched_at: new Date() }
  const { id: cardId } = await db.insertInto('cards').values(card).returning('id').executeTakeFirstOrThrow()
  await db.insertInto('list_members').values({ list_id: listId, member_id: ben.id }).execute()
  for (let count = 0; count < 40; count += 1) {
    const friend = await others.actor(`friend${count}`)
    const post = await others.post(ben, {
      html: `<p>walnut ${count}</p>`,
      mentions: [friend, ana],
      hashtags: ['one', `two${count}`],
      images: ['https://peer.example/a.png', 'https://peer.example/b.png'],
      inReplyTo: root,
    })
    const boost = await others.post(friend, { boostOf: post })
    for (const id of [post.id, boost.id]) {
      await db.insertInto('timeline_entries').values({ actor_id: ana.id, post_id: id }).execute()
    }
    const mine = { actor_id: ana.id, post_id: post.id }
    await db.insertInto('bookmarks').values(mine).execute()
    const done = { state: 'fanned_out', state_next_attempt_at: null }
    await db
      .insertInto('interactions')
      .values({ ...mine, uri: `${ana.uri}#${count}`, kind: 'like', ...done })
      .execute()
    await db.insertInto('post_cards').values({ post_id: post.id, card_id: cardId }).execute()
    const quote = { post_id: post.id, quoted_uri: root.uri, host: 'peer.example', quoted_id: root.id }
    await db
      .insertInto('quotes')
      .values({ ...quote, approval: 'accepted', state: 'settled', state_next_attempt_at: null })
      .execute()
    await db
      .insertInto('notifications')
      .values({ ...mine, kind: 'mention', from_actor_id: friend.id })
      .execute()
  }
  await db.updateTable('posts').set({ fetched_at: new Date(), content_text: 'walnut' }).execute()
  const posts = await db.selectFrom('posts').select('id').where('boost_of_id', 'is', null).execute()
  const ids = posts.flatMap(({ id }) => (id === root.id ? [] : [id]))
  await inTransaction(db, async (tx) => indexPosts(tx, ids))
  return root.id
}

/** Whatever there are statuses in an answer. */
const statusesIn = (answer: Json): Json[] => [...(answer['statuses'] ?? answer['descendants'] ?? answer)]

test('a page of forty posts of every kind costs at most eight statements, wherever there are posts', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const ben = await home.others.actor('ben')
  await home.others.follow(home.ana, ben)
  const { id: listId } = await app.post<{ id: string }>('/api/v1/lists', {
    title: 'x',
    replies_policy: 'followed',
  })
  await app.post('/api/v2/filters', {
    title: 'x',
    context: ['home'],
    keywords_attributes: [{ keyword: 'walnut' }],
  })
  const rootId = await fillEverything(home, listId, ben)
  const paths = [
    '/timelines/home?limit=40',
    '/timelines/public?limit=40',
    '/timelines/tag/one?limit=40&any[]=two1',
    `/timelines/list/${listId}?limit=40`,
    '/timelines/link?limit=40&url=https://site.example/',
    `/accounts/${ben.id}/statuses?limit=40`,
    '/favourites?limit=40',
    '/bookmarks?limit=40',
    `/statuses/${rootId}/context`,
    `/statuses/${rootId}/quotes?limit=40`,
    '/notifications?limit=40',
  ].map((path) => `/api/v1${path}`)
  const costsLittle = async (path: string): Promise<void> => {
    await app.get(path) // what is read once and then known is known from here on
    const before = home.statementCount()
    const answer = await app.get<Json>(path)
    const used = home.statementCount() - before
    assert.equal(statusesIn(answer).length, 40, path)
    assert.ok(used <= 8, `${path} takes ${used} statements`)
  }
  for (const path of paths) await costsLittle(path)
  await costsLittle('/api/v2/notifications?limit=40')
  await costsLittle('/api/v2/search?q=walnut&type=statuses&limit=40')
  // What those who are followed boost is a trend, if it is no reply.
  const { db, ana } = home
  await db.updateTable('posts').set({ in_reply_to_uri: null }).execute()
  await sql`
    insert into follows (uri, source_id, target_id, state, state_next_attempt_at)
    select uri || '/followed', ${ana.id}, id, 'accepted', null from actors where username like 'friend%'`.execute(
    db,
  )
  await costsLittle('/api/v1/trends/statuses?limit=40')
})

test('markers are the same for all apps, go where they are put, and two at once are told apart', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { db } = home
  assert.deepEqual(await app.get('/api/v1/markers?timeline[]=home'), {})
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = 'home[last_read_id]=103&notifications[last_read_id]=12'
  const both = await app.ask('/api/v1/markers', { method: 'POST', headers, body })
  const made = both.json() as unknown as Markers
  assert.deepEqual([made.home?.last_read_id, made.home?.version], ['103', 1])
  assert.deepEqual(
    await app.get('/api/v1/markers?timeline[]=home&timeline[]=notifications&timeline[]=x'),
    made,
  )
  const back = await app.post<Markers>('/api/v1/markers', { home: { last_read_id: '99' } })
  assert.deepEqual([back.home?.last_read_id, back.home?.version, back.notifications], ['99', 2, undefined])
  const bad = { home: { last_read_id: '100' }, notifications: { last_read_id: 'x' } }
  assert.equal((await app.ask('/api/v1/markers', { method: 'POST', body: bad })).status, 422)
  assert.deepEqual((await app.get<Markers>('/api/v1/markers?timeline[]=home')).home?.last_read_id, '99')

  const late = await db.transaction().execute(async (tx) => {
    await tx.updateTable('markers').set({ version: 3 }).where('timeline', '=', 'home').execute()
    const request = app.ask('/api/v1/markers', { method: 'POST', body: { home: { last_read_id: '104' } } })
    await until('the request waits for the other', async () => {
      const { rows } = await sql`
        select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()`.execute(
        db,
      )
      return rows.length > 0
    })
    return [request] as const
  })
  const refused = await late[0]
  assert.equal(refused.status, 409)
  assert.deepEqual(refused.json(), { error: 'Conflict during update, please try again' })
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
  assert.deepEqual(await tag('cats?any[]=dogs&limit=2'), [mine.id, cats.id])
  assert.deepEqual(await tag(`cats?any[]=dogs&limit=1&min_id=${both.id}`), [cats.id])
  assert.deepEqual(await tag('cats?any[]=birds&local=true&any[]=never'), [mine.id])
  assert.deepEqual(await tag('%23cats?all[]=dogs&none[]=a&none[]=b&none[]=c&none[]=d&none[]=dogs'), [both.id])
  assert.deepEqual(await tag('cats?all[]=never'), [])
  assert.deepEqual(await tag('never'), [])
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

test('the timeline of a link has the public posts that carry it, in their text or on their card', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { db, others } = home
  const ben = await others.actor('ben')
  const link = (href: string, name = ''): string =>
    `<p>see <a href="${href}"${name} rel="nofollow">this</a></p>`
  const escaped = 'https://site.example/a?x=1&amp;y=2'
  const text = await others.post(ben, { html: link(escaped) })
  const fragment = await others.post(ben, { html: link(`${escaped}#part`) })
  await others.post(ben, { html: link(escaped), visibility: 'unlisted' })
  await others.post(ben, { html: link('https://site.example/a?x=1') })
  await others.post(ben, { html: link(escaped, ' class="u-url mention"') })
  const boosted = await others.post(ben, { boostOf: text })
  const carded = await others.post(ben, { html: link('https://short.example/1') })
  const card = {
    url: 'https://short.example/1',
    host: 'short.example',
    page_url: 'https://site.example/a?x=1&y=2',
  }
  const { id } = await db.insertInto('cards').values(card).returning('id').executeTakeFirstOrThrow()
  await db.insertInto('post_cards').values({ post_id: carded.id, card_id: id }).execute()
  const linking = async (url: string, more = ''): Promise<string[]> =>
    (await page(app, `/api/v1/timelines/link?url=${encodeURIComponent(url)}${more}`)).ids
  const address = 'https://Site.Example/a?x=1&y=2#top'
  assert.deepEqual(await linking(address), [carded.id, fragment.id, text.id])
  assert.ok(!(await linking(address)).includes(boosted.id))
  assert.deepEqual(await linking(address, `&min_id=${text.id}&limit=1`), [fragment.id])
  assert.deepEqual(await linking('https://short.example/1'), [carded.id])
  const edited = { content_html: link('https://other.example/') }
  await db.updateTable('posts').set(edited).where('id', '=', text.id).execute()
  assert.deepEqual(await linking(address), [carded.id, fragment.id])
  assert.deepEqual(await linking('https://other.example'), [text.id])
  assert.deepEqual(await linking('no address'), [])
  assert.equal((await app.ask('/api/v1/timelines/link')).status, 422)
  await app.post(`/api/v1/accounts/${ben.id}/block`)
  assert.deepEqual(await linking(address), [])
})
