/** Lists as apps keep them: made, filled, read, and gone with what they belong to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createRestAPIClient } from 'masto'
import generator from 'megalodon'
import { systemClock } from '../../../server/core/clock.ts'
import type { Account } from '../../../server/contracts/account.ts'
import type { List } from '../../../server/contracts/list.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { muteActor, unmuteActor } from '../../../server/domain/blocks/block-actor.ts'
import { addToLists } from '../../../server/domain/lists/list-entries.ts'
import { findListsShowing } from '../../../server/domain/lists/list-timeline.ts'
import { deleteIdentity } from '../../../server/domain/owner/delete-identity.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { openApiHome } from '../../support/api-home.ts'
import { until } from '../../support/until.ts'

/** Reached by its loopback address, since the libraries dial what they are told. */
const home = await openApiHome({ domain: null })
const { ana, db, others } = home
const app = await home.app()
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

let people = 0
/** Somebody new whom ana follows. */
async function followed(): Promise<Row<'actors'>> {
  people += 1
  const actor = await others.actor(`p${people}`)
  await others.follow(ana, actor)
  return actor
}

async function listOf(more: object, ...members: ReadonlyArray<Row<'actors'>>): Promise<List> {
  const list = await app.post<List>('/api/v1/lists', { title: 'a list', ...more })
  if (members.length > 0) {
    await app.post(`/api/v1/lists/${list.id}/accounts`, { account_ids: members.map(({ id }) => id) })
  }
  return list
}

async function idsAt(path: string): Promise<string[]> {
  return (await app.get<Status[]>(path)).map(({ id }) => id)
}

const timeline = async (list: List, query = ''): Promise<string[]> =>
  idsAt(`/api/v1/timelines/list/${list.id}${query}`)
const membersOf = async (list: Pick<List, 'id'>): Promise<string[]> =>
  (await app.get<Account[]>(`/api/v1/lists/${list.id}/accounts`)).map(({ id }) => id)
const listsOf = async (actor: Row<'actors'>): Promise<string[]> =>
  (await app.get<List[]>(`/api/v1/accounts/${actor.id}/lists`)).map(({ id }) => id)

async function statusOf(method: string, path: string, body?: object | string): Promise<[number, string]> {
  const headers = typeof body === 'string' ? FORM : {}
  const answer = await app.ask(path, { method, headers, ...(body === undefined ? {} : { body }) })
  return [answer.status, String(answer.json()['error'] ?? '')]
}

test('a list is made, changed and removed, by JSON and by forms', async () => {
  const made = await app.post<List>('/api/v1/lists', { title: ' Friends ' })
  assert.deepEqual(made, { id: made.id, title: 'Friends', replies_policy: 'list', exclusive: false })
  const body = 'title=Family&replies_policy=none&exclusive=1'
  const changed = await app.ask(`/api/v1/lists/${made.id}`, { method: 'PUT', headers: FORM, body })
  assert.deepEqual(changed.json(), {
    id: made.id,
    title: 'Family',
    replies_policy: 'none',
    exclusive: true,
  })
  await app.call('PUT', `/api/v1/lists/${made.id}`, { exclusive: false })
  const seen = await app.get<List>(`/api/v1/lists/${made.id}`)
  assert.deepEqual([seen.title, seen.replies_policy, seen.exclusive], ['Family', 'none', false])
  assert.ok((await app.get<List[]>('/api/v1/lists')).some(({ id }) => id === made.id))
  assert.deepEqual(await app.call('DELETE', `/api/v1/lists/${made.id}`), {})
  assert.deepEqual(await statusOf('GET', `/api/v1/lists/${made.id}`), [404, 'Record not found'])
})

test('a bad list is refused with a sentence, and there are fifty at most', async () => {
  const blank = [422, "Validation failed: Title can't be blank"]
  assert.deepEqual(await statusOf('POST', '/api/v1/lists', {}), blank)
  assert.deepEqual(await statusOf('POST', '/api/v1/lists', 'title=++'), blank)
  const [long] = await statusOf('POST', '/api/v1/lists', { title: 'x'.repeat(257) })
  assert.equal(long, 422)
  assert.equal((await statusOf('POST', '/api/v1/lists', { title: 'x', replies_policy: 'all' }))[0], 422)
  const other = await openApiHome()
  const theirs = await other.app()
  for (let count = 0; count < 50; count += 1) await theirs.post('/api/v1/lists', { title: 'x' })
  const more = await theirs.ask('/api/v1/lists', { method: 'POST', body: { title: 'x' } })
  assert.equal(more.status, 422)
})

test('lists need their scopes and belong to one identity', async () => {
  const list = await listOf({})
  const reader = await home.app(['read:statuses', 'write:lists'])
  for (const path of [
    '/lists',
    `/lists/${list.id}`,
    `/lists/${list.id}/accounts`,
    `/timelines/list/${list.id}`,
  ]) {
    assert.equal((await reader.ask(`/api/v1${path}`)).status, 403, path)
    assert.equal((await home.stranger().ask(`/api/v1${path}`)).status, 401, path)
  }
  const writer = await home.app(['read'])
  const refused = await writer.ask(`/api/v1/lists/${list.id}`, { method: 'DELETE' })
  assert.equal(refused.status, 403)
  const row = { actor_id: (await followed()).id, title: 'not hers' }
  const { id } = await db.insertInto('lists').values(row).returning('id').executeTakeFirstOrThrow()
  for (const [method, path] of [
    ['GET', `/lists/${id}`],
    ['PUT', `/lists/${id}`],
    ['DELETE', `/lists/${id}`],
    ['GET', `/lists/${id}/accounts`],
    ['POST', `/lists/${id}/accounts`],
    ['DELETE', `/lists/${id}/accounts`],
    ['GET', `/timelines/list/${id}`],
    ['GET', '/timelines/list/none'],
    ['GET', '/lists/99999999999999999999'],
  ] as const) {
    assert.equal((await app.ask(`/api/v1${path}`, { method })).status, 404, `${method} ${path}`)
  }
})

test('only who is followed, or asked, comes on a list: all that are named, or none', async () => {
  const [ben, cleo] = [await followed(), await followed()]
  const stranger = await others.actor('stranger')
  const asked = await others.actor('asked')
  await others.follow(ana, asked, 'pending_approval')
  const list = await listOf({})
  const path = `/api/v1/lists/${list.id}/accounts`
  const missing = [404, 'Record not found']
  assert.deepEqual(await statusOf('POST', path, { account_ids: [ben.id, stranger.id] }), missing)
  assert.deepEqual(await statusOf('POST', path, { account_ids: ['none'] }), missing)
  assert.deepEqual(await membersOf(list), [])
  const form = `account_ids[]=${ben.id}&account_ids[]=${cleo.id}&account_ids[]=${asked.id}&account_ids[]=${ana.id}`
  assert.deepEqual(await statusOf('POST', path, form), [200, ''])
  assert.deepEqual(await membersOf(list), [asked.id, cleo.id, ben.id, ana.id])
  const taken = [422, 'Validation failed: Account has already been taken']
  assert.deepEqual(await statusOf('POST', path, { account_ids: [ben.id] }), taken)
  assert.deepEqual(await listsOf(ben), [list.id])
  assert.deepEqual(await listsOf(stranger), [])
  assert.deepEqual(await statusOf('DELETE', `${path}?account_ids[]=${asked.id}`), [200, ''])
  assert.deepEqual(await statusOf('DELETE', path, { account_ids: [ana.id, stranger.id] }), [200, ''])
  assert.deepEqual(await membersOf(list), [cleo.id, ben.id])
  const all = await app.ask(`${path}?limit=0`)
  assert.deepEqual([(all.json() as unknown as Account[]).length, all.headers.link], [2, undefined])
})

test('a list shows what its members wrote before they were on it, and nothing of others', async () => {
  const [ben, cleo] = [await followed(), await followed()]
  const before = await others.post(ben)
  const list = await listOf({}, ben)
  const quiet = await others.post(ben, { visibility: 'followers' })
  await others.post(ben, { visibility: 'direct', mentions: [ana] })
  await others.post(cleo)
  assert.deepEqual(await timeline(list), [quiet.id, before.id])
  await app.post(`/api/v1/lists/${list.id}/accounts`, { account_ids: [ana.id] })
  const mine = await app.post<Status>('/api/v1/statuses', { status: 'mine' })
  assert.deepEqual(await timeline(list), [mine.id, quiet.id, before.id])
  assert.deepEqual(await timeline(list, `?max_id=${quiet.id}`), [before.id])
  assert.deepEqual(await timeline(list, `?min_id=${before.id}&limit=1`), [quiet.id])
  await app.call('DELETE', `/api/v1/statuses/${mine.id}`)
  await app.call('DELETE', `/api/v1/lists/${list.id}/accounts`, { account_ids: [ben.id] })
  assert.deepEqual(await timeline(list), [])
})

test('of replies a list shows those that its policy wants', async () => {
  const [ben, cleo, dora] = [await followed(), await followed(), await followed()]
  const stranger = await others.actor('talkative')
  const list = await listOf({ replies_policy: 'list' }, ben, cleo)
  const root = await others.post(ben)
  const thread = await others.post(ben, { inReplyTo: root })
  const mine = await app.post<Status>('/api/v1/statuses', { status: 'mine' })
  const mineRow = await db.selectFrom('posts').selectAll().where('id', '=', mine.id).executeTakeFirstOrThrow()
  const toMe = await others.post(ben, { inReplyTo: mineRow })
  const toCleo = await others.post(ben, { inReplyTo: await others.post(cleo, { visibility: 'direct' }) })
  const toDora = await others.post(ben, { inReplyTo: await others.post(dora) })
  await others.post(ben, { inReplyTo: await others.post(stranger) })
  const always = [toMe.id, thread.id, root.id]
  assert.deepEqual(await timeline(list), [toCleo.id, ...always])
  await app.call('PUT', `/api/v1/lists/${list.id}`, { replies_policy: 'followed' })
  assert.deepEqual(await timeline(list), [toDora.id, toCleo.id, ...always])
  await app.call('PUT', `/api/v1/lists/${list.id}`, { replies_policy: 'none' })
  assert.deepEqual(await timeline(list), always)
})

test('boosts are shown as the follow says, and once', async () => {
  const [ben, cleo, dora] = [await followed(), await followed(), await followed()]
  const list = await listOf({}, ben, cleo)
  const far = await others.post(await others.actor('far'))
  const first = await others.post(ben, { boostOf: far })
  await others.post(cleo, { boostOf: far })
  const own = await others.post(cleo)
  await others.post(ben, { boostOf: own })
  const byDora = await others.post(dora)
  const other = await others.post(cleo, { boostOf: byDora })
  assert.deepEqual(await timeline(list), [other.id, own.id, first.id])
  const showsBoosts = async (shows: boolean): Promise<void> => {
    const follow = db.updateTable('follows').set({ shows_boosts: shows })
    await follow.where('target_id', '=', cleo.id).execute()
  }
  await showsBoosts(false)
  assert.deepEqual(await timeline(list), [own.id, first.id])
  await showsBoosts(true)
  await app.post(`/api/v1/accounts/${dora.id}/block`)
  assert.deepEqual(await timeline(list), [own.id, first.id], 'who is blocked is not seen by a boost')
})

test('whoever is muted is silent in lists until the mute ends; membership ends with the follow', async () => {
  const [ben, cleo] = [await followed(), await followed()]
  const list = await listOf({}, ben, cleo)
  const post = await others.post(ben)
  const mute = { hidesNotifications: true, expiresAt: null }
  await inTransaction(db, async (tx) => muteActor(tx, home.home, ana, ben, mute, new Date()))
  assert.deepEqual(await timeline(list), [])
  await inTransaction(db, async (tx) => unmuteActor(tx, ana, ben))
  assert.deepEqual(await timeline(list), [post.id])
  await app.post(`/api/v1/accounts/${ben.id}/unfollow`)
  assert.deepEqual(await membersOf(list), [cleo.id])
  await app.post(`/api/v1/accounts/${cleo.id}/block`)
  assert.deepEqual([await membersOf(list), await timeline(list)], [[], []])
})

test('a mute empties the home timeline of somebody only until it ends', async () => {
  const [ben, cleo] = [await followed(), await followed()]
  const post = await others.post(ben, { shownTo: [ana] })
  const boost = await others.post(cleo, { boostOf: post, shownTo: [ana] })
  const shown = async (): Promise<string[]> =>
    (await idsAt('/api/v1/timelines/home')).filter((id) => [post.id, boost.id].includes(id))
  assert.deepEqual(await shown(), [boost.id, post.id])
  await app.post(`/api/v1/accounts/${ben.id}/mute`)
  assert.deepEqual(await shown(), [])
  await app.post(`/api/v1/accounts/${ben.id}/unmute`)
  assert.deepEqual(await shown(), [boost.id, post.id])
})

test('members of an exclusive list are not read at home, and are again when it is not', async () => {
  const [ben, cleo] = [await followed(), await followed()]
  const atHome = async (): Promise<string[]> => (await idsAt('/api/v1/timelines/home')).slice(0, 2)
  const [post, other] = [
    await others.post(ben, { shownTo: [ana] }),
    await others.post(cleo, { shownTo: [ana] }),
  ]
  const both = [other.id, post.id]
  assert.deepEqual(await atHome(), both)
  const list = await listOf({ exclusive: true }, ben)
  assert.equal((await atHome())[0], other.id)
  assert.ok(!(await atHome()).includes(post.id))
  assert.deepEqual(await timeline(list), [post.id])
  await app.call('PUT', `/api/v1/lists/${list.id}`, { exclusive: false })
  assert.deepEqual(await atHome(), both)
  await app.call('PUT', `/api/v1/lists/${list.id}`, { exclusive: true })
  assert.ok(!(await atHome()).includes(post.id))
  await app.call('DELETE', `/api/v1/lists/${list.id}/accounts`, { account_ids: [ben.id] })
  assert.deepEqual(await atHome(), both)
  await app.post(`/api/v1/lists/${list.id}/accounts`, { account_ids: [cleo.id] })
  assert.ok(!(await atHome()).includes(other.id))
  await app.call('DELETE', `/api/v1/lists/${list.id}`)
  assert.deepEqual(await atHome(), both)
})

test('which lists show a post is said for many at once', async () => {
  const [ben, cleo] = [await followed(), await followed()]
  const [one, two] = [await listOf({}, ben), await listOf({ replies_policy: 'none' }, ben, cleo)]
  const root = await others.post(ben)
  const reply = await others.post(cleo, { inReplyTo: root })
  const before = home.statementCount()
  const shown = await findListsShowing(db, ana.id, [root.id, reply.id])
  assert.equal(home.statementCount() - before, 1)
  assert.deepEqual([shown.get(root.id), shown.get(reply.id)], [[one.id, two.id], undefined])
})

test('the lists of an identity go with it, and a member who is gone leaves', async () => {
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const ben = await others.actor('ben')
  await others.follow(bo, ben)
  const theirs = await home.app(undefined, bo.id)
  const make = async (): Promise<string> => {
    const { id } = await theirs.post<List>('/api/v1/lists', { title: 'x' })
    await theirs.post(`/api/v1/lists/${id}/accounts`, { account_ids: [ben.id] })
    return id
  }
  const ids = [await make(), await make()]
  await others.post(ben)
  const entries = async (): Promise<unknown[]> =>
    db.selectFrom('list_entries').selectAll().where('list_id', 'in', ids).execute()
  assert.equal((await entries()).length, 2)
  await db.deleteFrom('actors').where('id', '=', ben.id).execute()
  assert.deepEqual(await theirs.get(`/api/v1/lists/${ids[0]}/accounts`), [])
  assert.deepEqual(await entries(), [])
  await inTransaction(db, async (tx) => deleteIdentity(tx, bo, new Date()))
  assert.deepEqual(await db.selectFrom('lists').selectAll().where('id', 'in', ids).execute(), [])
})

test('a list that goes while people are put on it is gone, and nothing fails', async () => {
  const friends = await Promise.all(Array.from({ length: 4 }, followed))
  for (let round = 0; round < 4; round += 1) {
    const { id } = await listOf({})
    const adding = friends.map(async (one) =>
      statusOf('POST', `/api/v1/lists/${id}/accounts`, { account_ids: [one.id] }),
    )
    const [removed, ...added] = await Promise.all([statusOf('DELETE', `/api/v1/lists/${id}`), ...adding])
    assert.equal(removed?.[0], 200)
    for (const [status] of added) assert.ok(status === 200 || status === 404, String(status))
  }
})

test('masto and megalodon keep lists', async () => {
  const [ben, cleo] = [await followed(), await followed()]
  const url = `http://${home.host}`
  const masto = createRestAPIClient({ url, accessToken: app.token ?? '' })
  const list = await masto.v1.lists.create({ title: 'from masto' })
  await masto.v1.lists.$select(list.id).accounts.create({ accountIds: [ben.id, cleo.id] })
  const post = await others.post(ben)
  const seen: string[] = []
  for await (const page of masto.v1.timelines.list.$select(list.id).list({ limit: 1 })) {
    seen.push(...page.map(({ id }) => id))
  }
  assert.deepEqual(seen, [post.id])
  const megalodon = generator('mastodon', url, app.token)
  const renamed = await megalodon.updateList(list.id, 'from megalodon')
  assert.equal(renamed.data.title, 'from megalodon')
  const first = await megalodon.getAccountsInList(list.id, { limit: 1 })
  assert.deepEqual(
    first.data.map(({ id }) => id),
    [cleo.id],
  )
  assert.match(String(first.headers['link']), /max_id=\d+>; rel="next"/)
  await megalodon.deleteAccountsFromList(list.id, [cleo.id])
  assert.deepEqual(await membersOf(list), [ben.id])
  await masto.v1.lists.$select(list.id).remove()
  await assert.rejects(async () => masto.v1.lists.$select(list.id).fetch(), /Record not found/)
})

test('a post that is being stored while its author comes onto a list is in it', async () => {
  const ben = await followed()
  const list = await listOf({})
  const stored = Promise.withResolvers<string>()
  const mayEnd = Promise.withResolvers<void>()
  const storing = inTransaction(db, async (tx) => {
    const { id } = await tx
      .insertInto('posts')
      .values({
        uri: `https://${ben.host}/notes/slow`,
        author_id: ben.id,
        is_local: false,
        visibility: 'public',
        content_html: '<p>slow</p>',
        content_text: 'slow',
        conversation_id: '1',
        published_at: new Date(),
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await addToLists(tx, [id])
    stored.resolve(id)
    await mayEnd.promise
  })
  const id = await stored.promise
  const adding = app.post(`/api/v1/lists/${list.id}/accounts`, { account_ids: [ben.id] })
  const isWaiting = async (): Promise<boolean> => {
    const { rows } = await sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
      db,
    )
    return rows.length > 0
  }
  await until('the list waits for the post', isWaiting)
  mayEnd.resolve()
  await Promise.all([storing, adding])
  assert.deepEqual(await timeline(list), [id])
})

test('what an app writes behind the ? instead of into a form counts, and a form goes before it', async () => {
  const ben = await followed()
  const list = await app.post<List>('/api/v1/lists?title=Behind&exclusive=true')
  assert.deepEqual([list.title, list.exclusive], ['Behind', true])
  await app.post(`/api/v1/lists/${list.id}/accounts?account_ids%5B%5D=${ben.id}`)
  assert.deepEqual(await membersOf(list), [ben.id])
  const put = await app.call<List>('PUT', `/api/v1/lists/${list.id}?title=Query`, { title: 'Body' })
  assert.equal(put.title, 'Body')
  await app.call('DELETE', `/api/v1/lists/${list.id}/accounts?account_ids%5B%5D=${ben.id}`)
  assert.deepEqual(await membersOf(list), [])
})
