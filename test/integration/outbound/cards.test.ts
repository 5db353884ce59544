/** Link previews, from the post to what the worker keeps: own links at once, those of others when they are shown. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inTransaction } from '../../../server/db/transaction.ts'
import { cardGraph } from '../../../server/domain/cards/card-graph.ts'
import { type CardLink, linkCards } from '../../../server/domain/cards/link-cards.ts'
import { deletePost } from '../../../server/domain/posts/delete-post.ts'
import { editPost } from '../../../server/domain/posts/edit-post.ts'
import { parseRemoteUrl } from '../../../server/net/origin.ts'
import { moveRows } from '../../../server/stator/move.ts'
import { type ScriptedAnswer, openFakePeer } from '../../support/fake-peer.ts'
import { openFederationHome } from '../../support/federation-home.ts'

/** Every page stands on a server of its own: the pace of one does not hold up another. */
const sites = await Promise.all(
  Array.from({ length: 30 }, async (_, n) => openFakePeer(undefined, { host: `site${n}.example` })),
)
const peer = await openFakePeer()
const home = await openFederationHome({
  peers: [peer, ...sites],
  config: { remoteTimeout: { connect: 2, read: 1, write: 1, pool: 5 } },
})
await home.follows(peer.actor('ana'))
const TITLE = '<title>The page</title>'
const html = (body: string | Buffer, type = 'text/html'): ScriptedAnswer => ({
  headers: { 'content-type': type },
  body,
})

let used = 0
/** A page that answers like this. @returns its address and the server */
function site(answer: () => ScriptedAnswer) {
  const one = sites[used]
  assert.ok(one, 'more sites are needed')
  used += 1
  one.answers('/', answer)
  return { url: `${one.origin}/`, server: one }
}

const cardOf = async (url: string) =>
  home.db.selectFrom('cards').selectAll().where('url', '=', url).executeTakeFirst()

/** The title of the card of a post. */
async function titleOf(postId: string): Promise<string | null> {
  const row = await home.db
    .selectFrom('post_cards')
    .innerJoin('cards', 'cards.id', 'post_cards.card_id')
    .select('cards.title')
    .where('post_id', '=', postId)
    .executeTakeFirst()
  return row?.title ?? null
}

/** Writes about an address, and lets the worker do what follows. @returns its card */
async function writesAbout(url: string) {
  const post = await home.writes(`look at ${url}`)
  await home.work()
  return { post, card: await cardOf(url) }
}

/** As when the owner is shown a post of somebody else. */
async function shown(...links: ReadonlyArray<{ postId: string; url: string }>): Promise<string[]> {
  const given: CardLink[] = links.map(({ postId, url }) => ({ postId, url: parseRemoteUrl(url) }))
  return linkCards(home.db, given)
}

async function received(url: string) {
  const ana = peer.actor('ana')
  const note = ana.note({ content: `<p><a href="${url}">page</a></p>` })
  await home.takes(ana, ana.create(note))
  const post = await home.post(note.id)
  assert.ok(post)
  return { post, note, ana }
}

/** Two weeks are over. */
async function makeOld(url: string): Promise<void> {
  await home.db
    .updateTable('cards')
    .set({ fetched_at: new Date(Date.now() - 15 * 86_400_000) })
    .where('url', '=', url)
    .execute()
}

test('the page behind an own link is read at once, by nobody in particular', async () => {
  const { url, server } = site(() => html(TITLE))
  const { post, card } = await writesAbout(url)
  assert.deepEqual([card?.state, card?.title, await titleOf(post.id)], ['fetched', 'The page', 'The page'])
  const [request, ...more] = server.requests
  assert.equal(more.length, 0)
  assert.equal(request?.headers['signature'], undefined)
  assert.equal(request?.headers['signature-input'], undefined)
  assert.equal(request?.headers['cookie'], undefined)
  assert.equal(request?.headers['referer'], undefined)
  await home.writes(`again ${url}`)
  await home.writes(`and again ${url}#elsewhere`)
  await home.work()
  assert.equal(server.requests.length, 1, 'one page of many posts is read once')
})

test('links of others are read only once they are shown, after a while of chance', async () => {
  const { url, server } = site(() => html(TITLE))
  const { post } = await received(url)
  await home.work({ dueWithinSeconds: 61 })
  assert.equal(server.requests.length, 0, 'what nobody looks at is not asked for')
  assert.deepEqual(await shown({ postId: post.id, url }), [post.id])
  const card = await cardOf(url)
  const waitMs = (card?.state_next_attempt_at?.getTime() ?? 0) - Date.now()
  assert.ok(waitMs <= 60_000, `in ${waitMs} ms`)
  assert.equal(card?.state_priority, 1)
  await home.work({ dueWithinSeconds: 61 })
  assert.equal(await titleOf(post.id), 'The page')
  await shown({ postId: post.id, url })
  await home.work({ dueWithinSeconds: 61 })
  assert.equal(server.requests.length, 1)
  await makeOld(url)
  await home.work({ dueWithinSeconds: 61 })
  assert.equal(server.requests.length, 1, 'being old is no reason without a look')
  await shown({ postId: post.id, url })
  await home.work({ dueWithinSeconds: 61 })
  assert.equal(server.requests.length, 2)
})

test('an own post does not wait for what chance has given a post of somebody else', async () => {
  const { url, server } = site(() => html(TITLE))
  const { post } = await received(url)
  await shown({ postId: post.id, url })
  await home.db
    .updateTable('cards')
    .set({ state_next_attempt_at: new Date(Date.now() + 50_000) })
    .where('url', '=', url)
    .execute()
  await writesAbout(url)
  assert.equal(server.requests.length, 1)
})

test('blocked domains, this home, plain http and what is quoted are never asked', async () => {
  const blocked = site(() => html(TITLE))
  await home.db.insertInto('domain_blocks').values({ domain: blocked.server.host }).execute()
  await home.context.home.refresh()
  const target = site(() => ({ status: 302, headers: { location: blocked.url } }))
  for (const url of [
    blocked.url,
    `https://home.example/@ben`,
    `http://site0.example/plain`,
    `https://site0.example:25/`,
  ]) {
    assert.equal((await writesAbout(url)).card, undefined, url)
  }
  assert.equal((await writesAbout(target.url)).card?.state, 'failed')
  assert.equal(blocked.server.requests.length, 0)
  const quoted = site(() => html(TITLE))
  const { post } = await received(quoted.url)
  await home.db
    .insertInto('quotes')
    .values({
      post_id: post.id,
      quoted_uri: quoted.url,
      host: quoted.server.host,
      state_next_attempt_at: null,
    })
    .execute()
  assert.deepEqual(await shown({ postId: post.id, url: quoted.url }), [])
  await home.work({ dueWithinSeconds: 61 })
  assert.equal(quoted.server.requests.length, 0)
})

test('a blocked domain is not asked although its card was noted before', async () => {
  const { url, server } = site(() => html(TITLE))
  const { post } = await received(url)
  await shown({ postId: post.id, url })
  await home.db.insertInto('domain_blocks').values({ domain: server.host }).execute()
  await home.context.home.refresh()
  await home.work({ dueWithinSeconds: 61 })
  assert.deepEqual([server.requests.length, (await cardOf(url))?.state], [0, 'failed'])
})

test('an edit changes the card of a post, and a deletion takes it away with what no other post has', async () => {
  const [first, second] = [site(() => html(TITLE)), site(() => html('<title>Another</title>'))]
  const { post } = await writesAbout(first.url)
  const edits = async (text: string): Promise<void> => {
    const edit = { text, summary: '', isSensitive: false, language: 'en', mentions: new Map() }
    await inTransaction(home.db, async (tx) => editPost(tx, home.context.home, post, edit, new Date()))
    await home.work()
  }
  assert.equal(await titleOf(post.id), 'The page')
  await edits(`rather ${second.url}`)
  assert.equal(await titleOf(post.id), 'Another')
  await edits('no link any more')
  assert.equal(await titleOf(post.id), null)
  await edits(`once more ${second.url}`)
  await inTransaction(home.db, async (tx) => deletePost(tx, post, new Date()))
  assert.equal(await titleOf(post.id), null)
  await home.db
    .updateTable('cards')
    .set({ state_next_attempt_at: new Date() })
    .where('url', 'in', [first.url, second.url])
    .execute()
  await home.work()
  assert.deepEqual(
    [(await cardOf(first.url))?.state, (await cardOf(second.url))?.state],
    ['unused', 'unused'],
  )
})

test('an edit from elsewhere parts a post from its card, and its deletion too', async () => {
  const { url } = site(() => html(TITLE))
  const { post, note, ana } = await received(url)
  await shown({ postId: post.id, url })
  await home.work({ dueWithinSeconds: 61 })
  assert.equal(await titleOf(post.id), 'The page')
  const updated = new Date(Date.now() + 5_000).toISOString()
  const edited = { ...note, content: '<p>nothing</p>', updated }
  await home.takes(ana, ana.update(edited))
  assert.equal((await home.post(note.id))?.content_html, '<p>nothing</p>')
  assert.equal(await titleOf(post.id), null)
  await shown({ postId: post.id, url })
  await home.takes(ana, ana.delete(note.id))
  const left = await home.db
    .selectFrom('post_cards')
    .select('post_id')
    .where('post_id', '=', post.id)
    .execute()
  assert.deepEqual(left, [])
})

test('no page is so long, deep, slow or false that it does harm', async () => {
  const endless = (start: string): ScriptedAnswer => ({
    headers: { 'content-type': 'text/html' },
    write: (response) => {
      response.write(start)
      const more = (): void => {
        while (!response.destroyed && response.write('<p>more</p>'.repeat(2_000)));
      }
      response.on('drain', more)
      more()
    },
  })
  const cases: ReadonlyArray<readonly [string, ScriptedAnswer, string | null]> = [
    ['endless', endless(TITLE), 'The page'],
    ['endless without a title', endless('<p>'), null],
    [
      'a gigabyte',
      {
        headers: { 'content-type': 'text/html', 'content-length': String(1_073_741_824) },
        write: (response) => void response.write(TITLE),
      },
      null,
    ],
    ['plain text', html(TITLE, 'text/plain'), null],
    ['an activity', { body: { name: TITLE } }, null],
    ['deep', html(`<head>${TITLE}${'<div>'.repeat(100_000)}`), 'The page'],
    ['to http', { status: 302, headers: { location: 'http://site0.example/' } }, null],
    ['to this machine', { status: 302, headers: { location: 'https://127.0.0.1/' } }, null],
    ['to this home', { status: 302, headers: { location: 'https://home.example/' } }, null],
    ['gone', { status: 410, body: TITLE }, null],
    [
      'cyrillic',
      html(Buffer.from([...Buffer.from('<title>'), 0xcf, 0xf0, 0xe8]), 'text/html; charset=windows-1251'),
      'При',
    ],
    ['a script', html('<title>"><script>alert(1)</script></title>'), '"><script>alert(1)</script>'],
  ]
  for (const [what, answer, title] of cases) {
    const { url } = site(() => answer)
    const { card } = await writesAbout(url)
    assert.deepEqual([card?.state, card?.title], title === null ? ['failed', ''] : ['fetched', title], what)
  }
})

test('a server in trouble is asked again later and less often, and in the end no more', async () => {
  let answer: ScriptedAnswer = { status: 503 }
  const { url, server } = site(() => answer)
  const { post } = await writesAbout(url)
  const trouble = ['hang', 'reset', { status: 429, headers: { 'retry-after': '4000' } }] as const
  for (const next of trouble) {
    assert.equal((await cardOf(url))?.state, 'due')
    answer = next
    await home.db
      .updateTable('cards')
      .set({ state_next_attempt_at: new Date() })
      .where('url', '=', url)
      .execute()
    await home.work()
  }
  const waiting = await cardOf(url)
  assert.equal(waiting?.state_attempts, 4)
  assert.ok(
    (waiting.state_next_attempt_at?.getTime() ?? 0) > Date.now() + 3_900_000,
    'as long as it asks for',
  )
  answer = html(TITLE)
  await home.db
    .updateTable('cards')
    .set({ state_next_attempt_at: new Date() })
    .where('url', '=', url)
    .execute()
  await home.work()
  assert.equal(await titleOf(post.id), 'The page')
  assert.equal(server.requests.length, 5)
})

test('what was read stands although the page cannot be read again', async () => {
  let answer = html(TITLE)
  const { url } = site(() => answer)
  const { post } = await writesAbout(url)
  answer = { status: 404 }
  await makeOld(url)
  await shown({ postId: post.id, url })
  await home.work()
  assert.deepEqual([(await cardOf(url))?.state, await titleOf(post.id)], ['failed', 'The page'])
})

test('an oEmbed document is asked only of the page itself, and only for names', async () => {
  const { url, server } = site(() =>
    html(`${TITLE}<link rel=alternate type="application/json+oembed" href="/oembed?x=1">`),
  )
  const body = { type: 'video', html: '<script>1</script>', author_name: 'Ada', provider_name: '<b>Site</b>' }
  server.answers('/oembed', () => ({ headers: { 'content-type': 'application/json' }, body }))
  const { card } = await writesAbout(url)
  assert.deepEqual([card?.author_name, card?.provider_name, card?.kind], ['Ada', '<b>Site</b>', 'video'])
  const other = site(() =>
    html(`${TITLE}<link rel=alternate type="application/json+oembed" href="${server.origin}/oembed">`),
  )
  assert.equal((await writesAbout(other.url)).card?.author_name, '')
  assert.deepEqual(server.paths(), ['/', '/oembed?x=1'])
})

test('one server is asked at most ten times a minute', async () => {
  const { url, server } = site(() => ({ status: 404 }))
  for (let n = 0; n < 12; n += 1) await home.writes(`see ${url}${n}`)
  await home.work()
  assert.equal(server.requests.length, 10)
  const waiting = await home.db
    .selectFrom('cards')
    .select('state_attempts')
    .where('host', '=', server.host)
    .where('state', '=', 'due')
    .execute()
  assert.deepEqual(waiting, [{ state_attempts: 0 }, { state_attempts: 0 }])
})

test('a card that no post has any more is not read', async () => {
  const { url, server } = site(() => html(TITLE))
  await home.db.insertInto('cards').values({ url, host: server.host }).execute()
  await home.work()
  assert.deepEqual([server.requests.length, (await cardOf(url))?.state], [0, 'unused'])
  await inTransaction(home.db, async (tx) => {
    const card = await cardOf(url)
    assert.deepEqual(await moveRows(tx, cardGraph, [card?.id ?? ''], 'due'), [], 'and does not come back')
  })
})

test('where the owner wants no previews nothing is noted and nothing is asked', async () => {
  const quiet = await openFederationHome({ peers: [peer], config: { previewCards: false } })
  await quiet.writes(`look at ${peer.origin}/page`)
  await quiet.work()
  assert.deepEqual(await quiet.db.selectFrom('cards').selectAll().execute(), [])
  await quiet.db
    .insertInto('cards')
    .values({ url: `${peer.origin}/page`, host: peer.host })
    .execute()
  await quiet.work()
  assert.ok(!peer.paths().includes('/page'))
})
