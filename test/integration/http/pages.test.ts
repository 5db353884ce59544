import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Account } from '../../../server/contracts/account.ts'
import type { Status } from '../../../server/contracts/status.ts'
import { type ApiHome, openApiHome } from '../../support/api-home.ts'
import { openFakePeer } from '../../support/fake-peer.ts'
import type { PlainAnswer } from '../../support/http-client.ts'
import { walk } from '../../support/page-walk.ts'
import { until } from '../../support/until.ts'

const AS_BROWSER = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }
const AS_SERVER = {
  accept: 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
}

const pathOf = (url: string | null): string => new URL(String(url)).pathname

async function browse(home: ApiHome, path: string): Promise<PlainAnswer> {
  return home.ask(path, { headers: AS_BROWSER })
}

test('a poll is shown with its options and counts', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const poll = { options: ['tea <b>', 'coffee'], expires_in: 600 }
  const { url } = await app.post<Status>('/api/v1/statuses', { status: 'which?', poll })
  const html = (await browse(home, pathOf(url))).text()
  assert.match(html, /<li><div><bdi>tea &lt;b&gt;<\/bdi><span>0 %<\/span><\/div><svg .*<bdi>coffee<\/bdi>/)
  assert.match(html, /0 votes · Open until <time/)
})

test('the address of an account shows its public posts and nothing else', async () => {
  const home = await openApiHome()
  const app = await home.app()
  await app.call('PATCH', '/api/v1/accounts/update_credentials', {
    display_name: '<img src=x onerror=alert(1)>',
    note: 'I keep bees',
  })
  for (const visibility of ['public', 'unlisted', 'private', 'direct']) {
    await app.post('/api/v1/statuses', { status: `a ${visibility} word`, visibility })
  }
  await app.post('/api/v1/statuses', { status: 'under cover', spoiler_text: 'careful <b>' })
  const me = await app.get<Account>('/api/v1/accounts/verify_credentials')
  const answer = await browse(home, pathOf(me.url))
  const html = answer.text()
  assert.equal(answer.status, 200, html)
  for (const shown of ['a public word', 'I keep bees', '@ana@home.example', me.uri]) {
    assert.ok(html.includes(shown), shown)
  }
  assert.doesNotMatch(html, /unlisted word|private word|direct word|<script|<img src=x/)
  assert.match(html, /<summary[^>]*><bdi class="p-summary">careful &lt;b&gt;<\/bdi><\/summary>/)
  assert.equal(answer.headers['cache-control'], 'private, no-store')
  assert.equal(answer.headers['vary'], 'Accept')
  assert.equal(answer.headers['set-cookie'], undefined)
  assert.match(String(answer.headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-/)
})

test('the address of a public post shows it; any other is told as absent', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const open = await app.post<Status>('/api/v1/statuses', { status: 'for everybody' })
  const closed = await app.post<Status>('/api/v1/statuses', { status: 'for a few', visibility: 'private' })
  const gone = await app.post<Status>('/api/v1/statuses', { status: 'for fewer', visibility: 'private' })
  await app.call('DELETE', `/api/v1/statuses/${gone.id}`)
  const shown = await browse(home, pathOf(open.url))
  assert.equal(shown.status, 200)
  assert.match(shown.text(), /for everybody/)
  const never = `/@ana/${BigInt(open.id) - 1n}`
  const absent = await browse(home, never)
  assert.equal(absent.status, 404)
  for (const path of [
    pathOf(closed.url),
    pathOf(gone.url),
    '/@nobody',
    '/@ana/x',
    '/@ana/99999999999999999999',
    '/@an%00a',
    `/@ben/${open.id}`,
  ]) {
    const answer = await browse(home, path)
    assert.deepEqual([answer.status, answer.text()], [404, absent.text()], path)
    const asked = await home.ask(path, { headers: AS_SERVER })
    assert.deepEqual([asked.status, asked.headers.location], [404, undefined], path)
  }
})

test('servers are led from the page to the id', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const post = await app.post<Status>('/api/v1/statuses', { status: 'for everybody' })
  for (const [path, uri] of [
    [pathOf(post.account.url), post.account.uri],
    [pathOf(post.url), post.uri],
  ] as const) {
    const answer = await home.ask(path, { headers: AS_SERVER })
    assert.deepEqual([answer.status, answer.headers.location], [302, uri])
    assert.equal(answer.headers['cache-control'], 'private, no-store')
    assert.equal(answer.headers['vary'], 'Accept')
  }
})

test('a long profile leads on to what is older', async () => {
  const home = await openApiHome()
  const app = await home.app()
  for (let count = 1; count <= 21; count += 1)
    await app.post('/api/v1/statuses', { status: `post ${count}.` })
  const first = (await browse(home, '/@ana')).text()
  const older = /<a href="([^"]+)" rel="next">/.exec(first)?.[1] ?? ''
  assert.match(older, /^\/@ana\/before\/\d+$/)
  assert.doesNotMatch(first, /post 1\./)
  const second = (await browse(home, older)).text()
  assert.match(second, /post 1\./)
  assert.doesNotMatch(second, /rel="next"/)
  const newer = /<a href="([^"]+)" rel="prev">/.exec(second)?.[1] ?? ''
  const third = (await browse(home, newer)).text()
  assert.match(third, /post 21\./)
  assert.doesNotMatch(third, /rel="prev"|post 1\./)
})

test('a home without an address shows its pages by its loopback name', async () => {
  const home = await openApiHome({ domain: null })
  const answer = await browse(home, '/@ana')
  assert.equal(answer.status, 200)
  const [, avatar = ''] = /<img class="avatar u-photo" src="([^"]+)"/.exec(answer.text()) ?? []
  assert.equal((await browse(home, avatar)).headers['content-type'], 'image/png')
})

test('a profile says who it is to machines, and which pages are by the same person', async () => {
  const home = await openApiHome()
  const app = await home.app()
  await app.call('PATCH', '/api/v1/accounts/update_credentials', {
    fields_attributes: [
      { name: 'Site', value: 'https://a-very-long-name-of-a-host.ana.example/about' },
      { name: 'Two', value: 'https://one.example and https://two.example' },
      { name: 'Word', value: 'bees' },
    ],
  })
  await app.post('/api/v1/statuses', { status: 'a word' })
  const html = (await browse(home, '/@ana')).text()
  const url = 'https://a-very-long-name-of-a-host.ana.example/about'
  assert.match(html, new RegExp(`<head>.*<link rel="me" href="${url}">`, 's'))
  assert.equal(html.split('<link rel="me"').length, 2, 'a field that says more is no link')
  assert.match(html, new RegExp(`<a href="${url}"[^>]* rel="me nofollow noopener noreferrer"`))
  assert.match(html, />a-very-long-name-of-a-host\.ana\.example</, 'the host is shown whole')
  assert.match(
    html,
    /<section class="h-card">.*class="avatar u-photo".*<a class="p-name u-url u-uid" rel="me" href/s,
  )
  assert.match(html, /<article class="post h-entry">.*class="e-content".*class="dt-published"/s)
  assert.match(html, /<meta name="fediverse:creator" content="@ana@home\.example">/)
})

test('the page of an identity that has moved leads to where it lives now', async () => {
  const home = await openApiHome()
  const there = await home.others.actor('ana-there')
  await home.db.updateTable('actors').set({ moved_to_uri: there.uri }).where('id', '=', home.ana.id).execute()
  const html = (await browse(home, '/@ana')).text()
  assert.match(html, /Lives elsewhere now: <bdi>@ana-there@peer\.example<\/bdi>/)
  assert.match(html, /<a href="https:\/\/peer\.example\/users\/ana-there"/)
})

test('who wants to follow from here is told how to go on, and is led nowhere', async () => {
  const home = await openApiHome()
  const webfinger = await home.ask('/.well-known/webfinger?resource=acct:ana@home.example')
  const links = webfinger.json()['links'] as unknown as ReadonlyArray<Record<string, string>>
  const template = links.find(({ rel }) => rel === 'http://ostatus.org/schema/1.0/subscribe')?.['template']
  assert.equal(template, 'https://home.example/authorize_interaction?uri={uri}')
  const visit = async (uri: string): Promise<PlainAnswer> =>
    browse(home, `/authorize_interaction?uri=${encodeURIComponent(uri)}`)
  const handle = await visit('acct:Ben@Peer.example')
  assert.equal(handle.status, 200)
  assert.match(handle.text(), /<code class="code"><bdi>@Ben@peer\.example<\/bdi><\/code>/)
  assert.equal(handle.headers['cache-control'], 'private, no-store')
  const page = (await visit('https://bücher.example/@ben/1?x="><script>')).text()
  assert.match(page, /<bdi>https:\/\/xn--bcher-kva\.example\/@ben\/1\?x=%22%3E%3Cscript%3E<\/bdi>/)
  assert.match(page, /<a href="web\+ap:\/\/xn--bcher-kva\.example\/@ben\/1/)
  assert.doesNotMatch(page.slice(0, page.indexOf('<footer')), /<script|href="https/)
  for (const uri of [
    '',
    'javascript:alert(1)',
    'http://peer.example/',
    'https://a:b@peer.example/',
    '//peer.example',
  ]) {
    const refused = await visit(uri)
    assert.deepEqual([refused.status, refused.headers.location], [400, undefined], uri)
    assert.doesNotMatch(refused.text(), /peer\.example/)
  }
  assert.equal((await browse(home, '/authorize_interaction')).status, 400)
  assert.equal((await browse(home, '/authorize_interaction?uri[]=a&uri[]=b')).status, 400)
})

test('whoever walks through all pages meets what is public, and no word of anything else', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const { others, ana } = home
  await home.db
    .updateTable('actors')
    .set({ shows_follows: true, offers_search: true })
    .where('id', '=', ana.id)
    .execute()
  const friend = await others.actor('friend')
  const foe = await others.actor('foe')
  const apart = await others.actor('apart', { host: 'blocked.example' })
  for (const visibility of ['public', 'unlisted', 'private', 'direct']) {
    await app.post('/api/v1/statuses', {
      status: `marker${visibility} @friend@peer.example #seen`,
      visibility,
    })
  }
  const root = await app.post<Status>('/api/v1/statuses', { status: 'markerroot' })
  const row = await home.db
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', root.id)
    .executeTakeFirstOrThrow()
  await others.post(friend, { html: '<p>markeranswer</p>', inReplyTo: row })
  await others.post(friend, { html: '<p>markerquiet</p>', inReplyTo: row, visibility: 'followers' })
  await others.post(friend, {
    html: '<p>markerwhisper</p>',
    inReplyTo: row,
    visibility: 'direct',
    mentions: [ana],
  })
  await others.post(foe, { html: '<p>markerfoe</p>', inReplyTo: row })
  // Ana sees who passed it on among their own followers; strangers do not.
  const [loud, quiet] = [await others.actor('loud'), await others.actor('hushed')]
  await others.follow(ana, quiet)
  for (const one of [loud, foe, apart]) await others.post(one, { boostOf: row })
  await others.post(quiet, { boostOf: row, visibility: 'followers' })
  await home.db.updateTable('posts').set({ boosts_count: 4 }).where('id', '=', root.id).execute()
  await others.post(apart, { html: '<p>markerapart</p>', inReplyTo: row })
  const seen = await others.post(friend, { html: '<p>markerboosted</p>' })
  const foes = await others.post(foe, { html: '<p>markerboostedfoe</p>' })
  for (const { id } of [seen, foes]) await app.post(`/api/v1/statuses/${id}/reblog`)
  const gone = await app.post<Status>('/api/v1/statuses', { status: 'markergone' })
  await app.call('DELETE', `/api/v1/statuses/${gone.id}`)
  for (const one of [friend, foe, apart]) await others.follow(one, ana)
  await app.post(`/api/v1/accounts/${foe.id}/block`)
  await home.db.insertInto('domain_blocks').values({ domain: 'blocked.example' }).execute()
  await home.db.updateTable('actors').set({ display_name: 'markername' }).where('id', '=', apart.id).execute()
  const searches = ['marker*', 'markerprivate', 'markerunlisted', 'in:bookmarks', 'markerroot']
  const pages = await walk(
    async (path) => browse(home, path),
    [
      '/',
      '/tags/seen',
      '/@ana/tagged/seen',
      ...searches.map((words) => `/@ana/search?q=${encodeURIComponent(words)}`),
    ],
  )
  const all = [...pages.values()].map((page) => page.text()).join('\n')
  assert.deepEqual(
    [...pages].filter(([, { status }]) => status !== 200).map(([path]) => path),
    [],
  )
  for (const word of ['markerpublic', 'markerroot', 'markeranswer', 'markerboosted<'])
    assert.ok(all.includes(word), word)
  const hidden = [
    'unlisted',
    'private',
    'direct',
    'quiet',
    'whisper',
    'foe',
    'apart',
    'boostedfoe',
    'gone',
    'name',
  ]
  for (const word of hidden) {
    const found = [...pages].filter(([, page]) =>
      page
        .text()
        .replaceAll(/value="[^"]*"/g, '')
        .includes(`marker${word}`),
    )
    assert.deepEqual(
      found.map(([path]) => path),
      [],
      word,
    )
  }
  assert.doesNotMatch(all, /<script|javascript:|@foe@|@apart@/)
  const boosters = pages.get(`${pathOf(root.url)}/reblogs`)?.text() ?? ''
  assert.match(boosters, /@loud@/)
  assert.doesNotMatch(boosters, /@hushed@/)
  const taken = await browse(home, pathOf(gone.url))
  assert.deepEqual([taken.status, taken.headers['cache-control']], [410, 'private, no-store'])
  assert.match(taken.text(), /Its author took it back/)
})

test('the page of a profile costs eight statements at most, that of a thread ten', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const friend = await home.others.actor('friend')
  const pinned = await app.post<Status>('/api/v1/statuses', { status: 'pinned' })
  await app.post(`/api/v1/statuses/${pinned.id}/pin`)
  const seen = await home.others.post(friend)
  await app.post(`/api/v1/statuses/${seen.id}/reblog`)
  const answer = await app.post<Status>('/api/v1/statuses', { status: 'two', in_reply_to_id: pinned.id })
  const row = await home.db
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', answer.id)
    .executeTakeFirstOrThrow()
  await home.others.post(friend, { inReplyTo: row })
  for (const [path, most] of [
    ['/@ana', 8],
    [pathOf(answer.url), 10],
  ] as const) {
    const before = home.statementCount()
    assert.equal((await browse(home, path)).status, 200)
    const cost = home.statementCount() - before
    // The name of the home is read every few seconds.
    assert.ok(cost <= most + 2, `${path} took ${cost}`)
  }
})

test('the owner decides what pages show: lists of people, numbers, a search', async () => {
  const home = await openApiHome()
  const app = await home.app()
  const friend = await home.others.actor('friend')
  await home.others.follow(friend, home.ana)
  const post = await app.post<Status>('/api/v1/statuses', { status: 'counted' })
  await home.db.updateTable('posts').set({ likes_count: 7_654 }).where('id', '=', post.id).execute()
  const hidden = (await browse(home, '/@ana/followers')).text()
  assert.match(hidden, /Ana does not show this list/)
  assert.doesNotMatch(hidden, /friend/)
  assert.equal((await browse(home, '/@ana/search?q=counted')).status, 404)
  assert.match((await browse(home, '/@ana')).text(), /7,654 favourites/)
  const switches = { shows_follows: true, shows_counts: false, offers_search: true }
  await home.db.updateTable('actors').set(switches).where('id', '=', home.ana.id).execute()
  await until('the list is shown', async () =>
    /@friend@peer\.example/.test((await browse(home, '/@ana/followers')).text()),
  )
  assert.match((await browse(home, '/@ana/search?q=counted')).text(), /<p>counted<\/p>/)
  assert.doesNotMatch((await browse(home, '/@ana/media')).text(), /<b>\d/)
  assert.match((await browse(home, `${pathOf(post.url)}/favourites`)).text(), /does not show this list/)
})

test('visitors who write their address are shown the way to their own server, and led nowhere by themselves', async (t) => {
  const peer = await openFakePeer(t)
  const home = await openApiHome({ peers: [peer] })
  const app = await home.app()
  const post = await app.post<Status>('/api/v1/statuses', { status: 'follow me' })
  peer.answers('/.well-known/webfinger', () => ({
    headers: { 'content-type': 'application/jrd+json' },
    body: JSON.stringify({
      subject: `acct:ben@${peer.host}`,
      links: [{ rel: 'http://ostatus.org/schema/1.0/subscribe', template: `${peer.origin}/take?what={uri}` }],
    }),
  }))
  const write = async (path: string, address: string): Promise<PlainAnswer> =>
    home.ask(path, {
      method: 'POST',
      headers: { ...AS_BROWSER, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ address }).toString(),
    })
  assert.match((await browse(home, '/@ana/follow')).text(), /<form method="post" action="\/@ana\/follow">/)
  const led = await write('/@ana/follow', `@ben@${peer.host}`)
  assert.deepEqual(
    [led.status, led.headers.location, led.headers['cache-control']],
    [200, undefined, 'private, no-store'],
  )
  assert.ok(led.text().includes(`href="${peer.origin}/take?what=ana%40home.example"`), led.text())
  const acted = (await write(`${pathOf(post.url)}/act`, `ben@${peer.host}`)).text()
  assert.ok(acted.includes(`href="${peer.origin}/take?what=${encodeURIComponent(post.uri)}"`))
  for (const [address, told] of [
    ['"><script>alert(1)</script>', /An address has a name and a server/],
    ['https://peer.example/@ben', /An address has a name and a server/],
    ['ana@home.example', /That address is of this home/],
    ['ben@127.0.0.1', /did not answer|An address has/],
    ['ben@nowhere.example', /nowhere\.example did not answer for that address/],
  ] as const) {
    const refused = await write('/@ana/follow', address)
    assert.equal(refused.status, 422, address)
    assert.match(refused.text(), told)
    assert.doesNotMatch(refused.text(), /<script/)
  }
  const other = { method: 'POST', headers: { ...AS_BROWSER, 'content-type': 'application/json' }, body: '{}' }
  assert.equal((await home.ask('/@ana/follow', other)).status, 415)
  let last = 0
  for (let count = 0; count < 25 && last !== 429; count += 1) last = (await write('/@ana/follow', 'x')).status
  assert.equal(last, 429)
})

test('an address where nothing is says so in words to people, and shortly to programs', async () => {
  const home = await openApiHome()
  const page = await browse(home, '/no/such/page')
  assert.deepEqual([page.status, page.headers['content-type']], [404, 'text/html; charset=utf-8'])
  assert.match(page.text(), /There is nothing here/)
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none'/)
  for (const path of ['/no/such/page', '/api/v9/x', '/ap/x', '/@ana/media/before/x']) {
    const answer = await home.ask(path, path === '/no/such/page' ? {} : { headers: AS_BROWSER })
    assert.equal(answer.status, 404, path)
    if (!path.startsWith('/@')) assert.equal(answer.json()['error'], 'Record not found')
  }
})
