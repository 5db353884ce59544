/** Filters as apps keep them. One home; each test removes what it made. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { createRestAPIClient } from 'masto'
import generator from 'megalodon'
import type { Filter, FilterKeyword, FilterV1 } from '../../../server/contracts/filter.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { systemClock } from '../../../server/core/clock.ts'
import type { Row } from '../../../server/db/tables.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { deleteIdentity } from '../../../server/domain/owner/delete-identity.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'

let home: ApiHome
let app: ApiClient
let ben: Row<'actors'>

before(async () => {
  home = await openApiHome({ domain: null })
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

async function form(method: string, path: string, body: string) {
  return app.ask(path, {
    method,
    body,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
}

async function errorOf(method: string, path: string, body: object = {}): Promise<[number, string]> {
  const answer = await app.ask(path, { method, body })
  return [answer.status, String(answer.json()['error'])]
}

/** Titles of the filters that mark a status. */
const marks = (status: Pick<Status, 'filtered'> | undefined): string[] =>
  (status?.filtered ?? []).map((result) => result.filter.title)

describe('groups of keywords', () => {
  test('are made, read, changed and removed by form, the way the documentation shows', async () => {
    const keywords = 'keywords_attributes[][keyword]=foo&keywords_attributes[][whole_word]=false'
    const more = 'keywords_attributes[][keyword]=bar&keywords_attributes[][whole_word]=true'
    const made = await form('POST', '/api/v2/filters', `title=test&context[]=public&${keywords}&${more}`)
    assert.equal(made.status, 200)
    const filter = made.json() as unknown as Filter
    const [foo, bar] = filter.keywords
    assert.deepEqual(filter, {
      id: filter.id,
      title: 'test',
      context: ['public'],
      expires_at: null,
      filter_action: 'warn',
      keywords: [
        { id: foo?.id, keyword: 'foo', whole_word: false },
        { id: bar?.id, keyword: 'bar', whole_word: true },
      ],
      statuses: [],
    })
    const changes = `keywords_attributes[][id]=${foo?.id}&keywords_attributes[][_destroy]=true&keywords_attributes[][id]=${bar?.id}&keywords_attributes[][keyword]=baz`
    const changed = await form('PUT', `/api/v2/filters/${filter.id}`, changes)
    const kept = [{ id: bar?.id ?? '', keyword: 'baz', whole_word: true }]
    assert.deepEqual(changed.json(), { ...filter, keywords: kept })
    assert.deepEqual(await app.get(`/api/v2/filters/${filter.id}`), { ...filter, keywords: kept })
    assert.deepEqual(await app.get('/api/v2/filters'), [{ ...filter, keywords: kept }])
    assert.deepEqual(await app.call('DELETE', `/api/v2/filters/${filter.id}`), {})
    assert.equal((await app.ask(`/api/v2/filters/${filter.id}`)).status, 404)
  })

  test('change in all that is named and stay in all that is not', async () => {
    const filter = await make({
      expires_in: 3_600,
      filter_action: 'hide',
      keywords_attributes: [{ keyword: 'a' }],
    })
    assert.ok(
      Math.abs(Date.parse(String(filter.expires_at)) - home.context.clock.now().getTime() - 3_600_000) <
        60_000,
    )
    const path = `/api/v2/filters/${filter.id}`
    const renamed = await app.call<Filter>('PUT', path, { title: 'coffee' })
    assert.deepEqual(renamed, { ...filter, title: 'coffee' })
    const forever = await app.call<Filter>('PUT', path, { expires_in: null, filter_action: 'blur_media' })
    assert.deepEqual(forever, { ...renamed, expires_at: null, filter_action: 'blur' })
    const again = await app.call<Filter>('PUT', path, {
      expires_in: 60,
      context: ['thread', 'account', 'thread'],
    })
    assert.ok(again.expires_at !== null)
    assert.deepEqual(again.context, ['thread', 'account'])
    const emptied = await form('PUT', path, 'expires_in=')
    assert.equal(emptied.json()['expires_at'], null)
    await removeAll()
  })

  test('are refused in words', async () => {
    const everything =
      "Validation failed: Title can't be blank, Context can't be blank, Context None or invalid context supplied"
    assert.deepEqual(await errorOf('POST', '/api/v2/filters'), [422, everything])
    const flaws: ReadonlyArray<readonly [object, RegExp]> = [
      [{ context: ['home', 'kitchen'] }, /: Context None or invalid context supplied$/],
      [{ filter_action: 'burn' }, /: Filter action is not included in the list$/],
      [{ title: 'x'.repeat(257) }, /: Title is too long \(maximum is 256 characters\)$/],
      [{ keywords_attributes: [{ keyword: ' \u200b ' }] }, /: Keyword can't be blank$/],
      [{ keywords_attributes: [{ keyword: 'x'.repeat(513) }] }, /: Keyword is too long \(maximum is 512/],
      [{ expires_in: 'soon' }, /expires_in/],
    ]
    for (const [flaw, expected] of flaws) {
      const [status, error] = await errorOf('POST', '/api/v2/filters', {
        title: 'x',
        context: ['home'],
        ...flaw,
      })
      assert.deepEqual([status, expected.test(error)], [422, true], error)
    }
    const unknown = { title: 'x', context: ['home'], keywords_attributes: [{ id: '12', keyword: 'x' }] }
    assert.equal((await errorOf('POST', '/api/v2/filters', unknown))[0], 404)
    assert.deepEqual(await app.get('/api/v2/filters'), [], 'nothing of it was kept')
  })

  test('there are at most 200 of them, with 2,000 keywords', async () => {
    const { id } = await make({})
    const words = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ keyword: `word ${index}` }))
    await app.call('PUT', `/api/v2/filters/${id}`, { keywords_attributes: words(2_000) })
    const [status, error] = await errorOf('POST', `/api/v2/filters/${id}/keywords`, { keyword: 'one more' })
    assert.deepEqual([status, error], [422, 'Validation failed: there may be at most 2000 filtered keywords'])
    await home.db
      .insertInto('filters')
      .values(
        Array.from({ length: 199 }, () => ({
          actor_id: home.ana.id,
          title: 'x',
          contexts: ['home' as const],
        })),
      )
      .execute()
    assert.match(
      (await errorOf('POST', '/api/v2/filters', { title: 'x', context: ['home'] }))[1],
      /at most 200 filters/,
    )
    await home.db.deleteFrom('filters').execute()
  })

  test('keywords are added, read, changed and removed one by one', async () => {
    const { id } = await make({ keywords_attributes: [{ keyword: 'first' }] })
    const added = await app.post<FilterKeyword>(`/api/v2/filters/${id}/keywords`, { keyword: 'second' })
    assert.deepEqual([added.keyword, added.whole_word], ['second', true])
    const path = `/api/v2/filters/keywords/${added.id}`
    assert.deepEqual(await app.get(path), added)
    const changed = await app.call<FilterKeyword>('PUT', path, { keyword: 'third', whole_word: false })
    assert.deepEqual(changed, { id: added.id, keyword: 'third', whole_word: false })
    const all = await app.get<FilterKeyword[]>(`/api/v2/filters/${id}/keywords`)
    assert.deepEqual(
      all.map(({ keyword }) => keyword),
      ['first', 'third'],
    )
    const blank = "Validation failed: Keyword can't be blank"
    assert.deepEqual(await errorOf('POST', `/api/v2/filters/${id}/keywords`), [422, blank])
    assert.deepEqual(await errorOf('PUT', path, { keyword: '' }), [422, blank])
    assert.deepEqual(await app.call('DELETE', path), {})
    assert.equal((await app.ask(path)).status, 404)
    await removeAll()
  })

  test('posts are filtered by id, the boosted one by that of its boost, each once', async () => {
    const { id } = await make({ title: 'that post' })
    const post = await home.others.post(ben, { html: '<p>nothing special</p>' })
    const boost = await home.others.post(await home.others.actor('booster'), { boostOf: post })
    const path = `/api/v2/filters/${id}/statuses`
    const added = await app.post<{ id: string }>(path, { status_id: boost.id })
    assert.deepEqual(added, { id: added.id, status_id: post.id })
    assert.deepEqual(await app.get(path), [added])
    assert.deepEqual(await app.get(`/api/v2/filters/statuses/${added.id}`), added)
    const [status, error] = await errorOf('POST', path, { status_id: post.id })
    assert.deepEqual([status, error], [422, 'Validation failed: Status has already been taken'])
    const read = await app.get<Status>(`/api/v1/statuses/${post.id}`)
    const filter = { id, title: 'that post', context: ['home'], expires_at: null, filter_action: 'warn' }
    assert.deepEqual(read.filtered, [{ filter, keyword_matches: null, status_matches: [post.id] }])
    const carried = await app.get<Status>(`/api/v1/statuses/${boost.id}`)
    assert.deepEqual([marks(carried), marks(carried.reblog ?? undefined)], [['that post'], ['that post']])
    const hidden = await home.others.post(ben, { visibility: 'direct' })
    assert.equal((await errorOf('POST', path, { status_id: hidden.id }))[0], 404)
    assert.deepEqual(await app.call('DELETE', `/api/v2/filters/statuses/${added.id}`), {})
    assert.deepEqual(await app.get(path), [])
    await removeAll()
  })
})

test('nobody reads or changes the filters of another identity, nor without the scope', async () => {
  const cleo = await addIdentity(home.db, { username: 'cleo', displayName: '', domain: null }, systemClock)
  const hers = await home.app(['read', 'write'], cleo.id)
  const filter = await make({ keywords_attributes: [{ keyword: 'tea' }] })
  const post = await home.others.post(ben, { html: '<p>tea</p>' })
  const entry = await app.post<{ id: string }>(`/api/v2/filters/${filter.id}/statuses`, {
    status_id: post.id,
  })
  const keyword = filter.keywords[0]?.id
  const paths = `/api/v2/filters/${filter.id} /api/v2/filters/keywords/${keyword} /api/v1/filters/${keyword}
    /api/v2/filters/statuses/${entry.id} /api/v2/filters/${filter.id}/keywords /api/v2/filters/${filter.id}/statuses`
  const own = await home.app(['read:statuses', 'write:statuses'])
  for (const path of paths.split(/\s+/)) {
    assert.equal((await hers.ask(path)).status, 404, path)
    assert.equal((await own.ask(path)).status, 403, path)
    assert.equal((await home.ask(path)).status, 401, path)
    for (const method of ['PUT', 'DELETE', 'POST']) {
      const body = { keyword: 'x', phrase: 'x', title: 'x', status_id: post.id }
      assert.equal((await hers.ask(path, { method, body })).status, 404, `${method} ${path}`)
    }
  }
  assert.deepEqual(await hers.get('/api/v2/filters'), [])
  assert.deepEqual(marks(await hers.get<Status>(`/api/v1/statuses/${post.id}`)), [])
  assert.deepEqual(marks(await app.get<Status>(`/api/v1/statuses/${post.id}`)), ['tea'])
  await hers.post('/api/v2/filters', { title: 'hers', context: ['home'] })
  await inTransaction(home.db, async (tx) => deleteIdentity(tx, cleo, new Date()))
  assert.equal((await home.db.selectFrom('filters').select('id').execute()).length, 1)
  await removeAll()
})

describe('filters of one keyword, for older apps', () => {
  test('are a view of the keywords', async () => {
    const body = 'phrase=tea&context[]=home&context[]=thread&irreversible=true&expires_in=3600'
    const made = (await form('POST', '/api/v1/filters', body)).json() as unknown as FilterV1
    assert.deepEqual(made, {
      id: made.id,
      phrase: 'tea',
      context: ['home', 'thread'],
      whole_word: false,
      expires_at: made.expires_at,
      irreversible: true,
    })
    const [filter] = await app.get<Filter[]>('/api/v2/filters')
    assert.deepEqual(
      [filter?.title, filter?.filter_action, filter?.keywords[0]?.id],
      ['tea', 'hide', made.id],
    )
    assert.deepEqual(await app.get('/api/v1/filters'), [made])
    assert.deepEqual(await app.get(`/api/v1/filters/${made.id}`), made)
    const change = {
      phrase: 'coffee',
      context: ['public'],
      irreversible: false,
      whole_word: true,
      expires_in: null,
    }
    const changed = await app.call<FilterV1>('PUT', `/api/v1/filters/${made.id}`, change)
    const { expires_in: _, ...shown } = change
    assert.deepEqual(changed, { ...shown, id: made.id, expires_at: null })
    const [renamed] = await app.get<Filter[]>('/api/v2/filters')
    assert.deepEqual([renamed?.title, renamed?.filter_action], ['coffee', 'warn'])
    assert.deepEqual(await app.call('DELETE', `/api/v1/filters/${made.id}`), {})
    assert.deepEqual(await app.get('/api/v1/filters'), [])
    assert.equal((await app.get<Filter[]>('/api/v2/filters')).length, 1, 'only the keyword is gone')
    assert.deepEqual(await errorOf('POST', '/api/v1/filters', { context: ['home'] }), [
      422,
      "Validation failed: Phrase can't be blank",
    ])
    const noContext = "Validation failed: Context can't be blank, Context None or invalid context supplied"
    assert.deepEqual(await errorOf('POST', '/api/v1/filters', { phrase: 'x' }), [422, noContext])
    await removeAll()
  })

  test('change nothing that other keywords share', async () => {
    const { keywords } = await make({
      filter_action: 'blur',
      keywords_attributes: [{ keyword: 'one' }, { keyword: 'two' }],
    })
    const path = `/api/v1/filters/${keywords[0]?.id}`
    const same = { phrase: 'three', context: ['home'], irreversible: false, whole_word: false }
    assert.equal((await app.call<FilterV1>('PUT', path, same)).phrase, 'three')
    for (const change of [{ context: ['public'] }, { irreversible: true }, { expires_in: 60 }]) {
      const [status, error] = await errorOf('PUT', path, { ...same, ...change })
      assert.deepEqual([status, /belong to all keywords/.test(error)], [422, true])
    }
    const [filter] = await app.get<Filter[]>('/api/v2/filters')
    assert.deepEqual([filter?.title, filter?.filter_action, filter?.context], ['tea', 'blur', ['home']])
    await removeAll()
  })
})

test('masto and megalodon keep filters', async () => {
  const url = `http://${home.host}`
  const masto = createRestAPIClient({ url, accessToken: app.token ?? '' })
  const made = await masto.v2.filters.create({
    title: 'by masto',
    context: ['home', 'notifications'],
    filterAction: 'hide',
    expiresIn: 600,
    keywordsAttributes: [{ keyword: 'soup', wholeWord: false }],
  })
  assert.deepEqual([made.title, made.filterAction, made.keywords[0]?.keyword], ['by masto', 'hide', 'soup'])
  const selected = masto.v2.filters.$select(made.id)
  const word = await selected.keywords.create({ keyword: 'stew' })
  await masto.v2.filters.keywords.$select(word.id).update({ keyword: 'broth', wholeWord: true })
  const changed = await selected.update({
    title: 'still',
    expiresIn: null,
    keywordsAttributes: [{ id: word.id, _destroy: true }],
  })
  assert.deepEqual([changed.expiresAt, changed.keywords.length], [null, 1])
  const post = await home.others.post(ben, { html: '<p>soups</p>' })
  const status = await masto.v1.statuses.$select(post.id).fetch()
  assert.deepEqual(status.filtered?.[0]?.keywordMatches, ['soup'])
  const entry = await selected.statuses.create({ statusId: post.id })
  await masto.v2.filters.statuses.$select(entry.id).remove()
  const megalodon = generator('mastodon', url, app.token)
  const old = (await megalodon.getFilters()).data
  assert.deepEqual([old.map(({ phrase }) => phrase), old[0]?.irreversible], [['soup'], true])
  const created = (await megalodon.createFilter('pie', ['home'], { whole_word: true })).data
  const updated = (await megalodon.updateFilter(created.id, 'cake', ['public'])).data
  assert.deepEqual([updated.phrase, updated.context], ['cake', ['public']])
  await megalodon.deleteFilter(created.id)
  await selected.remove()
  await removeAll()
})
