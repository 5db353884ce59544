/** Notifications one by one and in groups, as apps read, count and put them away. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestAPIClient } from 'masto'
import generator from 'megalodon'
import type { GroupedNotifications, Notification } from '../../../server/contracts/notification.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { withdrawFollow } from '../../../server/domain/follows/receive-follow.ts'
import type { NotificationDraft } from '../../../server/domain/notifications/create-notifications.ts'
import { type ApiHome, openApiHome } from '../../support/api-home.ts'
import { linksOf } from '../../support/links.ts'
import { tell } from '../../support/tell.ts'

type Actor = Row<'actors'>

/** A home with somebody who can do something to its owner. */
async function world() {
  const home = await openApiHome({ domain: null })
  const app = await home.app()
  const url = `http://${home.host}`
  const masto = createRestAPIClient({ url, accessToken: app.token ?? '' })
  const people = (await Promise.all(
    ['ben', 'cleo', 'dora'].map(async (name) => home.others.actor(name)),
  )) as [Actor, Actor, Actor]
  const mine = async (text: string): Promise<string> =>
    (await app.post<{ id: string }>('/api/v1/statuses', { status: text })).id
  const does = async (
    kind: NotificationDraft['kind'],
    from: Actor,
    postId: string | null = null,
  ): Promise<void> => tell(home, { actorId: home.ana.id, kind, fromActorId: from.id, postId })
  const list = async (query = ''): Promise<Notification[]> => app.get(`/api/v1/notifications${query}`)
  const kinds = async (query = ''): Promise<string[]> => (await list(query)).map(({ type }) => type)
  const groups = async (query = ''): Promise<GroupedNotifications> => app.get(`/api/v2/notifications${query}`)
  return { home, app, url, masto, people, mine, does, list, kinds, groups }
}

test('each filter of the first form, in every spelling', async () => {
  const { home, app, masto, people, mine, does, kinds, list } = await world()
  const [ben, cleo] = people
  const post = await mine('hello')
  await does('follow', ben)
  await does('favourite', ben, post)
  await does('reblog', cleo, post)
  await does('update', cleo, post)
  assert.deepEqual(await kinds(), ['update', 'reblog', 'favourite', 'follow'])
  assert.deepEqual(await kinds('?types[]=follow&types[]=reblog'), ['reblog', 'follow'])
  assert.deepEqual(await kinds('?types=follow'), ['follow'], 'old apps send one without brackets')
  assert.deepEqual(await kinds('?exclude_types[]=follow&exclude_types[]=update'), ['reblog', 'favourite'])
  assert.deepEqual(await kinds(`?account_id=${cleo.id}`), ['update', 'reblog'])
  assert.deepEqual(await kinds('?account_id=nobody'), [])
  assert.deepEqual(await kinds('?types[]=moderation_warning'), [], 'there are none of what is unknown')
  assert.deepEqual(await kinds('?types[]=follow&types[]=something_new'), ['follow'])
  const read = await masto.v1.notifications.list({ types: ['favourite'], limit: 5 })
  assert.equal(read[0]?.status?.id, post)
  const one = await masto.v1.notifications.$select(read[0].id).fetch()
  assert.equal(one.account.id, ben.id)
  const first = await app.ask('/api/v1/notifications?limit=2')
  const { next, prev } = linksOf(first.headers.link)
  const [newest, second] = first.json() as unknown as Notification[]
  assert.deepEqual(
    [next?.searchParams.get('max_id'), prev?.searchParams.get('min_id')],
    [second?.id, newest?.id],
  )
  assert.deepEqual(await kinds(`?limit=2&max_id=${second?.id}`), ['favourite', 'follow'])
  assert.deepEqual(await kinds(`?limit=1&min_id=${(await list()).at(-1)?.id}`), ['favourite'])
  assert.equal((await app.ask('/api/v1/notifications?expand_accounts=all')).status, 422)
  assert.equal((await home.ask('/api/v1/notifications')).status, 401)
})

test('what was put away does not come back, and the same is not told twice', async () => {
  const { home, app, url, masto, people, mine, does, kinds, list } = await world()
  const [ben, cleo] = people
  const post = await mine('again and again')
  const megalodon = generator('mastodon', url, app.token)
  for (let times = 0; times < 2; times += 1) await does('favourite', ben, post)
  assert.equal((await list()).length, 1)
  const dismissed = (await list())[0]?.id ?? ''
  await megalodon.dismissNotification(dismissed)
  assert.equal((await app.ask(`/api/v1/notifications/${dismissed}`)).status, 404)
  await does('favourite', ben, post)
  assert.deepEqual(await kinds(), [])
  await does('reblog', ben, post)
  await does('reblog', cleo, post)
  await does('favourite', cleo, post)
  const [last, ...rest] = await list()
  await app.call('DELETE', `/api/v1/notifications/${last?.id}`)
  assert.deepEqual(await kinds(), ['reblog', 'reblog'])
  const many = rest.map(({ id }) => `ids[]=${id}`).join('&')
  await app.call('DELETE', `/api/v1/notifications/destroy_multiple?${many}&ids[]=nothing`)
  await does('follow', ben)
  await masto.v1.notifications.clear()
  for (const kind of ['favourite', 'reblog'] as const)
    for (const from of [ben, cleo]) await does(kind, from, post)
  await does('follow', ben)
  assert.deepEqual(await kinds(), [])
  await home.others.follow(ben, home.ana)
  const follow = await home.db
    .selectFrom('follows')
    .selectAll()
    .where('source_id', '=', ben.id)
    .executeTakeFirstOrThrow()
  await inTransaction(home.db, async (tx) => withdrawFollow(tx, follow))
  await does('follow', ben)
  assert.deepEqual(await kinds(), ['follow'], 'whoever has left and comes again is news')
  const other = await home.others.actor('stranger')
  assert.equal((await app.ask(`/api/v1/notifications/${other.id}`)).status, 404)
  const reader = await home.app(['read'])
  assert.equal((await reader.ask('/api/v1/notifications/clear', { method: 'POST' })).status, 403)
})

test('likes and boosts of one post, and follows, are groups for half a day', async () => {
  const { home, people, mine, does, groups, list } = await world()
  const [ben, cleo, dora] = people
  const post = await mine('much liked')
  const other = await mine('less liked')
  const hour = Math.floor(Date.now() / 3_600_000)
  const began = async (key: string, hoursAgo: number): Promise<void> => {
    await home.db
      .updateTable('notifications')
      .set({ group_key: `${key}-${hour - hoursAgo}` })
      .where('group_key', 'like', `${key}-%`)
      .execute()
  }
  await does('favourite', ben, post)
  await began(`favourite-${post}`, 11)
  await does('favourite', cleo, post)
  await does('favourite', ben, other)
  await does('follow', dora)
  await does('mention', dora, await mine('whatever'))
  const keys = (await groups()).notification_groups.map(({ group_key: key, notifications_count: count }) => [
    key,
    count,
  ])
  assert.match(String(keys[0]?.[0]), /^ungrouped-\d+$/)
  assert.match(String(keys[1]?.[0]), /^follow-\d+$/)
  assert.deepEqual(keys.at(-1), [`favourite-${post}-${hour - 11}`, 2])
  assert.equal(keys.length, 4)
  await began(`favourite-${post}`, 12)
  await does('favourite', dora, post)
  const [newest] = (await groups()).notification_groups
  const now = Math.floor(Date.now() / 3_600_000)
  assert.deepEqual([newest?.group_key, newest?.notifications_count], [`favourite-${post}-${now}`, 1])
  assert.equal((await list())[0]?.group_key, `favourite-${post}-${now}`, 'the first form names it too')
})

test('a group names the latest accounts and its post once, and is what apps can read', async () => {
  const { home, app, masto, mine, does, groups } = await world()
  const post = await mine('for everybody')
  const fans = await Promise.all(Array.from({ length: 11 }, async (_, n) => home.others.actor(`fan${n}`)))
  for (const fan of fans) await does('favourite', fan, post)
  for (const fan of fans.slice(0, 3)) await does('reblog', fan, post)
  const answer = await groups()
  const [boosts, likes] = answer.notification_groups
  assert.deepEqual(
    [boosts?.type, boosts?.notifications_count, likes?.type, likes?.notifications_count],
    ['reblog', 3, 'favourite', 11],
  )
  const lastEight = fans
    .map(({ id }) => id)
    .reverse()
    .slice(0, 8)
  assert.deepEqual(likes?.sample_account_ids, lastEight)
  assert.deepEqual(
    answer.statuses.map(({ id }) => id),
    [post],
  )
  assert.equal(answer.accounts.length, 11)
  const newest = Number(likes.page_max_id)
  assert.equal(likes.most_recent_notification_id, newest)
  assert.equal(String(newest), likes.page_max_id, 'a reader with floating point only gets it exactly')
  assert.match(String(likes.latest_page_notification_at), /^\d{4}-.*Z$/)
  const partial = await groups('?expand_accounts=partial_avatars')
  assert.deepEqual(
    partial.accounts.map(({ id }) => id),
    [fans[2]?.id, fans[10]?.id],
  )
  assert.equal(partial.partial_accounts?.length, 9)
  assert.deepEqual(Object.keys(partial.partial_accounts[0] ?? {}).sort(), [
    'acct',
    'avatar',
    'avatar_static',
    'bot',
    'id',
    'locked',
    'url',
  ])
  const apart = await groups('?grouped_types[]=reblog&limit=80')
  assert.equal(apart.notification_groups.length, 12)
  const one = await masto.v2.notifications.$select(likes.group_key).fetch()
  assert.equal(one.notificationGroups[0]?.notificationsCount, 11)
  assert.equal(one.notificationGroups[0].pageMinId, undefined)
  assert.equal((await app.ask('/api/v2/notifications/favourite-1-1')).status, 404)
  const path = `/api/v2/notifications/${likes.group_key}/accounts`
  const first = await app.ask(`${path}?limit=4`)
  const ids = (first.json() as unknown as Array<{ id: string }>).map(({ id }) => id)
  assert.deepEqual(ids, lastEight.slice(0, 4))
  const { next } = linksOf(first.headers.link)
  const more = await app.get<Array<{ id: string }>>(`${next?.pathname}${next?.search}`)
  assert.deepEqual(
    more.map(({ id }) => id),
    lastEight.slice(4, 8),
  )
})

test('pages of groups lead through all of them, and tell how far they reach', async () => {
  const { home, app, people, mine, does, groups } = await world()
  const posts = [await mine('one'), await mine('two'), await mine('three')]
  for (const from of people) for (const post of posts) await does('favourite', from, post)
  await does('follow', people[0])
  const first = await app.ask('/api/v2/notifications?limit=2')
  const { notification_groups: top } = first.json() as unknown as GroupedNotifications
  assert.deepEqual(
    top.map(({ type, status_id: id }) => [type, id]),
    [
      ['follow', undefined],
      ['favourite', posts[2]],
    ],
  )
  assert.equal(top[1]?.page_min_id, top[1]?.page_max_id, 'older ones of the group are not in this page')
  assert.equal(top[1]?.notifications_count, 3)
  const { next, prev } = linksOf(first.headers.link)
  const second = await groups(`?limit=80&max_id=${next?.searchParams.get('max_id')}`)
  assert.deepEqual(
    second.notification_groups.map(({ status_id: id, notifications_count: count }) => [id, count]),
    [
      [posts[1], 3],
      [posts[0], 3],
      [posts[2], 2],
    ],
  )
  assert.deepEqual((await groups(`?min_id=${prev?.searchParams.get('min_id')}`)).notification_groups, [])
  const oldest = second.notification_groups.at(-1)?.page_min_id
  const upwards = await groups(`?limit=2&min_id=${oldest}`)
  assert.equal(upwards.notification_groups.length, 2)
  const since = await groups(`?limit=1&since_id=${oldest}`)
  assert.equal(since.notification_groups[0]?.type, 'follow')
  const all = await groups()
  assert.deepEqual(
    all.notification_groups.map(({ status_id: id, page_min_id: from }) => [id, from === undefined]),
    [
      [undefined, false],
      [posts[2], false],
      [posts[1], false],
      [posts[0], false],
    ],
  )
  const before = home.statementCount()
  await groups('?limit=80')
  assert.ok(home.statementCount() - before <= 9, `${home.statementCount() - before} statements`)
})

test('unread ones are counted from the marker on, one by one and in groups', async () => {
  const { app, masto, people, mine, does, list } = await world()
  const post = await mine('counted')
  for (const from of people) await does('favourite', from, post)
  await does('follow', people[0])
  const count = async (path: string): Promise<number> =>
    (await app.get<{ count: number }>(`/api/${path}`)).count
  assert.equal((await masto.v1.notifications.unreadCount.fetch()).count, 4)
  assert.equal(await count('v1/notifications/unread_count?limit=3'), 3)
  assert.equal(await count('v1/notifications/unread_count?types[]=follow'), 1)
  assert.equal((await masto.v2.notifications.unreadCount.fetch()).count, 2)
  assert.equal(await count('v2/notifications/unread_count?grouped_types[]=follow'), 4)
  const [, second] = await list()
  await app.post('/api/v1/markers', { notifications: { last_read_id: second?.id } })
  assert.equal(await count('v1/notifications/unread_count'), 1)
  assert.equal(await count('v2/notifications/unread_count'), 1)
})

test('a group is put away whole, and what stands for itself by its own key', async () => {
  const { app, masto, people, mine, does, groups, kinds } = await world()
  const post = await mine('away')
  for (const from of people.slice(0, 2)) await does('favourite', from, post)
  await does('mention', people[2], post)
  const [single, likes] = (await groups()).notification_groups
  const around = await app.get<GroupedNotifications>(`/api/v2/notifications/${single?.group_key}`)
  assert.equal(around.notification_groups[0]?.type, 'mention')
  await masto.v2.notifications.$select(likes?.group_key ?? '').dismiss()
  assert.deepEqual(await kinds(), ['mention'])
  assert.equal((await app.ask(`/api/v2/notifications/${likes?.group_key}`)).status, 404)
  for (const from of people) await does('favourite', from, post)
  assert.deepEqual(await kinds(), ['favourite', 'mention'], 'only what is new')
  await app.post(`/api/v2/notifications/${single?.group_key}/dismiss`)
  await app.post('/api/v2/notifications/ungrouped-nothing/dismiss')
  assert.deepEqual(await kinds(), ['favourite'])
})

test('whoever is blocked or muted is in no group, and what cannot be seen any more is not told', async () => {
  const { home, app, people, mine, does, groups } = await world()
  const [ben, cleo, dora] = people
  const post = await mine('guarded')
  for (const from of people) await does('favourite', from, post)
  await app.post(`/api/v1/accounts/${cleo.id}/mute`, { notifications: true })
  await home.db.insertInto('domain_blocks').values({ domain: 'nowhere.example', comment: '' }).execute()
  await blockedBy(home, dora)
  const { notification_groups: found, accounts } = await groups()
  assert.deepEqual(
    found.map(({ notifications_count: count, sample_account_ids: ids }) => [count, ids]),
    [[1, [ben.id]]],
  )
  assert.deepEqual(
    accounts.map(({ id }) => id),
    [ben.id],
  )
  await app.call('DELETE', `/api/v1/statuses/${post}`)
  assert.deepEqual((await groups()).notification_groups, [])
})

async function blockedBy(home: ApiHome, actor: Actor): Promise<void> {
  await home.db
    .insertInto('blocks')
    .values({
      uri: `${actor.uri}/blocks/1`,
      source_id: actor.id,
      target_id: home.ana.id,
      state: 'received',
      state_next_attempt_at: null,
    })
    .execute()
}
