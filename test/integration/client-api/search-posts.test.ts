/** Posts are found by what is in them, in whatever language, and by whoever may see them only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { SearchResults } from '../../../server/contracts/search-results.ts'
import type { Status } from '../../../server/contracts/status.ts'
import type { Row } from '../../../server/db/tables.ts'
import { editRemotePost } from '../../../server/domain/posts/edit-remote-post.ts'
import type { RemotePostRecord } from '../../../server/domain/posts/remote-post.ts'
import {
  countBacklog,
  indexBacklog,
  indexPosts,
  mergeIndex,
  queueAllForIndex,
} from '../../../server/domain/search/index-posts.ts'
import { openApiHome } from '../../support/api-home.ts'
import { receivePost, remoteFile, remoteRecord } from '../../support/remote-records.ts'

const home = await openApiHome()
const app = await home.app()
const { db, ana, others } = home
const ben = await others.actor('ben')

async function search(q: string, more = ''): Promise<SearchResults> {
  return app.get<SearchResults>(`/api/v2/search?q=${encodeURIComponent(q)}&type=statuses${more}`)
}

/** Ids of what is found, the newest first. */
const find = async (q: string, more = ''): Promise<string[]> =>
  (await search(q, more)).statuses.map(({ id }) => id)

const receive = async (
  html: string,
  facts: Partial<RemotePostRecord> = {},
  author: Row<'actors'> = ben,
): Promise<string> => receivePost(db, remoteRecord(author, html, facts))

const write = async (status: string, more: object = {}): Promise<Status> =>
  app.post<Status>('/api/v1/statuses', { status, ...more })

test('posts are found in every language, folded alike in what is written and what is asked', async () => {
  const cases: ReadonlyArray<readonly [text: string, asked: readonly string[]]> = [
    ['Die Größe der Bücher in Köln', ['größe', 'GROSSE', 'bucher', 'Köln', 'koln']],
    [
      'Łódź, Kraków i Gdańsk; smørrebrød på færøerne',
      ['lodz', 'krakow', 'smorrebrod', 'færøerne', 'FAEROERNE'],
    ],
    ['Το ΤΈΛΟΣ του δρόμου', ['τέλος', 'τελοσ', 'δρομου']],
    ['Ёлка и Чайковский', ['елка', 'чайковский']],
    ['İstanbul ve ışık', ['istanbul', 'isik']],
    ['قَرَأْتُ كِتَابًا جميلاً عن الإسلام', ['قرات', 'كتابا', 'كتـابا', 'الاسلام']],
    ['שָׁלוֹם לכולם', ['שלום']],
    ['हिन्दी में लिखा हुआ', ['हिन्दी', 'लिखा']],
    ['我喜欢吃苹果和北京烤鸭', ['苹果', '北京', '烤鸭', '鸭', '北京烤鸭']],
    ['東京都に住んでいます。機械学習の研究', ['東京', '機械学習', '学習', '研究', '住んで']],
    ['プログラミング言語のｶﾀｶﾅ', ['プログラミング', '言語', 'カタカナ']],
    ['ฉันรักประเทศไทยมาก', ['ประเทศไทย', 'รัก']],
    ['어제 서울에서 만나요', ['서울', '만나요']],
    ['👩‍💻 happy birthday 🎉🎂 👍🏽', ['🎉', '👩‍💻', '👍', '👍🏿', '"birthday 🎉"']],
    ['ｆｕｌｌｗｉｄｔｈ ﬁancé №5', ['fullwidth', 'fiance']],
    [
      'see https://blog.example/2024/foo-bar.html?x=1',
      ['https://blog.example/2024/foo-bar.html', 'foo-bar', 'blog.example'],
    ],
    ['ask @dora@far.example about #CatsOfFedi', ['@dora@far.example', '#catsoffedi', 'CatsOfFedi']],
    ["it's l’amour, don't snake_case C++", ["it's", 'amour', 'don’t', 'snake_case', 'c++']],
  ]
  for (const [text, asked] of cases) {
    const id = await receive(`<p>${text}</p>`)
    for (const q of asked) assert.ok((await find(q)).includes(id), `"${q}" finds "${text}"`)
  }
  assert.deepEqual(await find('京都'), [], 'a word is not found across the border of two others')
})

test('a post is found by its title, warning, poll, descriptions of its media and its hashtags', async () => {
  const poll = {
    options: ['zinnia', 'dahlia blossom'].map((title) => ({ title, votes: 0 })),
    isMultiple: false,
    endsAt: null,
    closedAt: null,
    votersCount: null,
  }
  const id = await receive('<p>quokkas #Marsupial</p>', {
    title: 'A headline about wombats',
    summary: 'numbats inside',
    attachments: [remoteFile('image', 'a bilby in the dusk'), remoteFile('image')],
    poll,
  })
  for (const q of ['quokkas', 'wombats', 'numbats', 'bilby', 'zinnia', '"dahlia blossom"', '#marsupial'])
    assert.deepEqual(await find(q), [id], q)
  assert.deepEqual(await find('"numbats inside quokkas"'), [], 'a phrase is of one text')
  assert.deepEqual(await find('#quokkas'), [], 'a word is no hashtag')
  const own = await write('an echidna', {
    spoiler_text: 'spines',
    poll: { options: ['heath', 'moor'], expires_in: 3600 },
  })
  for (const q of ['echidna', 'spines', 'heath']) assert.deepEqual(await find(q), [own.id], q)
})

test('all words must be there, phrases in their order, and a minus takes away', async () => {
  const first = await receive('<p>the quick brown fox; jumps &quot;over&quot; the lazy dog</p>')
  const second = await receive('<p>the quick red fox</p>')
  assert.deepEqual(await find('quick fox'), [second, first])
  assert.deepEqual(await find('quick brown'), [first])
  assert.deepEqual(await find('"quick fox"'), [])
  assert.deepEqual(await find('“brown fox, jumps: over”'), [first])
  assert.deepEqual(await find('quick -brown'), [second])
  assert.deepEqual(await find('quick -"red fox"'), [first])
  assert.deepEqual(await find('quick -from:@ben@peer.example'), [])
  assert.deepEqual(await find('+quick +red'), [second])
  assert.deepEqual(await find('"brown fox'), [first], 'a quote that does not end')
})

test('the last word may be one that is still being typed, and any word may be begun', async () => {
  const id = await receive('<p>Xylophones and xylems</p>')
  assert.deepEqual(await find('xylo'), [id])
  assert.deepEqual(await find('and xyle'), [id])
  assert.deepEqual(await find('xylo '), [], 'a blank ends the word')
  assert.deepEqual(await find('"xylo"'), [])
  assert.deepEqual(await find('xylo* and'), [id])
  assert.deepEqual(await find('"xylo" xylems'), [])
  const whole = await receive('<p>xylo</p>')
  assert.deepEqual(await find('xylo'), [whole], 'a word that is there is whole')
  assert.deepEqual(await find('xylo', `&max_id=${whole}`), [], 'also when its next page is empty')
})

test('what cannot be seen is not found, whatever is asked', async () => {
  const [eve, finn, gina] = await Promise.all(['eve', 'finn', 'gina'].map(async (name) => others.actor(name)))
  assert.ok(eve && finn && gina)
  const bad = await others.actor('host', { host: 'bad.example' })
  const html = '<p>needle7</p>'
  const named = { mentions: [{ actorId: ana.id, isSilent: false }] }
  const hidden = {
    followers: await receive(html, { visibility: 'followers' }, eve),
    direct: await receive(html, { visibility: 'direct' }, eve),
    blocked: await receive(html, {}, finn),
    domain: await receive(html, {}, bad),
  }
  const toMe = await receive(html, { visibility: 'direct', ...named }, eve)
  const deleted = await write('needle7')
  await others.follow(ana, gina)
  const followed = await receive(html, { visibility: 'followers' }, gina)
  await app.post(`/api/v1/accounts/${finn.id}/block`)
  await sql`update actors set is_domain_blocked = true where id = ${bad.id}`.execute(db)
  assert.deepEqual(await find('needle7'), [followed, deleted.id, toMe])
  await app.call('DELETE', `/api/v1/statuses/${deleted.id}`)
  for (const q of ['needle7', 'needle7 from:eve', 'needle', 'needle7 -xyzzy', 'needle7 in:all']) {
    const found = await find(q)
    for (const [why, id] of Object.entries(hidden)) assert.ok(!found.includes(id), `${q}: ${why}`)
    assert.ok(!found.includes(deleted.id), `${q}: deleted`)
  }
  assert.deepEqual(await find('from:@finn@peer.example'), [])
  const words = await db
    .selectFrom('post_words')
    .select('post_id')
    .where('post_id', '=', deleted.id)
    .execute()
  assert.deepEqual(words, [], 'its words are gone with it')
  await app.post(`/api/v1/accounts/${gina.id}/mute`)
  assert.deepEqual(await find('needle7'), [toMe])
  assert.deepEqual(await find('needle7 from:gina'), [followed], 'muted, but asked for by name')
})

test('an edit is found by what it says now', async () => {
  const record = remoteRecord(ben, '<p>formerly</p>')
  const id = await receivePost(db, record)
  const content = {
    ...record,
    contentHtml: '<p>nowadays</p>',
    contentText: 'nowadays',
    attachments: [remoteFile('image', 'sunrise')],
  }
  const edit = { postId: id, editedAt: new Date(), isDated: true, content, visibility: null }
  await db.transaction().execute(async (tx) => editRemotePost(tx, edit, new Date()))
  assert.deepEqual([await find('formerly'), await find('nowadays'), await find('sunrise')], [[], [id], [id]])
  await others.follow(ana, ben)
  const narrowed = { ...edit, content: record, visibility: 'followers', editedAt: new Date() } as const
  await db.transaction().execute(async (tx) => editRemotePost(tx, narrowed, new Date()))
  assert.deepEqual([await find('formerly in:public'), await find('formerly -in:public')], [[], [id]])
  const own = await write('beforehand')
  await app.call('PUT', `/api/v1/statuses/${own.id}`, { status: 'afterwards' })
  assert.deepEqual([await find('beforehand'), await find('afterwards')], [[], [own.id]])
})

test('posts from before the index are found when the worker has come to them, once however often it runs', async () => {
  const older = await receive('<p>antediluvian</p>', { publishedAt: new Date('2020-01-01T00:00:00Z') })
  const id = await receive('<p>antediluvian</p>')
  await db.deleteFrom('post_words').execute()
  assert.deepEqual(await find('antediluvian'), [])
  await queueAllForIndex(db)
  await queueAllForIndex(db)
  const work = async (): Promise<number> => db.transaction().execute(async (tx) => indexBacklog(tx, 5))
  assert.equal(await work(), 5)
  assert.deepEqual(await find('antediluvian'), [id], 'the newest first')
  while ((await work()) > 0);
  assert.equal(await countBacklog(db), 0)
  assert.deepEqual(await find('antediluvian'), [id, older])
  await mergeIndex(db)
  assert.deepEqual(await find('antediluvian'), [id, older])
})

test('nothing that is typed breaks out of its place, and a long text costs little', async () => {
  const id = await receive("<p>robert'); drop table posts;-- \\' & | ! <-> :* %_ needle8</p>")
  const attempts = [
    "'",
    "''",
    '\\',
    "\\'",
    "needle8' | 'a",
    "needle8 & !'x'",
    'needle8:*',
    'needle8 <-> drop',
    '!!',
    '&',
    '|',
    '()',
    '<->',
    ':*',
    '*',
    '"',
    '""',
    '" "',
    '-',
    '--',
    '-"',
    '-from:',
    'from:',
    'from:@',
    'from:@@',
    'from:x@y@z',
    'has:',
    'has:constructor',
    'is:__proto__',
    'in:toString',
    'before:',
    'before:2024-13-45',
    'before:99999',
    'after:0000-00-00',
    'during:9999',
    'before:0000',
    'after:9999-12-31',
    'language:',
    'language:%',
    "#'",
    '#',
    '##',
    '#a#b',
    '$1',
    '${x}',
    '%',
    '_',
    '\u0000',
    '\u{1f600}'.slice(0, 1),
  ]
  for (const q of attempts) {
    const answer = await app.ask(`/api/v2/search?type=statuses&q=${encodeURIComponent(q.toWellFormed())}`)
    assert.equal(answer.status, 200, `${JSON.stringify(q)}: ${answer.text()}`)
  }
  assert.deepEqual(await find("robert'); drop table posts;--"), [id])
  assert.deepEqual(await find('has:constructor'), [], 'no operator, but words')
  const long = await app.ask(`/api/v2/search?q=${'a+b+'.repeat(501)}needle8`)
  assert.equal(long.status, 422, 'longer than a search is')
  const many = `${Array.from({ length: 31 }, (_, n) => `-nothing${n}`).join(' ')} needle8`
  assert.deepEqual(await find(many), [id])
  assert.deepEqual(await find(`-${'x'.repeat(1_900)} needle8`), [id])
})

test('own posts are found by the same words whether they have just been written or are read again', async () => {
  const first = await write('a walnut for @ben@peer.example and #Nuts, see https://site.example/page', {
    language: 'en',
  })
  const poll = { options: ['almond', 'hazel'], expires_in: 3_600 }
  const written = [
    first,
    await write('shells', { spoiler_text: 'sharp', in_reply_to_id: first.id, visibility: 'private' }),
    await write('what she said', { quoted_status_id: first.id, sensitive: true }),
    await write('which one?', { poll }),
    await write('@ben@peer.example only for you', { visibility: 'direct', language: 'de' }),
  ]
  const ids = written.map(({ id }) => id)
  const words = async () =>
    db.selectFrom('post_words').selectAll().where('post_id', 'in', ids).orderBy('post_id').execute()
  const before = await words()
  assert.equal(before.length, written.length)
  await db.deleteFrom('post_words').where('post_id', 'in', ids).execute()
  await db.transaction().execute(async (tx) => indexPosts(tx, ids))
  assert.deepEqual(await words(), before)
})

test('pages lead through what is found by ids and by offsets, common words and rare ones alike', async () => {
  const start = Date.now() - 400 * 86_400_000
  const ids: string[] = []
  for (let age = 0; age < 12; age += 1) {
    const publishedAt = new Date(start + age * 30 * 86_400_000)
    ids.unshift(await receive('<p>everywhen is common</p>', { publishedAt }))
  }
  assert.deepEqual(await find('everywhen', '&limit=5'), ids.slice(0, 5))
  assert.deepEqual(await find('everywhen', `&limit=5&max_id=${ids[4]}`), ids.slice(5, 10))
  assert.deepEqual(await find('everywhen', `&limit=3&min_id=${ids[7]}`), ids.slice(4, 7))
  assert.deepEqual(await find('everywhen', `&limit=20&since_id=${ids[3]}`), ids.slice(0, 3))
  assert.deepEqual(await find('everywhen', '&limit=5&offset=5'), ids.slice(5, 10))
  assert.deepEqual(await find('everywhen', '&offset=12'), [])
  assert.equal((await find('everywhen', '&limit=1000')).length, 12)
  assert.deepEqual(await find('everywhen', '&max_id=nonsense'), ids)
})
