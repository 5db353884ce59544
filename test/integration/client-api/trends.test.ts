/** What this home has seen, counted for its reader: trends, people to follow, and what can be taken away as CSV. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createRestAPIClient } from 'masto'
import type { Account } from '../../../server/contracts/account.ts'
import type { TrendingLink } from '../../../server/contracts/preview-card.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Suggestion } from '../../../server/contracts/suggestion.ts'
import type { Tag } from '../../../server/contracts/tag.ts'
import type { Row } from '../../../server/db/tables.ts'
import { openApiHome } from '../../support/api-home.ts'
import { formOf } from '../../support/multipart.ts'

type Actor = Row<'actors'>

test('trends are what several of the followed wrote and passed on in public within a week', async () => {
  const home = await openApiHome({ domain: null })
  const app = await home.app()
  const { ana, others, db } = home
  const [ben, cleo, dan, eve] = [
    await others.actor('ben'),
    await others.actor('cleo'),
    await others.actor('dan'),
    await others.actor('eve'),
  ]
  for (const actor of [ben, cleo]) await others.follow(ana, actor)
  await db.updateTable('actors').set({ is_discoverable: true }).where('id', '=', dan.id).execute()
  const old = new Date(Date.now() - 8 * 86_400_000)
  await others.post(ben, { hashtags: ['Finch', 'alone'] })
  await others.post(ben, { hashtags: ['alone'] })
  await others.post(cleo, { hashtags: ['finch', 'old', 'secret'] })
  await others.post(ben, { hashtags: ['old'], publishedAt: old })
  await others.post(ben, { hashtags: ['secret'], visibility: 'followers' })
  await others.post(eve, { hashtags: ['strange'] })
  await others.post(dan, { hashtags: ['strange'] })
  const loved = await others.post(dan, {})
  const liked = await others.post(dan, {})
  const shy = await others.post(eve, {})
  const warned = await others.post(dan, { summary: 'careful' })
  for (const post of [loved, shy, warned]) await others.post(ben, { boostOf: post })
  for (const post of [loved, liked]) await others.post(cleo, { boostOf: post })
  const tags = await app.get<Tag[]>('/api/v1/trends/tags')
  assert.deepEqual(
    tags.map(({ name }) => name.toLowerCase()),
    ['finch'],
  )
  assert.equal(tags[0]?.history.length, 7)
  assert.deepEqual(await app.get('/api/v1/trends'), tags)
  const masto = createRestAPIClient({ url: `http://${home.host}`, accessToken: app.token ?? '' })
  const statuses = await masto.v1.trends.statuses.list()
  assert.deepEqual(
    statuses.map(({ id }) => id),
    [loved.id, liked.id],
  )
  const first = await app.ask('/api/v1/trends/statuses?limit=1')
  const [, next = ''] = /<([^>]+)>; rel="next"/.exec(String(first.headers['link'])) ?? []
  const { pathname, search } = new URL(next)
  assert.deepEqual(
    (await app.get<Status[]>(`${pathname}${search}`)).map(({ id }) => id),
    [liked.id],
  )
  await app.post(`/api/v1/accounts/${dan.id}/mute`)
  assert.deepEqual(await app.get('/api/v1/trends/statuses'), [], 'nor is who was muted since')
  await app.post(`/api/v1/accounts/${dan.id}/unmute`)
  assert.equal((await app.get<Status[]>('/api/v1/trends/statuses')).length, 2)
  await db
    .insertInto('blocks')
    .values({ uri: 'x', source_id: dan.id, target_id: ana.id, state: 'sent', state_next_attempt_at: null })
    .execute()
  assert.deepEqual(await app.get('/api/v1/trends/statuses'), [], 'who blocks is not seen, whatever is kept')
  for (const path of ['', '/tags', '/statuses', '/links']) {
    assert.deepEqual(await home.stranger().get(`/api/v1/trends${path}`), [], 'strangers get nothing')
  }
})

test('a link is a trend when two share it, with its days', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { ana, others, db } = home
  const card = await db
    .insertInto('cards')
    .values({ url: 'https://news.example/a', host: 'news.example', title: 'News', fetched_at: new Date() })
    .returning('id')
    .executeTakeFirstOrThrow()
  const alone = await db
    .insertInto('cards')
    .values({ url: 'https://news.example/b', host: 'news.example', title: 'Other', fetched_at: new Date() })
    .returning('id')
    .executeTakeFirstOrThrow()
  const authors = [await others.actor('fay'), await others.actor('gil')]
  for (const author of authors) {
    await others.follow(ana, author)
    const post = await others.post(author, {})
    await db.insertInto('post_cards').values({ post_id: post.id, card_id: card.id }).execute()
  }
  const again = await others.post(authors[0] as Actor, {})
  await db.insertInto('post_cards').values({ post_id: again.id, card_id: alone.id }).execute()
  const links = await app.get<TrendingLink[]>('/api/v1/trends/links')
  assert.deepEqual(
    links.map(({ url, title, type }) => [url, title, type]),
    [['https://news.example/a', 'News', 'link']],
  )
  const [today, yesterday] = links[0]?.history ?? []
  assert.deepEqual([today?.uses, today?.accounts, yesterday?.uses], ['2', '2', '0'])
})

test('people to follow are those whom friends follow and those one has much to do with', async () => {
  const home = await openApiHome({ domain: null })
  const app = await home.app()
  const { ana, others, db } = home
  const found = async (name: string, more: Partial<Pick<Actor, 'is_discoverable'>> = {}): Promise<Actor> => {
    const actor = await others.actor(name)
    const isShown = more.is_discoverable ?? true
    await db.updateTable('actors').set({ is_discoverable: isShown }).where('id', '=', actor.id).execute()
    return actor
  }
  const friends = [await found('hal'), await found('ida')]
  const [jon, kai, lea, mia] = [
    await found('jon'),
    await found('kai'),
    await found('lea'),
    await found('mia'),
  ]
  const shy = await found('shy', { is_discoverable: false })
  for (const friend of friends) {
    await others.follow(ana, friend)
    const list = await db
      .insertInto('origin_lists')
      .values({
        actor_id: friend.id,
        side: 'following',
        host: friend.host,
        state: 'read',
        state_next_attempt_at: null,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    for (const [place, actor] of [jon, shy, ...friends, ana].entries()) {
      await db
        .insertInto('origin_list_entries')
        .values({ list_id: list.id, place, uri: actor.uri, actor_id: actor.id })
        .execute()
    }
  }
  for (const [actor, times] of [
    [kai, 3],
    [lea, 3],
    [mia, 2],
  ] as const) {
    for (let n = 0; n < times; n += 1) {
      const post = await others.post(actor, {})
      await app.post(`/api/v1/statuses/${post.id}/favourite`)
    }
  }
  await app.post(`/api/v1/accounts/${lea.id}/mute`)
  const suggested = await app.get<Suggestion[]>('/api/v2/suggestions')
  assert.deepEqual(
    suggested.map(({ account, sources, source }) => [account.username, sources, source]),
    [
      ['kai', ['most_interactions'], 'past_interactions'],
      ['jon', ['friends_of_friends'], 'past_interactions'],
    ],
  )
  const names = async (): Promise<string[]> =>
    (await app.get<Account[]>('/api/v1/suggestions')).map(({ username }) => username)
  assert.deepEqual(await names(), ['kai', 'jon'])
  assert.deepEqual(await app.call('DELETE', `/api/v1/suggestions/${kai.id}`), {})
  assert.deepEqual(await names(), ['jon'])
  assert.equal((await app.ask('/api/v1/suggestions/1', { method: 'DELETE' })).status, 404)
  assert.equal((await home.stranger().ask('/api/v2/suggestions')).status, 401)
  const masto = createRestAPIClient({ url: `http://${home.host}`, accessToken: app.token ?? '' })
  const [one] = await masto.v2.suggestions.list({ limit: 1 })
  assert.equal(one?.account.username, 'jon')
  await app.post(`/api/v1/accounts/${jon.id}/block`)
  assert.deepEqual(await names(), [], 'whom one blocks is suggested no more, whatever is kept')
})

test('lists leave as the files that other servers import', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { ana, others, db } = home
  const [ben, cleo] = [await others.actor('ben'), await others.actor('cleo')]
  await others.follow(ana, ben)
  await others.follow(ana, cleo)
  await others.follow(cleo, ana)
  await db
    .updateTable('follows')
    .set({ languages: ['de', 'pt-BR'], shows_boosts: false, notifies: true })
    .where('target_id', '=', ben.id)
    .execute()
  const list = await app.post<{ id: string }>('/api/v1/lists', { title: 'birds, big "ones"' })
  await app.post(`/api/v1/lists/${list.id}/accounts`, { account_ids: [ben.id, cleo.id] })
  const odd = await others.actor('=1+1')
  await app.post(`/api/v1/accounts/${odd.id}/mute`, { notifications: false })
  const dan = await others.actor('dan')
  await app.post(`/api/v1/accounts/${dan.id}/block`)
  const post = await others.post(ben, {})
  await app.post(`/api/v1/statuses/${post.id}/bookmark`)
  await app.post('/api/v1/domain_blocks', { domain: 'bad.example' })
  const read = async (name: string): Promise<string> => {
    const answer = await app.ask(`/api/v1/exports/${name}.csv`)
    assert.equal(answer.status, 200, answer.text())
    assert.match(String(answer.headers['content-type']), /^text\/csv/)
    return answer.text()
  }
  const head = 'Account address,Show boosts,Notify on new posts,Languages'
  assert.equal(
    await read('following'),
    `${head}\ncleo@peer.example,true,false,\nben@peer.example,false,true,"de, pt-BR"\n`,
  )
  assert.equal(await read('followers'), 'Account address\ncleo@peer.example\n')
  assert.equal(await read('mutes'), "Account address,Hide notifications\n'=1+1@peer.example,false\n")
  const title = '"birds, big ""ones"""'
  assert.equal(await read('lists'), `${title},cleo@peer.example\n${title},ben@peer.example\n`)
  assert.equal(await read('blocks'), 'dan@peer.example\n')
  assert.equal(await read('bookmarks'), `${post.uri}\n`)
  assert.equal(await read('domain_blocks'), 'bad.example\n')
  assert.deepEqual(await app.get('/api/v1/exports/stats'), {
    followers_count: 0,
    following_count: 0,
    statuses_count: 0,
    lists_count: 1,
    blocks_count: 1,
    mutes_count: 1,
  })
  const narrow = await home.app(['read:filters'])
  for (const name of ['following', 'followers', 'lists', 'mutes', 'blocks', 'bookmarks', 'domain_blocks']) {
    assert.equal((await narrow.ask(`/api/v1/exports/${name}.csv`)).status, 403, name)
    assert.equal((await home.stranger().ask(`/api/v1/exports/${name}.csv`)).status, 401, name)
  }
})

test('lists come in as the files that other servers export', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const sends = async (
    fields: readonly (readonly [string, string])[],
    text: string | Buffer = 'ben@peer.example\n',
    client = app,
  ) => {
    const file = { name: 'data', filename: 'list.csv', type: 'text/csv', bytes: Buffer.from(text) }
    return client.ask('/api/v1/import', { method: 'POST', ...formOf(fields, [file]) })
  }
  const taken = await sends([
    ['type', 'following'],
    ['mode', 'merge'],
  ])
  assert.equal(taken.status, 202, taken.text())
  assert.equal(taken.json()['status'], 'accepted')
  const form = { type: 'blocks', data: 'cleo@peer.example\n' }
  assert.equal(
    (await app.ask('/api/v1/import', { method: 'POST', body: form })).status,
    202,
    'as a field too',
  )
  const rows = await home.db
    .selectFrom('imports')
    .innerJoin('import_entries', 'import_entries.import_id', 'imports.id')
    .select(['kind', 'overwrites', 'subject'])
    .orderBy('imports.id')
    .execute()
  assert.deepEqual(rows, [
    { kind: 'following', overwrites: false, subject: 'ben@peer.example' },
    { kind: 'blocks', overwrites: false, subject: 'cleo@peer.example' },
  ])
  const refused = async (answer: Awaited<ReturnType<typeof sends>>, status: number, words: RegExp) => {
    assert.equal(answer.status, status, answer.text())
    assert.match(String(answer.json()['error']), words)
  }
  await refused(await sends([['type', 'posts']]), 422, /archive of the former account/)
  await refused(await sends([['type', 'constructor']]), 422, /must be following, blocks/)
  await refused(
    await sends([
      ['type', 'blocks'],
      ['mode', 'replace'],
    ]),
    422,
    /must be merge or overwrite/,
  )
  await refused(await sends([['type', 'blocks']], ''), 422, /missing or empty/)
  await refused(await app.ask('/api/v1/import', { method: 'POST', body: { type: 'blocks' } }), 422, /missing/)
  await refused(
    await sends([['type', 'blocks']], 'a,b\nc,d\n'),
    422,
    /line 1: "a,b" names no server.*no blocked accounts/,
  )
  await refused(
    await sends([['type', 'mutes']], Buffer.alloc(8 * 1_048_576 + 1, 'x')),
    413,
    /larger than 8 MB/,
  )
  const narrow = await home.app(['write:follows'])
  await refused(
    await sends([['type', 'following']], 'ben@peer.example', narrow),
    403,
    /outside the authorized scopes/,
  )
  await refused(await sends([['type', 'following']], 'ben@peer.example', home.stranger()), 401, /invalid/)
})
