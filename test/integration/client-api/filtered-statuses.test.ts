/** How filters mark what is read, and when. One home; each test removes what it made. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import type { Filter, FilterResult } from '../../../server/contracts/filter.ts'
import type { Notification } from '../../../server/contracts/notification.ts'
import type { Status, StatusContext } from '../../../server/contracts/status.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction, notify } from '../../../server/db/transaction.ts'
import { createNotifications } from '../../../server/domain/notifications/create-notifications.ts'
import { publishSignal } from '../../../server/domain/timelines/stream-notices.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import { EventReader } from '../../support/event-reader.ts'

const DAY_MS = 86_400_000

let home: ApiHome
let app: ApiClient
let ben: Row<'actors'>
let shiftMs = 0

before(async () => {
  const clock = { now: () => new Date(Date.now() + shiftMs), monotonicMs: () => performance.now() }
  home = await openApiHome({ domain: null, clock })
  app = await home.app()
  ben = await home.others.actor('ben')
})

async function make(body: object): Promise<Filter> {
  return app.post<Filter>('/api/v2/filters', { title: 'tea', context: ['home'], ...body })
}

async function removeAll(): Promise<void> {
  for (const { id } of await app.get<Filter[]>('/api/v2/filters')) {
    await app.call('DELETE', `/api/v2/filters/${id}`)
  }
}

/** Titles of the filters that mark a status. */
const marks = (status: Pick<Status, 'filtered'> | undefined): string[] =>
  (status?.filtered ?? []).map((result) => result.filter.title)

test('filters mark a post by its text, warning, poll, alternative texts and quotes, wherever it is read', async () => {
  await make({ title: 'text', keywords_attributes: [{ keyword: 'tea' }] })
  await make({ title: 'warning', filter_action: 'hide', keywords_attributes: [{ keyword: 'spoiler alert' }] })
  await make({ title: 'alt', keywords_attributes: [{ keyword: 'kettle', whole_word: false }] })
  await make({ title: 'option', keywords_attributes: [{ keyword: 'mate' }] })
  const shownTo = [home.ana]
  await home.others.follow(home.ana, ben)
  const post = await home.others.post(ben, {
    html: '<p>Green <em>TEA</em></p>',
    summary: 'Spoiler  alert',
    images: ['https://peer.example/a.png'],
    hashtags: ['drinks'],
    mentions: [home.ana],
    shownTo,
  })
  await home.db
    .updateTable('attachments')
    .set({ description: 'Two kettles' })
    .where('post_id', '=', post.id)
    .execute()
  await home.db
    .insertInto('polls')
    .values({ id: post.id, is_multiple: false, ends_at: new Date(Date.now() + DAY_MS) })
    .execute()
  await home.db
    .insertInto('poll_options')
    .values(['coffee', 'mate'].map((title, position) => ({ poll_id: post.id, position, title })))
    .execute()
  const all = ['text', 'warning', 'alt', 'option']
  const boost = await home.others.post(await home.others.actor('dora'), { boostOf: post, shownTo })
  const timelines = '/api/v1/timelines/home /api/v1/timelines/public /api/v1/timelines/tag/drinks'
  for (const path of [...timelines.split(' '), `/api/v1/accounts/${ben.id}/statuses`]) {
    const page = await app.get<Status[]>(path)
    assert.deepEqual(marks(page.find(({ id }) => id === post.id)), all, path)
  }
  const [top] = await app.get<Status[]>('/api/v1/timelines/home')
  assert.deepEqual([top?.id, marks(top), marks(top?.reblog ?? undefined)], [boost.id, all, all])
  const reply = await app.post<Status>('/api/v1/statuses', { status: 'my own tea', in_reply_to_id: post.id })
  assert.deepEqual(marks(reply), [], 'what the reader wrote is not filtered')
  const thread = await app.get<StatusContext>(`/api/v1/statuses/${reply.id}/context`)
  assert.deepEqual(thread.ancestors.map(marks), [all])
  await inTransaction(home.db, async (tx) =>
    createNotifications(tx, [
      { actorId: home.ana.id, kind: 'mention', fromActorId: ben.id, postId: post.id },
    ]),
  )
  const [told] = await app.get<Notification[]>('/api/v1/notifications?types[]=mention')
  assert.deepEqual(marks(told?.status), all)
  await app.post(`/api/v1/statuses/${post.id}/bookmark`)
  assert.deepEqual((await app.get<Status[]>('/api/v1/bookmarks')).map(marks), [all])
  const found = await app.get<{ statuses: Status[] }>(`/api/v2/search?q=${encodeURIComponent(post.uri)}`)
  assert.deepEqual(found.statuses.map(marks), [all])
  const quoting = await home.others.post(ben, { html: '<p>look</p>' })
  const peer = { host: 'peer.example', state: 'settled' }
  await home.db
    .insertInto('quotes')
    .values({ ...peer, post_id: quoting.id, quoted_uri: post.uri, quoted_id: post.id, approval: 'accepted' })
    .execute()
  const outer = await app.get<Status>(`/api/v1/statuses/${quoting.id}`)
  assert.deepEqual(marks(outer), [])
  assert.ok(outer.quote !== null && 'quoted_status' in outer.quote)
  assert.deepEqual(marks(outer.quote.quoted_status ?? undefined), all)
  const stranger = (await home.ask(`/api/v1/statuses/${post.id}`)).json()
  assert.ok(!('filtered' in stranger), 'a stranger has no filters')
  const results = (await app.get<Status>(`/api/v1/statuses/${post.id}`)).filtered as FilterResult[]
  assert.deepEqual(
    results.map((result) => result.keyword_matches),
    [['tea'], ['spoiler alert'], ['kettle'], ['mate']],
  )
  assert.equal(results[1]?.filter.filter_action, 'hide')
  await removeAll()
})

test('a filter ends by the clock and holds again when it is given more time', async () => {
  const filter = await make({ expires_in: 3_600, keywords_attributes: [{ keyword: 'soup' }] })
  const post = await home.others.post(ben, { html: '<p>soup</p>' })
  const read = async (): Promise<string[]> => marks(await app.get<Status>(`/api/v1/statuses/${post.id}`))
  assert.deepEqual(await read(), ['tea'])
  shiftMs = 3_601_000
  assert.deepEqual(await read(), [])
  assert.equal((await app.get<Filter[]>('/api/v2/filters')).length, 1, 'it is still there')
  await app.call('PUT', `/api/v2/filters/${filter.id}`, { expires_in: 60 })
  assert.deepEqual(await read(), ['tea'])
  await app.call('PUT', `/api/v2/filters/${filter.id}`, { expires_in: 0 })
  assert.deepEqual(await read(), [])
  shiftMs = 0
  await removeAll()
})

test('filters cost a page no statement, and a change in another process is heard of', async () => {
  const post = await home.others.post(ben, { html: '<p>soup</p>', shownTo: [home.ana] })
  /** The least of several pages: now and then the token is looked up anew, or the news of the change itself come in between. */
  const statements = async (): Promise<number> => {
    const counts: number[] = []
    for (let round = 0; round < 6; round += 1) {
      const begin = home.statementCount()
      await app.get('/api/v1/timelines/home')
      counts.push(home.statementCount() - begin)
    }
    return Math.min(...counts)
  }
  const without = await statements()
  await make({
    keywords_attributes: Array.from({ length: 500 }, (_, index) => ({ keyword: `soup ${index}` })),
  })
  assert.equal(await statements(), without)
  // As another process of the home does it: rows, and the news of them.
  const stream = new EventReader(await app.open('/api/v1/streaming/user'))
  await home.db
    .updateTable('filter_keywords')
    .set({ keyword: 'soup' })
    .where('keyword', '=', 'soup 7')
    .execute()
  await inTransaction(home.db, async (tx) => {
    await notify(tx, 'changed', 'filters')
    await publishSignal(tx, home.ana.id, 'filters_changed')
  })
  const signal = await stream.next()
  assert.deepEqual([signal.event, signal.data], ['filters_changed', 'undefined'])
  assert.deepEqual(marks(await app.get<Status>(`/api/v1/statuses/${post.id}`)), ['tea'])
  stream.close()
  await removeAll()
})
