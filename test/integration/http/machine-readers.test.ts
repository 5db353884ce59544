/** What machines read of the public pages, over HTTP: feeds, robots.txt, sitemaps, icons. */
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { parseRssFeed } from 'feedsmith'
import { sql } from 'kysely'
import type { Status } from '../../../server/contracts/status.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../../support/api-home.ts'
import type { PlainAnswer, PlainRequest } from '../../support/http-client.ts'
import { until } from '../../support/until.ts'

const FORMS = ['.rss', '.atom', '/feed.json'] as const

let home: ApiHome
let app: ApiClient

before(async () => {
  home = await openApiHome({ env: { HOMEBIRD_ROBOTS_DISALLOW: '["NosyBot"]' } })
  app = await home.app()
})

const ask = async (path: string, headers: PlainRequest['headers'] = {}): Promise<PlainAnswer> =>
  home.ask(path, { headers })

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
  const byTag = parseRssFeed((await ask('/tags/BEES.rss')).text())
  assert.deepEqual(
    byTag.items?.map(({ guid }) => guid?.value),
    [first.uri],
  )
})

test('every form says what it is, may be kept by everybody, and is sent again only when it changed', async () => {
  const types = ['application/rss+xml', 'application/atom+xml', 'application/feed+json']
  for (const [place, ending] of FORMS.entries()) {
    for (const page of ['/@ana', '/tags/bees']) {
      const answer = await ask(page + ending)
      assert.equal(answer.headers['content-type'], `${types[place]}; charset=utf-8`)
      assert.match(String(answer.headers['cache-control']), /^public, max-age=300, stale-if-error=86400/)
      assert.equal(answer.headers['vary'], undefined)
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
  for (const path of ['/@.rss', '/@an%00a.rss', '/@zoe.rss', '/@zoe@peer.example.rss', '/tags/a%20b.rss']) {
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
