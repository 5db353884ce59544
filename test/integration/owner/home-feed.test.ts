/** What a shell around the home is told of it, live: its state in ready words, what is unread, what is to be shown. */
import assert from 'node:assert/strict'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { type TestContext, before, test } from 'node:test'
import { sql } from 'kysely'
import {
  HOME_FEED_PATH,
  type HomeNotice,
  type HomeSummary,
  type MissedNotices,
} from '../../../server/contracts/home-feed.ts'
import type { HomeFacts } from '../../../server/contracts/owner-api.ts'
import type { NotificationType } from '../../../server/contracts/notification.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { tellNotifications } from '../../../server/domain/notifications/tell-notifications.ts'
import { publishToStreams } from '../../../server/domain/timelines/stream-notices.ts'
import { PASSWORD, openApiHome } from '../../support/api-home.ts'
import { EventReader } from '../../support/event-reader.ts'
import { askListener } from '../../support/http-client.ts'
import { type PrivateClient, openPrivateClient } from '../../support/private-client.ts'
import type { SeededPost } from '../../support/remote-seeds.ts'

const home = await openApiHome({ env: { HOMEBIRD_API_RATE: '0' } })
const { db, ana, others } = home
let owner: PrivateClient
let ben: Row<'actors'>
let headers: Record<string, string>

before(async () => {
  owner = await openPrivateClient(home.context, PASSWORD)
  ben = await others.actor('ben')
  headers = await signIn()
})

async function signIn(): Promise<Record<string, string>> {
  const answer = await owner.askAsStranger('/api/homebird/v1/session', {
    method: 'POST',
    body: { password: PASSWORD },
  })
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? ''
  return { host: `127.0.0.1:${owner.port}`, cookie, 'x-homebird': '1' }
}

async function openFeed(
  t: TestContext,
  place: string | null = null,
  as: Record<string, string> = headers,
): Promise<EventReader> {
  const opened = await new Promise<{ answer: IncomingMessage; request: ClientRequest }>((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port: owner.port,
      path: HOME_FEED_PATH,
      headers: { ...as, ...(place === null ? {} : { 'last-event-id': place }) },
      agent: false,
    })
    asked.once('error', reject)
    asked.once('response', (answer) => resolve({ answer, request: asked }))
    asked.end()
  })
  const reader = new EventReader(opened)
  t.after(() => reader.close())
  assert.deepEqual([reader.status, reader.headers['content-type']], [200, 'text/event-stream; charset=utf-8'])
  assert.equal(reader.headers['cache-control'], 'private, no-store')
  return reader
}

/** The last that was told of the home: it may come before the notice that it counts. */
const told = new WeakMap<EventReader, HomeSummary>()

/** The next event of this name; what comes before it is left out. */
async function next<T>(reader: EventReader, name: string): Promise<T & { readonly eventId: string }> {
  for (;;) {
    const { event, data, id } = await reader.next()
    if (event === 'home') told.set(reader, JSON.parse(data) as HomeSummary)
    if (event === name) return { ...(JSON.parse(data) as T), eventId: id }
  }
}

/** What was told just before somebody came may be told to them as well. */
async function noticeSaying(reader: EventReader, words: string): Promise<HomeNotice> {
  for (;;) {
    const notice = await next<HomeNotice>(reader, 'notice')
    if (notice.body === words) return notice
  }
}

async function homeWhere(
  reader: EventReader,
  isWanted: (summary: HomeSummary) => boolean,
): Promise<HomeSummary> {
  for (;;) {
    const summary = told.get(reader) ?? (await next<HomeSummary>(reader, 'home'))
    if (isWanted(summary)) return summary
    told.delete(reader)
  }
}

interface Told {
  readonly kind: NotificationType
  readonly from?: Row<'actors'>
  readonly post?: SeededPost
}

/** As a worker tells it. @returns the id of the post */
async function tell({ kind, from = ben, post }: Told): Promise<string | null> {
  const seeded = post === undefined ? null : await others.post(from, { mentions: [ana], ...post })
  await inTransaction(db, async (tx) => {
    const draft = { actorId: ana.id, kind, fromActorId: from.id, postId: seeded?.id ?? null }
    await publishToStreams(tx, await tellNotifications(tx, [draft]))
  })
  return seeded?.id ?? null
}

test('the home is told first, then each notification as one line of plain text with its page', async (t) => {
  const feed = await openFeed(t)
  const first = await next<HomeSummary>(feed, 'home')
  assert.deepEqual(
    [
      first.reach,
      first.provedAt,
      first.hasAlarm,
      first.pause,
      first.unread,
      first.catchingUp,
      first.returned,
    ],
    ['unproved', null, false, null, 0, null, null],
  )
  await db.updateTable('actors').set({ display_name: 'Ben\u202E 🦊' }).where('id', '=', ben.id).execute()
  const html = `<p>Hello <b>Ana</b></p><p>one &amp; two\u0007 ${'x'.repeat(400)}</p>`
  const id = await tell({ kind: 'mention', post: { html } })
  const mention = await next<HomeNotice>(feed, 'notice')
  assert.equal(mention.eventId, mention.id)
  assert.deepEqual([mention.kind, mention.name, mention.path], ['mention', 'Ben 🦊', `/posts/${id}`])
  assert.ok(mention.body.startsWith('Hello Ana one & two xxx'), mention.body)
  assert.equal(mention.body.length, 200)
  await homeWhere(feed, ({ unread }) => unread === first.unread + 1)

  await tell({ kind: 'follow' })
  const follow = await next<HomeNotice>(feed, 'notice')
  assert.deepEqual([follow.body, follow.path], ['', `/people/${ben.id}`])
})

test('a private mention names nobody and says nothing; a warning stands for what it covers', async (t) => {
  const feed = await openFeed(t)
  await tell({ kind: 'mention', post: { html: '<p>a secret</p>', visibility: 'direct' } })
  const secret = await next<HomeNotice>(feed, 'notice')
  assert.deepEqual([secret.name, secret.body], [null, ''])
  await tell({ kind: 'mention', post: { html: '<p>the end of it</p>', summary: 'Spoiler' } })
  assert.equal((await next<HomeNotice>(feed, 'notice')).body, 'Spoiler')
})

test('kinds that the owner has switched off are not shown, and hidden ones are not counted', async (t) => {
  const set = async (edit: object): Promise<void> => {
    const answer = await owner.ask('/api/homebird/v1/preferences', { method: 'PATCH', body: edit })
    assert.equal(answer.status, 200, answer.text())
  }
  await set({ desktopKinds: ['follow'], hiddenKinds: ['mention'] })
  t.after(async () => set({ desktopKinds: null, hiddenKinds: null }))
  const feed = await openFeed(t)
  const { unread } = await next<HomeSummary>(feed, 'home')
  await tell({ kind: 'mention', post: {} })
  await tell({ kind: 'follow', from: await others.actor('kai') })
  assert.equal((await next<HomeNotice>(feed, 'notice')).kind, 'follow')
  assert.equal((await homeWhere(feed, (one) => one.unread !== unread)).unread, unread + 1)
})

test('whoever comes back is told what came since: few one by one, many as a number, what was read not at all', async (t) => {
  const feed = await openFeed(t)
  const { eventId: place } = await next<HomeSummary>(feed, 'home')
  feed.close()
  await tell({ kind: 'mention', post: { html: '<p>one</p>' } })
  await tell({ kind: 'mention', post: { html: '<p>two</p>' } })
  const few = await openFeed(t, place)
  const bodies = [await next<HomeNotice>(few, 'notice'), await next<HomeNotice>(few, 'notice')]
  assert.deepEqual(
    bodies.map(({ body }) => body),
    ['one', 'two'],
  )
  for (let count = 0; count < 3; count += 1) await tell({ kind: 'mention', post: {} })
  const many = await openFeed(t, place)
  const missed = await next<MissedNotices>(many, 'missed')
  assert.equal(missed.count, 5)
  // From its id on nothing is missing: the next that comes is the next that is told.
  const after = await openFeed(t, missed.eventId)
  await next<HomeSummary>(after, 'home')
  await tell({ kind: 'mention', post: { html: '<p>later</p>' } })
  await noticeSaying(after, 'later')

  const newest = (await noticeSaying(many, 'later')).id
  const marked = await owner.ask('/api/v1/markers', {
    method: 'POST',
    body: { notifications: { last_read_id: newest } },
  })
  assert.equal(marked.status, 200, marked.text())
  assert.equal((await homeWhere(many, ({ unread }) => unread === 0)).unread, 0)
  const nothing = await openFeed(t, place)
  assert.equal((await next<HomeSummary>(nothing, 'home')).unread, 0)
  await tell({ kind: 'mention', post: { html: '<p>new</p>' } })
  await noticeSaying(nothing, 'new')
})

test('a pause is told at once, and the home has one condition for all who ask', async (t) => {
  const conditionNow = async (): Promise<unknown[]> => {
    const facts = (await owner.ask('/api/homebird/v1/home')).json() as unknown as HomeFacts
    return [facts.condition, facts.pausedUntil]
  }
  const feed = await openFeed(t)
  assert.deepEqual(await conditionNow(), ['unproved', null])
  const until = new Date(Date.now() + 3_600_000).toISOString()
  await owner.ask('/api/homebird/v1/pause', { method: 'POST', body: { until } })
  assert.equal((await homeWhere(feed, ({ pause }) => pause !== null)).pause?.until, until)
  assert.deepEqual(await conditionNow(), ['paused', until])
  await owner.ask('/api/homebird/v1/pause', { method: 'DELETE' })
  await homeWhere(feed, ({ pause }) => pause === null)
  assert.deepEqual(await conditionNow(), ['unproved', null])
})

test('while the home catches up it says how far it is, and afterwards how long it was away and what was missed', async (t) => {
  const leftAt = new Date(Date.now() - 9 * 3_600_000)
  await others.post(ben, { publishedAt: new Date(leftAt.getTime() + 60_000), shownTo: [ana] })
  await others.post(ben, { publishedAt: new Date(leftAt.getTime() - 60_000), shownTo: [ana] })
  const { id } = await db
    .insertInto('absences')
    .values({ left_at: leftAt, returned_at: new Date(), outboxes: 4, outboxes_done: 1, state: 'catching_up' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const during = await next<HomeSummary>(await openFeed(t), 'home')
  assert.deepEqual([during.catchingUp, during.returned], [{ done: 1, count: 4 }, null])
  await db.updateTable('absences').set({ state: 'caught_up' }).where('id', '=', id).execute()
  const after = await next<HomeSummary>(await openFeed(t), 'home')
  assert.equal(after.catchingUp, null)
  assert.deepEqual([after.returned?.id, after.returned?.posts], [id, 1])
  assert.ok(Math.abs((after.returned?.awaySeconds ?? 0) - 9 * 3_600) < 60)
  await sql`delete from absences`.execute(db)
})

test('the feed is the owner’s, on the private listener, and ends with the session', async (t) => {
  const stranger = await owner.askAsStranger(HOME_FEED_PATH)
  assert.equal(stranger.status, 401)
  assert.equal((await home.ask(HOME_FEED_PATH)).status, 404, 'on the public listener')
  const own = await signIn()
  const feed = await openFeed(t, null, own)
  await next<HomeSummary>(feed, 'home')
  const { host = '' } = own
  const left = await askListener(owner.port, host, '/api/homebird/v1/session', {
    method: 'DELETE',
    headers: { ...own, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
  })
  assert.ok(left.status < 300, left.text())
  await feed.ended
})

test('no more feeds are open than anybody needs', async (t) => {
  const feeds = await Promise.all(Array.from({ length: 8 }, async () => openFeed(t)))
  for (const feed of feeds) await next<HomeSummary>(feed, 'home')
  assert.equal((await owner.ask(HOME_FEED_PATH)).status, 503)
  for (const feed of feeds) feed.close()
})
