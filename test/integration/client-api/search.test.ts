/** The operators of the search for posts, accounts as they are typed, hashtags, and what a search asks of others. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { sql } from 'kysely'
import type { Account } from '../../../server/contracts/account.ts'
import type { SearchResults, SearchResultsV1 } from '../../../server/contracts/search-results.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Row } from '../../../server/db/tables.ts'
import type { RemotePostRecord } from '../../../server/domain/posts/remote-post.ts'
import { recordPreview } from '../../../server/domain/cards/record-card.ts'
import { linkCards } from '../../../server/domain/cards/link-cards.ts'
import { indexBacklog } from '../../../server/domain/search/index-posts.ts'
import { findRemoteUrl } from '../../../server/net/origin.ts'
import { openApiHome } from '../../support/api-home.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { receivePost, remoteFile, remoteRecord } from '../../support/remote-records.ts'

const peer = await openFakePeer(undefined, { host: 'far.example' })
after(async () => peer.close())
const home = await openApiHome({ peers: [peer] })
const app = await home.app()
const { db, ana, others } = home
const ben = await others.actor('ben')
const cleo = await others.actor('cleo', { host: 'other.example' })

const search = async (q: string, more = ''): Promise<SearchResults> =>
  app.get<SearchResults>(`/api/v2/search?q=${encodeURIComponent(q)}${more}`)

const find = async (q: string, more = ''): Promise<string[]> =>
  (await search(q, `&type=statuses${more}`)).statuses.map(({ id }) => id)

const receive = async (
  html: string,
  facts: Partial<RemotePostRecord> = {},
  author: Row<'actors'> = ben,
): Promise<string> => receivePost(db, remoteRecord(author, html, facts))

test('who wrote and who is named: me, a name of this home, somebody elsewhere', async () => {
  const mine = await app.post<Status>('/api/v1/statuses', { status: 'people1 @ben@peer.example' })
  const toMe = await receive('<p>people1</p>', { mentions: [{ actorId: ana.id, isSilent: false }] })
  const silent = await receive('<p>people1</p>', { mentions: [{ actorId: ana.id, isSilent: true }] }, cleo)
  const all = [silent, toMe, mine.id]
  const cases: Readonly<Record<string, readonly string[]>> = {
    people1: all,
    'people1 from:me': [mine.id],
    'people1 from:@Ana': [mine.id],
    'people1 from:ana@home.example': [mine.id],
    'people1 from:@ben@PEER.example': [toMe],
    'people1 from:ben': [toMe],
    'people1 -from:me': [silent, toMe],
    'people1 -from:me -from:ben': [silent],
    'people1 from:me from:ben': [],
    'people1 from:nobody': [],
    'people1 -from:nobody': all,
    'people1 mentions:me': [toMe],
    'people1 to:@ben@peer.example': [mine.id],
    'people1 -mentions:me': [silent, mine.id],
  }
  for (const [q, ids] of Object.entries(cases)) assert.deepEqual(await find(q), ids, q)
  assert.deepEqual(await find('people1', `&account_id=${cleo.id}`), [silent])
  assert.deepEqual(await find('people1 from:me', `&account_id=${cleo.id}`), [])
  assert.deepEqual(await find('people1', '&account_id=nonsense'), [])
  assert.deepEqual(await find('people1', '&account_id='), all, 'as apps send what they leave out')
})

test('what a post carries, what it is, its language', async () => {
  const poll = {
    options: [
      { title: 'yes', votes: 0 },
      { title: 'no', votes: 0 },
    ],
    isMultiple: false,
    endsAt: null,
    closedAt: null,
    votersCount: null,
  }
  const link = '<p>facts1 <a href="https://page.example/x">page</a></p>'
  const posts = {
    plain: await receive('<p>facts1 <a href="https://peer.example/@ben" class="u-url mention">@ben</a></p>'),
    image: await receive('<p>facts1</p>', { attachments: [remoteFile('image')] }),
    video: await receive('<p>facts1</p>', { attachments: [remoteFile('gifv'), remoteFile('audio')] }),
    link: await receive(link),
    poll: await receive('<p>facts1</p>', { poll, isSensitive: true }),
    reply: await receive('<p>facts1</p>', { inReplyToUri: 'https://gone.example/1', language: 'de' }),
    brazilian: await receive('<p>facts1</p>', { language: 'pt-BR' }),
  }
  const cases: Readonly<Record<string, ReadonlyArray<keyof typeof posts>>> = {
    'has:media': ['video', 'image'],
    'has:image': ['image'],
    'has:video': ['video'],
    'has:audio': ['video'],
    'has:link': ['link'],
    'has:poll': ['poll'],
    'has:embed': [],
    'has:quote': [],
    'is:reply': ['reply'],
    'is:sensitive': ['poll'],
    'language:de': ['reply'],
    'language:pt': ['brazilian'],
    'language:PT-br': ['brazilian'],
    'language:fr': [],
    '-has:media -is:reply -has:link -has:poll -language:pt': ['plain'],
    'has:media -has:image': ['video'],
    '-is:sensitive has:poll': [],
    '-has:quote -has:embed has:image': ['image'],
  }
  for (const [q, names] of Object.entries(cases)) {
    assert.deepEqual(
      await find(`facts1 ${q}`),
      names.map((name) => posts[name]),
      q,
    )
  }
})

test('a card is found by its title once its page was read, a player by has:embed', async () => {
  const url = findRemoteUrl('https://video.example/1')
  assert.ok(url)
  const id = await receive('<p>cards1 <a href="https://video.example/1">here</a></p>')
  await linkCards(db, [{ postId: id, url }])
  const card = await db.selectFrom('cards').selectAll().where('url', '=', url.href).executeTakeFirstOrThrow()
  const preview = {
    kind: 'video',
    title: 'Capybaras bathing',
    description: 'in hot springs',
    page_url: null,
    provider_name: '',
    author_name: '',
    author_handle: '',
    language: null,
    image_url: null,
    image_description: '',
    width: 0,
    height: 0,
    published_at: null,
  } as const
  await db.transaction().execute(async (tx) => recordPreview(tx, card, preview, new Date()))
  await db.transaction().execute(async (tx) => indexBacklog(tx, 500))
  for (const q of ['capybaras', '"hot springs"', 'cards1 has:embed', 'cards1 has:link'])
    assert.deepEqual(await find(q), [id], q)
  const second = await receive('<p>cards2 <a href="https://video.example/1">here</a></p>')
  await linkCards(db, [{ postId: second, url }])
  await db.transaction().execute(async (tx) => indexBacklog(tx, 500))
  assert.deepEqual(await find('capybaras'), [second, id], 'a page that was read already')
})

test('what I marked, and the library of all I had to do with', async () => {
  const names = ['none', 'bookmarked', 'liked', 'boosted', 'named'] as const
  const ids: Record<string, string> = {}
  for (const name of names) {
    const mentions = name === 'named' ? [{ actorId: ana.id, isSilent: false }] : []
    ids[name] = await receive('<p>marks1</p>', { mentions })
  }
  const { id: mine } = await app.post<Status>('/api/v1/statuses', { status: 'marks1' })
  const { id: hidden } = await app.post<Status>('/api/v1/statuses', {
    status: 'marks1',
    visibility: 'private',
  })
  const act = async (id: string | undefined, what: string): Promise<unknown> =>
    app.post(`/api/v1/statuses/${id}/${what}`)
  await act(ids['bookmarked'], 'bookmark')
  await act(ids['liked'], 'favourite')
  await act(ids['boosted'], 'reblog')
  await act(mine, 'pin')
  const { none, bookmarked, liked, boosted, named } = ids
  const cases: Readonly<Record<string, ReadonlyArray<string | undefined>>> = {
    'is:bookmarked': [bookmarked],
    'is:favourited': [liked],
    'is:favorited': [liked],
    'is:boosted': [boosted],
    'is:pinned': [mine],
    'is:bookmarked is:favourited': [],
    '-is:bookmarked in:library': [hidden, mine, named, boosted, liked],
    'in:library': [hidden, mine, named, boosted, liked, bookmarked],
    '-in:library': [none],
    'in:public': [mine, named, boosted, liked, bookmarked, none],
    '-in:public': [hidden],
    'in:all': [hidden, mine, named, boosted, liked, bookmarked, none],
  }
  for (const [q, expected] of Object.entries(cases)) assert.deepEqual(await find(`marks1 ${q}`), expected, q)
  assert.deepEqual(await find('is:bookmarked'), [bookmarked], 'an operator is a search')
  assert.deepEqual(await find('marks1 in:library', `&max_id=${mine}&limit=2`), [named, boosted])
  assert.deepEqual(await find('marks1 in:library', `&min_id=${bookmarked}&limit=2`), [boosted, liked])
  await act(ids['bookmarked'], 'unbookmark')
  await act(ids['liked'], 'unfavourite')
  assert.deepEqual([await find('is:bookmarked'), await find('marks1 is:favourited')], [[], []])
})

test('when a post was written', async () => {
  const at = async (moment: string): Promise<string> =>
    receive('<p>times1</p>', { publishedAt: new Date(moment) })
  const old = await at('2019-12-31T23:59:59.999Z')
  const first = await at('2020-01-01T00:00:00.000Z')
  const leap = await at('2020-02-29T12:00:00Z')
  const late = await at('2020-12-31T23:59:59Z')
  const cases: Readonly<Record<string, readonly string[]>> = {
    'before:2020-01-01': [old],
    'before:2020': [old],
    'after:2019-12-31': [late, leap, first],
    'after:2020-02': [late],
    'during:2020': [late, leap, first],
    'during:2020-02': [leap],
    'during:2020-02-29': [leap],
    'after:2019 before:2020-03': [leap, first],
    '-during:2020': [old],
    '-before:2020 -during:2020-02': [late, first],
    'after:2020 before:2020': [],
  }
  for (const [q, ids] of Object.entries(cases)) assert.deepEqual(await find(`times1 ${q}`), ids, q)
})

test('a quote is one when it was agreed to', async () => {
  const { id: mine } = await app.post<Status>('/api/v1/statuses', { status: 'quoted1' })
  const quote = await app.post<Status>('/api/v1/statuses', { status: 'quoting1', quoted_status_id: mine })
  const claim = await receive('<p>quoting1</p>', {
    quote: { uri: 'https://gone.example/notes/1', authorizationUri: null },
  })
  assert.deepEqual(await find('quoting1'), [claim, quote.id])
  assert.deepEqual(await find('quoting1 has:quote'), [quote.id])
  assert.deepEqual(await find('quoting1 -has:quote'), [claim])
})

test('a setting narrows what is searched to what I wrote or had to do with', async () => {
  const far = await receive('<p>scope1</p>')
  const { id: mine } = await app.post<Status>('/api/v1/statuses', { status: 'scope1' })
  const liked = await receive('<p>scope1</p>')
  await app.post(`/api/v1/statuses/${liked}/favourite`)
  const { config } = home.context
  const within = async (scope: 'own' | 'interacted' | 'all'): Promise<string[]> => {
    Object.assign(config, { search: scope })
    return find('scope1')
  }
  assert.deepEqual(await within('own'), [mine])
  assert.deepEqual(await within('interacted'), [liked, mine])
  assert.deepEqual(await within('all'), [liked, mine, far])
})

test('a name that is typed is completed from what is here: exact, followed, begun, then any part of it', async () => {
  const dora = await others.actor('dora')
  const dorabella = await others.actor('dorabella')
  const isadora = await others.actor('isadora')
  const dorothea = await others.actor('dorothea')
  await others.follow(ana, dorothea)
  const complete = async (q: string, more = ''): Promise<string[]> =>
    (await app.get<Account[]>(`/api/v1/accounts/search?q=${encodeURIComponent(q)}${more}`)).map(
      ({ username }) => username,
    )
  assert.deepEqual(await complete('dor'), ['dorothea', 'dorabella', 'dora', 'isadora'])
  assert.deepEqual(await complete('@Dora'), ['dora', 'dorabella', 'isadora'])
  assert.deepEqual(await complete('do'), ['dorothea', 'dorabella', 'dora'], 'two letters begin a name')
  assert.deepEqual(await complete('dora@pe'), ['dora', 'isadora'])
  assert.deepEqual(await complete('@dora@peer.example'), ['dora', 'isadora'])
  assert.deepEqual(await complete('dor', '&following=true'), ['dorothea'])
  assert.deepEqual(await complete('dor', '&limit=1&offset=1'), ['dorabella'])
  assert.deepEqual(await complete('%'), [])
  assert.deepEqual(await complete(' '), [])
  await app.post(`/api/v1/accounts/${dorabella.id}/block`)
  await sql`update actors set suspended_at = now() where id = ${isadora.id}`.execute(db)
  assert.deepEqual(await complete('dora'), ['dora'])
  await sql`update actors set display_name = '山田 太郎' where id = ${dora.id}`.execute(db)
  assert.deepEqual(await complete('田 太'), ['dora'])
  assert.equal((await app.ask(`/api/v1/accounts/search?q=${'x'.repeat(2_001)}`)).status, 422)
})

test('others are asked once, only for what is not here, and only when told to', async () => {
  const gus = peer.actor('gus')
  const note = peer.publish(gus.note({ content: '<p>a faraway post</p>' }))
  const before = peer.paths().length
  for (const q of [`@${gus.handle}`, gus.uri, note.id]) {
    const { accounts, statuses } = await search(q)
    assert.deepEqual([accounts, statuses], [[], []], q)
  }
  assert.equal(peer.paths().length, before, 'nobody was asked')
  const found = await search(note.id, '&resolve=true')
  assert.deepEqual([found.accounts.length, found.statuses.length], [0, 1])
  const asked = peer.paths().length
  assert.ok(asked > before)
  assert.equal((await search(note.id)).statuses[0]?.id, found.statuses[0]?.id)
  assert.equal((await search(gus.uri)).accounts[0]?.acct, gus.handle, 'a profile that is known by now')
  assert.equal((await search(`@${gus.handle}`, '&resolve=true')).accounts[0]?.acct, gus.handle)
  assert.equal(peer.paths().length, asked, 'what is here is not asked for again')
  assert.equal((await find('faraway'))[0], found.statuses[0]?.id, 'and is found by its words')
  for (const q of ['@nobody@far.example', 'https://far.example/nothing', 'https://[', 'https://127.0.0.1/x'])
    assert.deepEqual((await search(q, '&resolve=true')).accounts, [], q)
  const linking = await receive(
    '<p>see <a href="https://far.example/nothing">https://far.example/nothing</a></p>',
  )
  assert.deepEqual(
    (await search('https://far.example/nothing')).statuses.map(({ id }) => id),
    [linking],
    'who links to it',
  )
  assert.equal((await home.stranger().ask('/api/v2/search?q=x&resolve=true')).status, 401)
  assert.equal((await (await home.app(['read:statuses'])).ask('/api/v2/search?q=x')).status, 403)
})

test('hashtags are found by their beginning, the one that is typed first', async () => {
  for (const tag of ['Tagging', 'TagOne', 'tagtwo', 'other']) await receive(`<p>#${tag}</p>`)
  await sql`update hashtags set uses_count = 5 where name = 'tagtwo'`.execute(db)
  const tags = async (q: string, more = ''): Promise<string[]> =>
    (await search(q, `&type=hashtags${more}`)).hashtags.map(({ name }) => name.toLowerCase())
  assert.deepEqual(await tags('#tag'), ['tagtwo', 'tagone', 'tagging'])
  assert.deepEqual(await tags('TagOne'), ['tagone'])
  assert.deepEqual(await tags('tag', '&limit=1&offset=1&exclude_unreviewed=true'), ['tagone'])
  const first = await app.get<SearchResultsV1>('/api/v1/search?q=tagone')
  assert.deepEqual(
    first.hashtags.map((name) => name.toLowerCase()),
    ['tagone'],
  )
})

test('one kind is answered alone', async () => {
  const { id } = await app.post<Status>('/api/v1/statuses', { status: 'everything #ana' })
  const all = await search('ana')
  assert.deepEqual([all.accounts[0]?.id, all.statuses[0]?.id, all.hashtags[0]?.name], [ana.id, id, 'ana'])
  for (const type of ['accounts', 'statuses', 'hashtags'] as const) {
    const { [type]: wanted, ...rest } = await search('ana', `&type=${type}`)
    assert.equal(wanted.length > 0, true)
    assert.deepEqual(Object.values(rest), [[], []])
  }
  assert.deepEqual(await search('ana', '&type=nothing'), { accounts: [], statuses: [], hashtags: [] })
})

test('a page costs a fixed number of statements, however much it shows', async () => {
  for (let count = 0; count < 40; count += 1) {
    await receive('<p>statements1</p>', { attachments: [remoteFile('image')] }, count % 2 === 0 ? ben : cleo)
  }
  const costOf = async (limit: number): Promise<number> => {
    const before = home.statementCount()
    assert.equal((await find('statements1 has:image', `&limit=${limit}`)).length, limit)
    return home.statementCount() - before
  }
  await costOf(1)
  const [few, many] = [await costOf(2), await costOf(40)]
  assert.equal(many, few)
  assert.ok(many <= 8, `${many} statements`)
})
