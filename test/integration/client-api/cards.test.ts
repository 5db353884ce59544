/** Link previews as apps see them, and what looking at posts causes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PreviewCard } from '../../../server/contracts/preview-card.ts'
import type { Status, StatusContext } from '../../../server/contracts/status.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { linkCards } from '../../../server/domain/cards/link-cards.ts'
import type { Preview } from '../../../server/domain/cards/preview.ts'
import { recordPreview } from '../../../server/domain/cards/record-card.ts'
import { defaultImage } from '../../../server/domain/media/default-images.ts'
import { parseRemoteUrl } from '../../../server/net/origin.ts'
import { openApiHome } from '../../support/api-home.ts'
import { EventReader } from '../../support/event-reader.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'

const PNG = defaultImage('/avatars/original/bird-3.png') ?? Buffer.alloc(0)
const peer = await openFakePeer(undefined, { host: 'site.example' })
closeBeforeCluster(async () => peer.close())
const home = await openApiHome({ peers: [peer] })
const app = await home.app()
const { others, ana, db } = home
const bea = await others.actor('bea')

let pages = 0
/** A post of somebody else with a link to a page that nobody spoke of before. */
async function linking(more: Parameters<typeof others.post>[1] = {}) {
  pages += 1
  const url = `https://site.example/page${pages}`
  const post = await others.post(bea, { html: `<p><a href="${url}">${url}</a></p>`, shownTo: [ana], ...more })
  return { url, post }
}

const noted = async (): Promise<string[]> =>
  (await db.selectFrom('cards').select('url').orderBy('id').execute()).map(({ url }) => url)

const becomesNoted = async (url: string): Promise<true> =>
  until(`the card of ${url}`, async () => (await noted()).includes(url))

const PREVIEW: Preview = {
  page_url: null,
  kind: 'link',
  title: 'A <b>title</b>',
  description: 'What it says',
  provider_name: 'The Site',
  author_name: 'Ada',
  author_handle: '@ada@peer.example',
  language: 'en',
  image_url: 'https://site.example/picture.png',
  image_description: 'A bird',
  width: 600,
  height: 400,
  published_at: new Date('2026-01-02T03:04:05Z'),
}

/** The page has been read. */
async function carded(
  post: { readonly id: string },
  url: string,
  preview: Preview = PREVIEW,
): Promise<string> {
  await linkCards(db, [{ postId: post.id, url: parseRemoteUrl(url) }])
  const card = await db.selectFrom('cards').selectAll().where('url', '=', url).executeTakeFirstOrThrow()
  await inTransaction(db, async (tx) => recordPreview(tx, card, preview, new Date()))
  return card.id
}

const statusOf = async (id: string): Promise<Status> => app.get<Status>(`/api/v1/statuses/${id}`)

test('pages, single posts and threads have what they show noted; strangers and lists have not', async () => {
  const home1 = await linking()
  await home.stranger().get(`/api/v1/statuses/${home1.post.id}`)
  await home.stranger().get(`/api/v1/statuses/${home1.post.id}/context`)
  const single = await linking({ shownTo: [] })
  await statusOf(single.post.id)
  await becomesNoted(single.url)
  assert.deepEqual(await noted(), [single.url], 'what a stranger looks at is not asked for')
  const reply = await linking({ shownTo: [], inReplyTo: single.post })
  await app.get<StatusContext>(`/api/v1/statuses/${single.post.id}/context`)
  await becomesNoted(reply.url)
  const boosted = await linking({ shownTo: [] })
  await others.post(bea, { boostOf: boosted.post, shownTo: [ana] })
  await app.get('/api/v1/timelines/home')
  await becomesNoted(home1.url)
  await becomesNoted(boosted.url)
  const files = await others.post(bea, {
    html: '<p><a href="https://site.example/a.png">a.png</a></p>',
    images: ['https://site.example/a.png'],
    shownTo: [ana],
  })
  const last = await linking()
  await app.get('/api/v1/timelines/home')
  await becomesNoted(last.url)
  assert.ok(!(await noted()).includes('https://site.example/a.png'), `post ${files.id} shows the file itself`)
})

test('a page of forty posts with cards costs no more statements, and looking again none besides', async () => {
  const posts: Array<{ url: string; post: { id: string } }> = []
  for (let n = 0; n < 40; n += 1) posts.push(await linking())
  const ask = async (): Promise<Status[]> => app.get<Status[]>('/api/v1/timelines/home?limit=40')
  await ask()
  await becomesNoted(posts.at(-1)?.url ?? '')
  /** The page, and what it cost while the token is known. */
  const costOf = async (): Promise<readonly [Status[], number]> => {
    await app.get('/api/v1/accounts/verify_credentials')
    const before = home.statementCount()
    const page = await ask()
    return [page, home.statementCount() - before]
  }
  const [, usual] = await costOf()
  for (const { post, url } of posts) await carded(post, url)
  const [page, cost] = await costOf()
  assert.equal(page.filter(({ card }) => card !== null).length, 40)
  assert.equal(cost, usual)
})

test('a card has every member that apps know, and nothing of the page is HTML', async () => {
  const { post, url } = await linking()
  assert.equal((await statusOf(post.id)).card, null)
  const id = await carded(post, url)
  const { card } = await statusOf(post.id)
  assert.match(card?.image ?? '', new RegExp(`^https://home\\.example/proxy/card/${id}/[\\w-]{22}$`))
  const wanted: PreviewCard = {
    url,
    title: 'A <b>title</b>',
    description: 'What it says',
    language: 'en',
    type: 'link',
    author_name: 'Ada',
    author_url: '',
    authors: [{ name: '@ada@peer.example', url: '', account: null }],
    provider_name: 'The Site',
    provider_url: '',
    html: '',
    width: 600,
    height: 400,
    image: card?.image ?? null,
    image_description: 'A bird',
    embed_url: '',
    blurhash: null,
    published_at: '2026-01-02T03:04:05.000Z',
  }
  assert.deepEqual(card, wanted)
  const boost = await others.post(bea, { boostOf: post, shownTo: [ana] })
  const shownBoost = await statusOf(boost.id)
  assert.deepEqual([shownBoost.card, shownBoost.reblog?.card], [null, wanted])
})

test('the picture comes through this home, and only while its domain is not blocked', async () => {
  const { post, url } = await linking()
  await carded(post, url)
  peer.answers('/picture.png', () => ({ headers: { 'content-type': 'image/png' }, body: PNG }))
  const { card } = await statusOf(post.id)
  const path = new URL(card?.image ?? '').pathname
  const answer = await home.ask(path)
  assert.deepEqual([answer.status, answer.headers['content-type']], [200, 'image/webp'])
  assert.equal((await home.ask(`${path.slice(0, -1)}${path.endsWith('A') ? 'B' : 'A'}`)).status, 404)
  const svg = await linking()
  peer.answers('/evil.svg', () => ({
    headers: { 'content-type': 'image/png' },
    body: '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>'.padEnd(100),
  }))
  await carded(svg.post, svg.url, { ...PREVIEW, image_url: 'https://site.example/evil.svg' })
  const evil = (await statusOf(svg.post.id)).card?.image ?? ''
  assert.ok((await home.ask(new URL(evil).pathname)).status >= 400)
  await db.insertInto('domain_blocks').values({ domain: 'site.example' }).execute()
  await home.home.refresh()
  assert.equal((await statusOf(post.id)).card, null, 'a card of a blocked domain is not shown')
  assert.equal((await home.ask(path)).status, 404)
  await db.deleteFrom('domain_blocks').execute()
  await home.home.refresh()
})

test('open timelines are told when a card has come', async (t) => {
  const { post, url } = await linking()
  const events = new EventReader(await app.open('/api/v1/streaming/user'))
  t.after(() => events.close())
  await carded(post, url)
  const told = await events.next()
  assert.equal(told.event, 'status.update')
  assert.equal((JSON.parse(told.data) as Status).card?.title, 'A <b>title</b>')
})
