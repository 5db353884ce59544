/** What machines read of the public pages, over HTTP: feeds, robots.txt, sitemaps, icons, previews, frames, microformats. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { parseRssFeed } from 'feedsmith'
import { sql } from 'kysely'
import { mf2 } from 'microformats-parser'
import type { OEmbed } from '../../../server/contracts/oembed.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { addIdentity } from '../../../server/domain/owner/identities.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import type { PlainAnswer, PlainRequest } from '../../support/http-client.ts'
import { until } from '../../support/until.ts'

type MicroformatRoot = ReturnType<typeof mf2>['items'][number]

const BROWSER = { accept: 'text/html,*/*;q=0.8' }
const FORMS = ['.rss', '.atom', '/feed.json'] as const

let home: ApiHome
let app: ApiClient

before(async () => {
  home = await openApiHome({ env: { HOMEBIRD_ROBOTS_DISALLOW: '["NosyBot"]' } })
  app = await home.app()
})

const ask = async (path: string, headers: PlainRequest['headers'] = {}): Promise<PlainAnswer> =>
  home.ask(path, { headers })

const pathOf = ({ url }: Status): string => new URL(String(url)).pathname

const write = async (status: string, more: object = {}): Promise<Status> =>
  app.post<Status>('/api/v1/statuses', { status, ...more })

test('a feed holds public posts and own threads, newest first, and nothing else', async () => {
  const first = await write('a public word #bees')
  await write('an unlisted word', { visibility: 'unlisted' })
  await write('a followers word', { visibility: 'private' })
  await write('a direct word', { visibility: 'direct' })
  const thread = await write('a thread goes on', { in_reply_to_id: first.id })
  const stranger = await home.others.actor('zoe')
  const theirs = await home.others.post(stranger, { html: '<p>their public word</p>' })
  await app.post(`/api/v1/statuses/${theirs.id}/reblog`)
  await write('an answer', { in_reply_to_id: theirs.id })
  const answer = await ask('/@ana.rss')
  assert.equal(answer.status, 200, answer.text())
  assert.equal(answer.headers['content-type'], 'application/rss+xml; charset=utf-8')
  const items = parseRssFeed(answer.text()).items ?? []
  assert.deepEqual(
    items.map(({ guid }) => guid?.value),
    [thread.uri, first.uri],
  )
  assert.deepEqual(items[1]?.categories, [{ name: 'bees' }])
  for (const path of ['/tags/BEES.rss', '/@ana/tagged/bees.rss']) {
    const byTag = parseRssFeed((await ask(path)).text())
    assert.deepEqual(
      byTag.items?.map(({ guid }) => guid?.value),
      [first.uri],
      path,
    )
  }
})

test('every form says what it is, may be kept by everybody, and is sent again only when it changed', async () => {
  const types = ['application/rss+xml', 'application/atom+xml', 'application/feed+json']
  for (const [place, ending] of FORMS.entries()) {
    for (const page of ['/@ana', '/tags/bees', '/@ana/tagged/bees']) {
      const answer = await ask(page + ending)
      assert.equal(answer.headers['content-type'], `${types[place]}; charset=utf-8`)
      assert.match(String(answer.headers['cache-control']), /^public, max-age=300, stale-if-error=86400/)
      assert.equal(answer.headers['vary'], 'Accept-Encoding')
      assert.equal(answer.headers['set-cookie'], undefined)
      assert.equal(answer.headers['access-control-allow-origin'], '*')
      const { etag, 'last-modified': modified } = answer.headers
      assert.match(String(etag), /^W\/"/)
      for (const headers of [{ 'if-none-match': String(etag) }, { 'if-modified-since': String(modified) }]) {
        const again = await ask(page + ending, headers)
        assert.deepEqual([again.status, again.text()], [304, ''])
      }
      const head = await home.ask(page + ending, { method: 'HEAD' })
      assert.deepEqual([head.status, head.headers['etag'], head.text()], [200, etag, ''])
    }
  }
})

test('a post that is taken back leaves the feed, and who asks by date is told', async () => {
  const post = await write('to be taken back')
  const { headers } = await ask('/@ana.atom')
  await app.call('DELETE', `/api/v1/statuses/${post.id}`)
  // A moment later: dates of HTTP know no parts of a second.
  const later = sql<Date>`deleted_at + interval '2 seconds'`
  await home.db.updateTable('posts').set({ deleted_at: later }).where('id', '=', post.id).execute()
  const since = { 'if-modified-since': String(headers['last-modified']) }
  const answer = await until('it is served anew', async () => {
    const found = await ask('/@ana.atom', since)
    return found.status === 200 && found
  })
  assert.doesNotMatch(answer.text(), /to be taken back/)
})

test('readers from elsewhere are led to the feed', async () => {
  for (const [ending, led] of [
    ['/rss/', '.rss'],
    ['/rss', '.rss'],
    ['/atom.xml', '.atom'],
    ['/feed.rss', '.rss'],
  ] as const) {
    const answer = await ask(`/@ana${ending}`)
    assert.deepEqual([answer.status, answer.headers['location']], [301, `/@ana${led}`])
    assert.equal(answer.headers['cache-control'], 'no-store')
  }
  assert.equal((await ask('/@%2F%2Fevil.example/rss')).headers['location'], '/@%2F%2Fevil.example.rss')
})

test('who is not there, is gone or does not want to be found has no feed', async () => {
  const absent = await ask('/@nobody.rss')
  assert.equal(absent.status, 404)
  assert.equal(absent.headers['cache-control'], 'no-store')
  const same = async (path: string): Promise<void> => {
    const answer = await ask(path)
    assert.deepEqual([answer.status, answer.text()], [404, absent.text()], path)
  }
  for (const path of [
    '/@.rss',
    '/@an%00a.rss',
    '/@zoe.rss',
    '/@zoe@peer.example.rss',
    '/tags/a%20b.rss',
    '/@ana/tagged/a%20b.rss',
  ]) {
    await same(path)
  }
  const carries = async (): Promise<boolean> => (await ask('/tags/bees.rss')).text().includes('a public word')
  assert.equal(await carries(), true)
  await app.call('PATCH', '/api/v1/accounts/update_credentials', { discoverable: false })
  await until('the wish is known', async () => !(await carries()))
  for (const ending of FORMS) await same(`/@ana${ending}`)
  await app.call('PATCH', '/api/v1/accounts/update_credentials', { discoverable: true })
})

test('crawlers are told what is for them, and where the posts of who wants to be found are', async () => {
  const locations = async (path: string): Promise<string[]> =>
    [...(await ask(path)).text().matchAll(/<loc>([^<]+)<\/loc>/g)].map(([, url = '']) => url)
  await app.call('PATCH', '/api/v1/accounts/update_credentials', { indexable: true })
  const robots = await until('the sitemap is named', async () => {
    const answer = await ask('/robots.txt')
    return answer.text().includes('Sitemap: https://home.example/sitemap.xml') && answer
  })
  assert.match(robots.text(), /User-agent: GPTBot\n/)
  assert.match(robots.text(), /User-agent: NosyBot\n/, 'a setting names further ones')
  assert.equal(robots.headers['content-type'], 'text/plain; charset=utf-8')
  assert.match(String(robots.headers['cache-control']), /^public, max-age=3600/)
  const [homePages = '', month = '', ...more] = await locations('/sitemap.xml')
  assert.match(month, /^https:\/\/home\.example\/sitemap\/ana\/\d{4}-\d\d\.xml$/)
  assert.deepEqual(more, [])
  assert.ok((await locations(new URL(homePages).pathname)).includes('https://home.example/@ana'))
  const posts = await locations(new URL(month).pathname)
  const shown = parseRssFeed((await ask('/@ana.rss')).text()).items ?? []
  for (const { link } of shown) assert.ok(posts.includes(String(link)), link)
  // The answer to somebody is public too; what is for fewer is not there.
  assert.equal(posts.length, shown.length + 1)
  for (const path of ['/sitemap/ana/1999-01.xml', '/sitemap/zoe/2026-11.xml', '/sitemap/ana/2026-13.xml']) {
    assert.equal((await ask(path)).status, 404, path)
  }
  await app.call('PATCH', '/api/v1/accounts/update_credentials', { indexable: false })
  await until('nothing is named', async () => !(await ask('/robots.txt')).text().includes('Sitemap'))
  for (const path of ['/sitemap.xml', '/sitemap/home.xml', new URL(month).pathname]) {
    assert.equal((await ask(path)).status, 404, path)
  }
})

test('browsers find icons and a manifest where they look for them', async () => {
  for (const [path, type] of [
    ['/favicon.ico', 'image/vnd.microsoft.icon'],
    ['/apple-touch-icon.png', 'image/png'],
    ['/apple-touch-icon-precomposed.png', 'image/png'],
  ] as const) {
    const answer = await ask(path)
    assert.deepEqual([answer.status, answer.headers['content-type']], [200, type], path)
    assert.equal(answer.headers['cache-control'], 'public, max-age=86400')
  }
  const { name, icons } = (await ask('/manifest.webmanifest')).json() as unknown as {
    readonly name: string
    readonly icons: ReadonlyArray<{ readonly src: string }>
  }
  assert.equal(name, 'Ana')
  for (const { src } of icons) assert.equal((await ask(src)).headers['content-type'], 'image/png')
})

test('who does not want to be found is named on no page of another identity', async () => {
  const { db, ana } = home
  const bo = await addIdentity(db, { username: 'bo', displayName: 'Bo', domain: null }, systemClock)
  const wants = async (id: string, isFound: boolean): Promise<unknown> =>
    db.updateTable('actors').set({ is_discoverable: isFound }).where('id', '=', id).execute()
  const manifest = async (): Promise<string> => (await ask('/manifest.webmanifest')).text()
  const isNamed = async (name: string): Promise<unknown> =>
    until(`a home called ${name}`, async () => (await manifest()).includes(`"name":"${name}"`))
  await wants(ana.id, false)
  await wants(bo.id, false)
  await isNamed('Homebird')
  assert.doesNotMatch((await ask('/@bo', BROWSER)).text(), /Ana/)
  await wants(bo.id, true)
  await isNamed('Bo')
  await wants(ana.id, true)
  await isNamed('Ana')
  await db.deleteFrom('actors').where('id', '=', bo.id).execute()
})

const metaOf = (html: string): Map<string, string[]> => {
  const found = new Map<string, string[]>()
  for (const [, name = '', content = ''] of html.matchAll(
    /<meta (?:property|name)="([^"]+)" content="([^"]*)">/g,
  )) {
    found.set(name, [...(found.get(name) ?? []), content])
  }
  return found
}

test('a preview elsewhere shows what the post shows, and hides what it hides', async () => {
  const open = await write('a <b> "public" word', { language: 'de' })
  const meta = metaOf((await ask(pathOf(open), BROWSER)).text())
  assert.deepEqual(meta.get('og:type'), ['article'])
  assert.deepEqual(meta.get('og:title'), ['Ana (@ana@home.example)'])
  assert.deepEqual(meta.get('og:description'), ['a &lt;b&gt; &quot;public&quot; word'])
  assert.deepEqual(meta.get('og:url'), [open.url])
  assert.deepEqual(meta.get('og:locale'), ['de_DE'])
  assert.deepEqual(meta.get('og:site_name'), ['Ana'])
  assert.deepEqual(meta.get('article:published_time'), [open.created_at])
  assert.deepEqual(meta.get('twitter:card'), ['summary'])
  assert.deepEqual(meta.get('fediverse:creator'), ['@ana@home.example'])
  assert.match(meta.get('og:image')?.[0] ?? '', /^https:\/\/home\.example\//, 'addresses are whole')
  const warned = await write('the end of it', { spoiler_text: 'a film' })
  const page = (await ask(pathOf(warned), BROWSER)).text()
  assert.doesNotMatch(page.slice(0, page.indexOf('</head>')), /the end of it/)
  assert.deepEqual(metaOf(page).get('og:description'), ['Content warning: a film'])
  const profile = metaOf((await ask('/@ana', BROWSER)).text())
  assert.deepEqual(profile.get('og:type'), ['profile'])
  assert.deepEqual(profile.get('profile:username'), ['ana@home.example'])
})

test('another site learns how to show a post, and shows it in a frame', async () => {
  const post = await write('to be shown elsewhere')
  const page = (await ask(pathOf(post), BROWSER)).text()
  const [, link = ''] =
    /<link rel="alternate" type="application\/json\+oembed" href="([^"]+)"/.exec(page) ?? []
  const { pathname, search } = new URL(link)
  const answer = await ask(`${pathname}${search}&maxwidth=300&maxheight=200`)
  const oembed = answer.json() as unknown as OEmbed
  assert.deepEqual([oembed.type, oembed.version, oembed.author_name], ['rich', '1.0', 'Ana'])
  assert.deepEqual([oembed.width, oembed.height], [300, 200])
  assert.equal(answer.headers['cache-control'], 'private, no-store')
  assert.doesNotMatch(oembed.html, /<script/)
  const [, source = ''] = /^<iframe src="([^"]+)"/.exec(oembed.html) ?? []
  const framed = await ask(new URL(source).pathname)
  assert.equal(framed.status, 200)
  assert.match(framed.text(), /to be shown elsewhere/)
  assert.doesNotMatch(framed.text(), /<script/)
  assert.match(String(framed.headers['content-security-policy']), /frame-ancestors \*/)
  assert.equal(framed.headers['x-frame-options'], undefined)
  assert.match(String(framed.headers['cache-control']), /^public, max-age=60/)
  assert.match(String((await ask(pathOf(post))).headers['content-security-policy']), /frame-ancestors 'none'/)
})

test('what strangers may not see, and what is not of this home, is shown nowhere', async () => {
  const closed = await write('for a few', { visibility: 'private' })
  const theirs = await home.others.post(await home.others.actor('yan'))
  const oembed = async (url: string): Promise<number> =>
    (await ask(`/api/oembed?url=${encodeURIComponent(url)}`)).status
  for (const url of [
    String(closed.url),
    theirs.uri,
    'https://home.example/@ana/1',
    'x',
    'https://home.example/@ana',
  ]) {
    assert.equal(await oembed(url), 404, url)
  }
  assert.equal((await ask(`${pathOf(closed)}/embed`)).status, 404)
  assert.equal((await ask('/api/oembed')).status, 422)
  const open = encodeURIComponent(String((await write('open')).url))
  assert.equal((await ask(`/api/oembed?url=${open}&format=xml`)).status, 501)
  assert.equal((await ask(`/api/oembed?url=${open}%3Futm_source%3Dx`)).status, 200)
  // Somebody elsewhere says that this page is theirs.
  await home.db
    .updateTable('posts')
    .set({ page_url: decodeURIComponent(open) })
    .where('id', '=', theirs.id)
    .execute()
  assert.equal((await ask(`/api/oembed?url=${open}`)).status, 200)
  const mine = decodeURIComponent(open)
  await home.db
    .updateTable('posts')
    .set({ page_url: null })
    .where('page_url', '=', mine)
    .where('is_local', '=', true)
    .execute()
  assert.equal((await ask(`/api/oembed?url=${open}`)).status, 404)
  await home.db.updateTable('posts').set({ page_url: null }).where('id', '=', theirs.id).execute()
})

const rootsOf = (item: MicroformatRoot | undefined, name: string): MicroformatRoot[] =>
  (item?.properties[name] ?? []) as MicroformatRoot[]

test('a parser of microformats finds the person, the posts and what hangs on them', async () => {
  const first = await write('a first #wort', { language: 'de' })
  const answer = await write('and on', { in_reply_to_id: first.id })
  await app.call('PUT', `/api/v1/statuses/${answer.id}`, { status: 'and on and on' })
  const read = async (path: string) =>
    mf2((await ask(path, BROWSER)).text(), { baseUrl: `https://home.example${path}` })
  const profile = await read('/@ana')
  const card = profile.items.find(({ type }) => type?.includes('h-card'))
  assert.deepEqual(card?.properties['name'], ['Ana'])
  assert.deepEqual(card?.properties['nickname'], ['@ana@home.example'])
  assert.deepEqual(card?.properties['url'], ['https://home.example/@ana'])
  assert.deepEqual(card?.properties['uid'], ['https://home.example/@ana'])
  assert.deepEqual(profile.rels['me'], ['https://home.example/@ana'])
  const feed = profile.items.find(({ type }) => type?.includes('h-feed'))
  assert.deepEqual(feed?.properties['name'], ['Newest posts'])
  const entries = feed?.children ?? []
  for (const entry of entries) {
    assert.deepEqual(entry.type, ['h-entry'])
    const [author] = rootsOf(entry, 'author')
    assert.deepEqual(author?.properties['url'], ['https://home.example/@ana'])
  }
  const entryOf = (items: readonly MicroformatRoot[], { url }: Status) =>
    items.find(({ properties }) => properties['url']?.includes(String(url)))?.properties
  assert.deepEqual(entryOf(entries, first)?.['category'], ['wort'])
  assert.deepEqual(entryOf(entries, first)?.['published'], [first.created_at])
  assert.match(String(entryOf(entries, answer)?.['updated']), /^\d{4}-/)
  const boost = entries.find(({ properties }) => properties['repost-of'] !== undefined)
  const [boosted] = rootsOf(boost, 'repost-of')
  assert.deepEqual(boosted?.type, ['h-cite'])
  const [boostedAuthor] = rootsOf(boosted, 'author')
  assert.deepEqual(boostedAuthor?.properties['name'], ['zoe'])
  const page = await read(pathOf(answer))
  const entry = entryOf(page.items, answer)
  assert.deepEqual(entry?.['in-reply-to'], [first.url])
  assert.deepEqual(entry?.['content'], [{ value: 'and on and on', html: '<p>and on and on</p>' }])
})
