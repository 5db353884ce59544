/** Whose notifications are shown, who waits by that, and what comes of them; follows that ended without one's doing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestAPIClient } from 'masto'
import type { Conversation } from '../../../server/contracts/conversation.ts'
import type {
  GroupedNotifications,
  Notification,
  NotificationRequest,
} from '../../../server/contracts/notification.ts'
import type { Row, Visibility } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { forgetGoneActor } from '../../../server/domain/actors/actor-freshness.ts'
import { startPurge } from '../../../server/domain/peers/purge-peer.ts'
import { openApiHome } from '../../support/api-home.ts'
import { EventReader } from '../../support/event-reader.ts'
import { linksOf } from '../../support/links.ts'
import { tell } from '../../support/tell.ts'

const home = await openApiHome({ domain: null })
const { ana, db, others } = home
const app = await home.app()
const masto = createRestAPIClient({ url: `http://${home.host}`, accessToken: app.token ?? '' })
const REQUESTS = '/api/v1/notifications/requests'

type Actor = Row<'actors'>
type Words = Readonly<Record<string, unknown>>

let count = 0
/** Somebody who has been there for long, and whom nobody follows. */
async function somebody(more: { isNew?: boolean; host?: string } = {}): Promise<Actor> {
  count += 1
  const actor = await others.actor(`some${count}`, more.host === undefined ? {} : { host: more.host })
  const published = more.isNew === true ? new Date() : new Date('2020-02-02')
  await db.updateTable('actors').set({ published_at: published }).where('id', '=', actor.id).execute()
  return actor
}

const EVERYBODY = Object.fromEntries(
  ['not_following', 'not_followers', 'new_accounts', 'private_mentions', 'limited_accounts'].map((kind) => [
    `for_${kind}`,
    'accept',
  ]),
)
const sets = async (words: Words): Promise<Words> =>
  app.call('PATCH', '/api/v2/notifications/policy', { ...EVERYBODY, ...words })

async function mentions(from: Actor, visibility: Visibility = 'public', inReplyTo?: Row<'posts'>) {
  const reply = inReplyTo === undefined ? {} : { inReplyTo }
  const post = await others.post(from, { visibility, mentions: [ana], ...reply })
  await tell(home, { actorId: ana.id, kind: 'mention', fromActorId: from.id, postId: post.id })
  return post
}

const toldBy = async (from: Actor, more = ''): Promise<string[]> =>
  (await app.get<Notification[]>(`/api/v1/notifications?account_id=${from.id}${more}`)).map(
    ({ type }) => type,
  )
const requestOf = async (from: Actor): Promise<NotificationRequest | undefined> =>
  (await app.get<NotificationRequest[]>(REQUESTS)).find(({ account }) => account.id === from.id)

test('the policy is read and changed in both forms', async () => {
  assert.deepEqual(await app.get('/api/v2/notifications/policy'), {
    ...EVERYBODY,
    summary: { pending_requests_count: 0, pending_notifications_count: 0 },
  })
  const changed = await masto.v2.notifications.policy.update({ forNotFollowing: 'filter' })
  assert.deepEqual([changed.forNotFollowing, changed.forNewAccounts], ['filter', 'accept'])
  const form = await app.ask('/api/v2/notifications/policy', {
    method: 'PATCH',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'for_new_accounts=drop',
  })
  assert.deepEqual([form.json()['for_new_accounts'], form.json()['for_not_following']], ['drop', 'filter'])
  const first = await app.get<Words>('/api/v1/notifications/policy')
  assert.deepEqual(first, {
    filter_not_following: true,
    filter_not_followers: false,
    filter_new_accounts: true,
    filter_private_mentions: false,
    summary: { pending_requests_count: 0, pending_notifications_count: 0 },
  })
  await app.call('PUT', '/api/v1/notifications/policy', { filter_not_following: false })
  const second = await app.get<Words>('/api/v2/notifications/policy')
  assert.deepEqual([second['for_not_following'], second['for_new_accounts']], ['accept', 'drop'])
  const wrong = await app.ask('/api/v2/notifications/policy', {
    method: 'PATCH',
    body: { for_not_following: 'maybe' },
  })
  assert.equal(wrong.status, 422)
  const reader = await home.app(['read'])
  const refused = await reader.ask('/api/v2/notifications/policy', { method: 'PATCH', body: {} })
  assert.equal(refused.status, 403)
})

test('strangers wait or are left out, and nobody else', async () => {
  await sets({ for_not_following: 'filter', for_new_accounts: 'drop' })
  const [stranger, newcomer, friend] = [await somebody(), await somebody({ isNew: true }), await somebody()]
  await others.follow(ana, friend)
  for (const from of [stranger, newcomer, friend]) await mentions(from)
  assert.deepEqual(await toldBy(stranger), [])
  assert.deepEqual(await toldBy(stranger, '&include_filtered=true'), ['mention'])
  assert.deepEqual(await toldBy(newcomer, '&include_filtered=true'), [], 'left out before it waits')
  assert.deepEqual(await toldBy(friend), ['mention'])
  await sets({ for_not_followers: 'filter' })
  const [old, recent] = [await somebody(), await somebody()]
  for (const from of [old, recent]) await others.follow(from, ana)
  await db
    .updateTable('follows')
    .set({ accepted_at: new Date(Date.now() - 4 * 86_400_000) })
    .where('source_id', '=', old.id)
    .execute()
  for (const from of [old, recent]) await mentions(from)
  assert.deepEqual([await toldBy(old), await toldBy(recent)], [['mention'], []])
})

test('a private mention waits unless it is an answer, and makes no conversation until then', async () => {
  await sets({ for_private_mentions: 'filter' })
  const [unasked, asked] = [await somebody(), await somebody()]
  const letter = await mentions(unasked, 'direct')
  const mine = await app.post<{ id: string }>('/api/v1/statuses', {
    status: `@${asked.username}@${asked.host} well?`,
    visibility: 'direct',
  })
  const question = await db
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', mine.id)
    .executeTakeFirstOrThrow()
  await mentions(asked, 'direct', question)
  assert.deepEqual([await toldBy(unasked), await toldBy(asked)], [[], ['mention']])
  const conversations = async (): Promise<unknown[]> =>
    (await app.get<Conversation[]>('/api/v1/conversations')).map(
      ({ last_status: status }) => status?.account.id,
    )
  assert.deepEqual(await conversations(), [asked.id])
  const request = await requestOf(unasked)
  assert.deepEqual([request?.notifications_count, request?.last_status?.id], ['1', letter.id])
  await masto.v1.notifications.requests.$select(request?.id ?? '').accept()
  assert.deepEqual(await conversations(), [asked.id, unasked.id], 'in the order of their posts')
})

test('whoever is accepted is told of with all that waited, and waits no more', async (t) => {
  await sets({ for_not_following: 'filter' })
  const [from, other] = [await somebody(), await somebody()]
  const stream = new EventReader(await app.open('/api/v1/streaming/user/notification'))
  t.after(() => stream.close())
  await mentions(from)
  const last = await mentions(from)
  await tell(home, { actorId: ana.id, kind: 'follow', fromActorId: from.id, postId: null })
  await mentions(other)
  const request = await requestOf(from)
  assert.deepEqual(
    [request?.notifications_count, request?.account.id, request?.last_status?.id],
    ['3', from.id, last.id],
  )
  const { summary } = await masto.v2.notifications.policy.fetch()
  assert.ok(summary.pendingNotificationsCount >= 4 && summary.pendingRequestsCount >= 2)
  assert.equal((await masto.v1.notifications.requests.$select(request?.id ?? '').fetch()).id, request?.id)
  const before = await app.get<{ count: number }>('/api/v1/notifications/unread_count')
  await app.post(`${REQUESTS}/${request?.id}/accept`)
  assert.equal((await stream.next()).event, 'notifications_merged', 'nothing of what waited was streamed')
  assert.deepEqual(await app.get(`${REQUESTS}/merged`), { merged: true })
  assert.deepEqual(await toldBy(from), ['follow', 'mention', 'mention'])
  const after = await app.get<{ count: number }>('/api/v1/notifications/unread_count')
  assert.equal(after.count - before.count, 3)
  await mentions(from)
  assert.equal((await toldBy(from)).length, 4)
  assert.equal((await stream.next()).event, 'notification')
  assert.equal(await requestOf(from), undefined)
  for (const [method, path] of [
    ['GET', `${request?.id}`],
    ['POST', `${request?.id}/accept`],
    ['POST', 'x/dismiss'],
  ] as const)
    assert.equal((await app.ask(`${REQUESTS}/${path}`, { method })).status, 404)
})

test('whoever is dismissed is not told of; what they do next waits again', async () => {
  await sets({ for_not_following: 'filter' })
  const from = await somebody()
  const post = await mentions(from)
  await masto.v1.notifications.requests.$select((await requestOf(from))?.id ?? '').dismiss()
  assert.equal(await requestOf(from), undefined)
  await tell(home, { actorId: ana.id, kind: 'mention', fromActorId: from.id, postId: post.id })
  assert.deepEqual(await toldBy(from, '&include_filtered=1'), [])
  await mentions(from)
  assert.equal((await requestOf(from))?.notifications_count, '1')
  await masto.v1.notifications.clear()
  assert.equal((await requestOf(from))?.notifications_count, '1', 'nobody has seen it yet')
})

test('many at once, page by page, at a fixed price; what is withdrawn or blocked waits no more', async () => {
  await sets({ for_not_following: 'filter' })
  const people: Actor[] = []
  for (let n = 0; n < 6; n += 1) people.unshift(await somebody())
  for (const from of people.toReversed()) await mentions(from)
  const before = home.statementCount()
  const answer = await app.ask(`${REQUESTS}?limit=4`)
  assert.ok(home.statementCount() - before <= 8, `${home.statementCount() - before} statements`)
  const page = answer.json() as unknown as NotificationRequest[]
  assert.deepEqual(
    page.map(({ account }) => account.id),
    people.slice(0, 4).map(({ id }) => id),
  )
  const { next } = linksOf(answer.headers.link)
  assert.equal(next?.searchParams.get('max_id'), page[3]?.id)
  const ids = page.map(({ id }) => id)
  const form = ids.slice(0, 2).map((id) => `id[]=${id}`)
  const accepted = await app.ask(`${REQUESTS}/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.join('&'),
  })
  assert.equal(accepted.status, 200)
  await app.post(`${REQUESTS}/dismiss`, { id: [ids[2], 'nothing'] })
  const told = await Promise.all(people.slice(0, 3).map(async (from) => toldBy(from)))
  assert.deepEqual(told, [['mention'], ['mention'], []])
  const [, , , blocked, withdrawn] = people as [Actor, Actor, Actor, Actor, Actor]
  await app.post(`/api/v1/accounts/${blocked.id}/block`)
  await db.deleteFrom('posts').where('author_id', '=', withdrawn.id).execute()
  assert.deepEqual([await requestOf(blocked), await requestOf(withdrawn)], [undefined, undefined])
})

test('what the owner asked for, and what the home tells itself, waits for nobody’s word', async () => {
  await sets({ for_not_following: 'drop', for_not_followers: 'drop' })
  const from = await somebody()
  const post = await others.post(from)
  for (const kind of ['poll', 'update', 'status'] as const)
    await tell(home, { actorId: ana.id, kind, fromActorId: from.id, postId: post.id })
  assert.deepEqual(await toldBy(from), ['status', 'update', 'poll'])
})

const severed = async (): Promise<Notification | undefined> =>
  (await app.get<Notification[]>('/api/v1/notifications?types[]=severed_relationships'))[0]

test('a blocked domain takes follows along, and each identity is told how many', async () => {
  const [one, two] = [await somebody({ host: 'bad.example' }), await somebody({ host: 'sub.bad.example' })]
  await others.follow(ana, one)
  await others.follow(one, ana)
  await others.follow(two, ana)
  await app.post('/api/v1/domain_blocks', { domain: 'bad.example' })
  const told = await severed()
  assert.equal(told?.account.id, ana.id)
  const { id, created_at: at, ...event } = told.event ?? { id: '', created_at: '' }
  assert.ok(id !== '' && at !== '')
  assert.deepEqual(event, {
    type: 'user_domain_block',
    purged: false,
    target_name: 'bad.example',
    followers_count: 2,
    following_count: 1,
  })
  await app.post('/api/v1/domain_blocks', { domain: 'bad.example' })
  const grouped = await app.get<GroupedNotifications>(
    '/api/v2/notifications?types[]=severed_relationships&limit=10',
  )
  assert.equal(grouped.notification_groups.length, 1, 'a second block ends nothing')
  assert.equal(grouped.notification_groups[0]?.event?.target_name, 'bad.example')
  await inTransaction(db, async (tx) => startPurge(tx, 'bad.example'))
  assert.equal((await severed())?.event?.purged, true)
  const read = await masto.v1.notifications.$select(told.id).fetch()
  assert.equal(read.type, 'severed_relationships')
})

test('an account that one follows and that is gone is told of, a mere follower is not', async () => {
  const [followed, follower] = [await somebody(), await somebody()]
  await others.follow(ana, followed)
  await others.follow(follower, ana)
  await inTransaction(db, async (tx) => forgetGoneActor(tx, follower.id, new Date()))
  assert.equal((await severed())?.event?.type, 'user_domain_block')
  await inTransaction(db, async (tx) => forgetGoneActor(tx, followed.id, new Date()))
  const { event } = (await severed()) ?? {}
  assert.deepEqual(
    [event?.type, event?.target_name, event?.following_count, event?.followers_count],
    ['account_suspension', `${followed.username}@${followed.host}`, 1, 0],
  )
})
