import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Notification, NotificationType } from '../../../../server/contracts/notification.ts'
import {
  type NoticeGroup,
  groupFromOne,
  isHiddenIn,
  isOfKind,
  readLinePlace,
  withLive,
  withNewest,
  withOlder,
} from '../../../../renderer/stores/notice-groups.ts'
import { Notifications } from '../../../../renderer/stores/notifications.ts'
import { PostStore } from '../../../../renderer/stores/posts.ts'
import { type ScriptedReply, type ScriptedRequest, openScriptedApi } from '../../../support/scripted-api.ts'
import { accountOf } from '../../../support/statuses.ts'

const one = (id: string, key: string, from: string, type: NotificationType = 'favourite'): Notification => ({
  id,
  type,
  group_key: key,
  created_at: '2026-11-29T08:00:00.000Z',
  account: { ...accountOf(from), id: from },
})
const group = (id: string, key: string, from = 'ana', type: NotificationType = 'favourite'): NoticeGroup =>
  groupFromOne(one(id, key, from, type))
const keys = (groups: readonly NoticeGroup[]): string[] => groups.map(({ key }) => key)

test('a live one joins its group, which goes to the top with one more', () => {
  const groups = [group('9', 'follow-1'), group('5', 'favourite-1', 'ana')]
  const after = withLive(groups, group('12', 'favourite-1', 'kai'))
  assert.deepEqual(keys(after), ['favourite-1', 'follow-1'])
  assert.deepEqual(after[0]?.accountIds, ['kai', 'ana'])
  assert.equal(after[0]?.count, 2)
})

test('the same one twice counts once, and an id of many digits is compared whole', () => {
  const groups = withLive([], group('115632487120896001', 'favourite-1'))
  assert.equal(withLive(groups, group('115632487120896001', 'favourite-1')), groups)
  assert.equal(withLive(groups, group('115632487120896002', 'favourite-1', 'kai'))[0]?.count, 2)
})

test('an older page adds only groups that are not here', () => {
  const groups = withOlder([group('9', 'a'), group('8', 'b')], [group('7', 'a'), group('6', 'c')])
  assert.deepEqual(keys(groups), ['a', 'b', 'c'])
  assert.equal(groups[0]?.newestId, '9')
})

test('the newest page read again keeps what is below it, unless something may lie between', () => {
  const known = [group('5', 'a'), group('4', 'b'), group('3', 'c')]
  assert.deepEqual(keys(withNewest(known, [group('9', 'd'), group('5', 'a')], false)), ['d', 'a', 'b', 'c'])
  assert.deepEqual(keys(withNewest(known, [group('9', 'd'), group('8', 'e')], false)), ['d', 'e'])
  assert.deepEqual(keys(withNewest(known, [group('4', 'b')], true)), ['b'])
})

test('the line stands where reading ended, and nowhere when all or nothing is new', () => {
  const groups = [group('9', 'a'), group('5', 'b'), group('3', 'c')]
  assert.equal(readLinePlace(groups, '5'), 1)
  assert.equal(readLinePlace(groups, '9'), -1)
  assert.equal(readLinePlace(groups, '1'), -1)
  assert.equal(readLinePlace(groups, null), -1)
})

test('quick filters know their kinds', () => {
  assert.ok(isOfKind('emoji_reaction', 'favourites') && isOfKind('poll', 'others') && isOfKind('poll', 'all'))
  assert.ok(!isOfKind('mention', 'boosts'))
})

test('a filter hides in its own places, while it lasts', () => {
  const filter = {
    id: '1',
    title: 'spiders',
    context: ['notifications' as const],
    expires_at: '2026-11-29T09:00:00.000Z',
    filter_action: 'hide' as const,
  }
  const results = [{ filter, keyword_matches: ['spider'], status_matches: null }]
  const before = Date.parse('2026-11-29T08:00:00.000Z')
  assert.equal(isHiddenIn('notifications', results, before), true)
  assert.equal(isHiddenIn('home', results, before), false)
  assert.equal(isHiddenIn('notifications', results, before + 7_200_000), false)
  assert.equal(isHiddenIn('notifications', undefined, before), false)
})

/** A home with these notifications, one group each, that counts what is newer than its marker. */
class NoticeHome {
  all: Notification[]
  marker: string | null = null
  isDown = false
  pageSize = 30

  constructor(all: Notification[]) {
    this.all = all
  }

  answer({ method, path, query, body }: ScriptedRequest): ScriptedReply {
    if (this.isDown) return { status: 503, body: { error: 'away' } }
    if (path.endsWith('/unread_count')) {
      return { body: { count: this.all.filter(({ id }) => Number(id) > Number(this.marker ?? 0)).length } }
    }
    if (path.endsWith('/markers')) {
      if (method === 'POST')
        this.marker = (body as { notifications: { last_read_id: string } }).notifications.last_read_id
      return { body: this.marker === null ? {} : { notifications: { last_read_id: this.marker } } }
    }
    if (path.endsWith('/clear')) this.all = []
    const dismissed = /\/api\/v2\/notifications\/([^/]+)\/dismiss$/.exec(path)?.[1]
    if (dismissed !== undefined) this.all = this.all.filter(({ group_key: key }) => key !== dismissed)
    return method === 'POST' ? { body: {} } : this.#page(query)
  }

  #page(query: URLSearchParams): ScriptedReply {
    const below = Number(query.get('max_id') ?? Number.POSITIVE_INFINITY)
    const types = query.getAll('types[]')
    const wanted = this.all
      .filter(({ id, type }) => Number(id) < below && (types.length === 0 || types.includes(type)))
      .toSorted((a, b) => Number(b.id) - Number(a.id))
    const shown = wanted.slice(0, Math.min(this.pageSize, Number(query.get('limit'))))
    const hasMore = wanted.length > shown.length
    return {
      body: {
        accounts: shown.map(({ account }) => account),
        statuses: [],
        notification_groups: shown.map(({ id, group_key: key, type, account }) => ({
          group_key: key,
          type,
          notifications_count: 1,
          most_recent_notification_id: Number(id),
          page_max_id: id,
          sample_account_ids: [account.id],
        })),
      },
      ...(hasMore
        ? { headers: { link: `<https://x.example/?max_id=${shown.at(-1)?.id}>; rel="next"` } }
        : {}),
    }
  }
}

async function openNotices(t: TestContext, all: Notification[], hidden: () => readonly string[] = () => []) {
  const home = new NoticeHome(all)
  const scripted = await openScriptedApi(t, (request) => home.answer(request))
  const notices = new Notifications(scripted.api, new PostStore(), hidden)
  return { home, scripted, notices, shown: () => keys(notices.view.get().groups) }
}

test('a page opens at the top, with the line where reading ended, and grows to its end', async (t) => {
  const { home, notices, shown } = await openNotices(t, [
    one('1', 'a', 'ana'),
    one('2', 'b', 'ben'),
    one('3', 'c', 'cay'),
  ])
  home.pageSize = 2
  home.marker = '2'
  await notices.open('all')
  assert.deepEqual(shown(), ['c', 'b'])
  assert.equal(notices.view.get().leftAtId, '2')
  await notices.loadOlder()
  assert.deepEqual(shown(), ['c', 'b', 'a'])
  assert.equal(notices.view.get().olderThan, null)
})

test('a live one is on the page at once and is counted by the home', async (t) => {
  const { home, notices, shown } = await openNotices(t, [one('1', 'a', 'ana')])
  await notices.open('all')
  const fresh = one('2', 'b', 'ben', 'follow')
  home.all.push(fresh)
  notices.arrive(fresh)
  assert.deepEqual(shown(), ['b', 'a'])
  await notices.refresh()
  assert.equal(notices.unread.get(), 2)
  await notices.open('mentions')
  notices.arrive(one('3', 'c', 'cay', 'follow'))
  assert.deepEqual(shown(), [])
})

test('a kind that is hidden is neither asked for, nor counted, nor shown when it comes in, until it is shown again', async (t) => {
  let hidden: readonly string[] = ['follow']
  const all = [one('1', 'a', 'ana')]
  const { home, scripted, notices, shown } = await openNotices(t, all, () => hidden)
  await notices.open('all')
  await notices.refresh()
  const asked = (path: string) => scripted.requests.findLast((request) => request.path === path)?.query
  for (const path of ['/api/v2/notifications', '/api/v2/notifications/unread_count']) {
    assert.deepEqual(asked(path)?.getAll('exclude_types[]'), ['follow'], path)
  }
  const fresh = one('2', 'b', 'ben', 'follow')
  home.all.push(fresh)
  notices.arrive(fresh)
  assert.deepEqual(shown(), ['a'])
  hidden = []
  await notices.hideOthers()
  assert.deepEqual(shown(), ['b', 'a'])
})

test('reading moves the marker forwards only, and another device takes the number down', async (t) => {
  const { home, notices } = await openNotices(t, [one('1', 'a', 'ana'), one('2', 'b', 'ben')])
  await notices.open('all')
  await notices.refresh()
  await notices.restedAtTop()
  assert.deepEqual([home.marker, notices.unread.get()], ['2', 0])
  home.all.push(one('3', 'c', 'cay'))
  await notices.refresh()
  home.marker = '3'
  await notices.refresh()
  assert.equal(notices.unread.get(), 0)
  home.all.push(one('4', 'd', 'dan'))
  await notices.markRead()
  assert.equal(home.marker, '4')
})

test('what was put away comes back by Undo, and when the home says no', async (t) => {
  const { home, notices, shown } = await openNotices(t, [one('1', 'a', 'ana'), one('2', 'b', 'ben')])
  await notices.open('all')
  notices.hide('b')()
  assert.deepEqual(shown(), ['b', 'a'])
  const putBack = notices.hide('b')
  home.isDown = true
  await notices.dismiss('b', putBack)
  assert.deepEqual(shown(), ['b', 'a'])
  assert.equal(notices.view.get().failure?.kind, 'unavailable')
  home.isDown = false
  await notices.dismiss('b', notices.hide('b'))
  assert.deepEqual([shown(), home.all.length], [['a'], 1])
  await notices.clearAll()
  assert.deepEqual([shown(), home.all.length], [[], 0])
})

test('an answer that was on its way brings nothing back that was put away; what comes since does', async (t) => {
  const { home, notices, shown } = await openNotices(t, [one('1', 'a', 'ana'), one('2', 'b', 'ben')])
  await notices.open('all')
  const reading = notices.catchUp()
  const putBack = notices.hide('b')
  await reading
  assert.deepEqual(shown(), ['a'])
  putBack()
  await notices.catchUp()
  assert.deepEqual(shown(), ['b', 'a'])
  notices.hide('b')
  home.all.push(one('3', 'b', 'cay'))
  await notices.catchUp()
  assert.deepEqual(shown(), ['b', 'a'])
})

test('a page that could not be read says so and is read when the line is back', async (t) => {
  const { home, notices, shown } = await openNotices(t, [one('1', 'a', 'ana')])
  home.isDown = true
  await notices.open('all')
  assert.equal(notices.view.get().phase, 'failed')
  home.isDown = false
  await notices.catchUp()
  assert.deepEqual(shown(), ['a'])
})

test('answers to an earlier filter are not shown under the next', async (t) => {
  const { notices, shown } = await openNotices(t, [one('1', 'a', 'ana'), one('2', 'b', 'ben', 'mention')])
  await Promise.all([notices.open('all'), notices.open('mentions')])
  assert.deepEqual(shown(), ['b'])
  notices.close()
  assert.equal(notices.view.get().phase, 'closed')
})

test('what arrives while the first page is on its way is on the page too', async (t) => {
  const { home, scripted, notices, shown } = await openNotices(t, [one('1', 'a', 'ana')])
  const fresh = one('2', 'b', 'ben')
  scripted.answer = (request) => {
    const reply = home.answer(request)
    if (request.path === '/api/v2/notifications' && home.all.length === 1) {
      home.all.push(fresh)
      notices.arrive(fresh)
    }
    return reply
  }
  await notices.open('all')
  assert.deepEqual(shown(), ['b', 'a'])
})
