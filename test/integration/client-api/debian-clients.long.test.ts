/** The clients that Debian packages sign in, post with media, read, search and stream, as their users do. */
import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { ConsentBrowser, consentTo } from '../../support/consent-browser.ts'
import {
  LACKS_MASTODON_PY,
  LACKS_TOOT,
  MastodonPy,
  Toot,
  type WayToHome,
} from '../../support/debian-clients.ts'
import { pngOf } from '../../support/pictures.ts'
import { createTestCa } from '../../support/test-tls.ts'
import { openTlsFront } from '../../support/tls-front.ts'
import { HOME_HOST, PeeredHome } from '../../support/peered-home.ts'
import { closeBeforeCluster } from '../../support/test-database.ts'

const SCOPES = ['read', 'write', 'follow', 'push']

interface Status {
  readonly id: string
  readonly content: string
  readonly account: { readonly acct: string }
  readonly media_attachments: readonly { readonly type: string; readonly description: string | null }[]
}

let world: PeeredHome
let picture: string
let way: WayToHome

before(async () => {
  world = await PeeredHome.open({ strangers: 1 })
  const ca = createTestCa({ after: (work) => process.once('exit', work) })
  const front = await openTlsFront(ca, [HOME_HOST])
  closeBeforeCluster(async () => front.close())
  front.leadTo(world.home.publicPort)
  way = { host: HOME_HOST, address: front.address, caFile: ca.caFile }
  const folder = await mkdtemp(join(tmpdir(), 'hb-pictures-'))
  closeBeforeCluster(async () => rm(folder, { recursive: true, force: true }))
  picture = join(folder, 'sky.png')
  await writeFile(picture, pngOf(40, 30, [200, 100, 0], [0, 0, 200]))
})

/** What the owner does in the browser that an app opened. @returns the code that the page shows */
async function codeFor(address: string): Promise<string> {
  const browser = new ConsentBrowser(world.home.publicPort, HOME_HOST)
  const { pathname, search } = new URL(address)
  const page = await consentTo(browser, `${pathname}${search}`, world.home.password)
  const code = /<code>([\w-]+)<\/code>/.exec(page.text())?.[1]
  assert.ok(code, page.text())
  return code
}

async function signedInLibrary(): Promise<MastodonPy> {
  const library = new MastodonPy(way)
  await library.call('register', [`https://${HOME_HOST}`])
  const address = await library.call<string>('auth_request_url', [], { scopes: SCOPES })
  await library.call('log_in', [], { code: await codeFor(address), scopes: SCOPES })
  return library
}

test(
  'Mastodon.py signs in, posts with a picture, reads, pages, searches and streams',
  {
    skip: LACKS_MASTODON_PY,
  },
  async () => {
    const library = await signedInLibrary()
    const me = await library.call<{ username: string }>('account_verify_credentials')
    assert.equal(me.username, 'ben')
    assert.match(await library.call<string>('retrieve_mastodon_version'), /^4\.5/)

    await library.call('stream_user')
    const media = await library.call<{ id: string }>('media_post', [picture], {
      description: 'A sky in the evening',
      focus: [0.5, -0.25],
    })
    const posted = await library.call<Status>('status_post', ['The sky over the #harbour'], {
      media_ids: [media],
      visibility: 'public',
      language: 'en',
    })
    assert.deepEqual(
      posted.media_attachments.map(({ type, description }) => [type, description]),
      [['image', 'A sky in the evening']],
    )
    const [kind, told] = await library.call<[string, Status]>('next_event')
    assert.equal(kind, 'update')
    assert.equal(told.id, posted.id)

    for (let n = 0; n < 3; n += 1) await library.call('status_post', [`one more, ${n}`])
    const firstPage = await library.call<Status[]>('timeline_home', [], { limit: 2 })
    const secondPage = await library.call<Status[]>('fetch_next')
    const ids = [...firstPage, ...secondPage].map(({ id }) => id)
    assert.equal(new Set(ids).size, 4)
    assert.equal(ids.at(-1), posted.id)

    const found = await library.call<{ statuses: Status[]; hashtags: { name: string }[] }>('search_v2', [
      'harbour',
    ])
    assert.deepEqual(
      found.statuses.map(({ id }) => id),
      [posted.id],
    )
    assert.deepEqual(
      found.hashtags.map(({ name }) => name),
      ['harbour'],
    )
  },
)

test('Mastodon.py keeps bookmarks, lists, filters and markers', { skip: LACKS_MASTODON_PY }, async () => {
  const library = await signedInLibrary()
  const post = await library.call<Status>('status_post', ['to keep'])
  await library.call('status_bookmark', [post.id])
  await library.call('status_pin', [post.id])
  await library.call('status_favourite', [post.id])
  const bookmarks = await library.call<Status[]>('bookmarks')
  assert.equal(bookmarks[0]?.id, post.id)

  const [friend] = await library.call<{ id: string }[]>('account_search', [world.friend.handle])
  assert.ok(friend)
  const list = await library.call<{ id: string; title: string }>('list_create', ['Friends'])
  await library.call('list_accounts_add', [list.id, [friend.id]])
  await world.control()
  const read = await library.call<Status[]>('timeline_list', [list.id])
  assert.match(read[0]?.content ?? '', /all is well/)
  assert.deepEqual(
    (await library.call<{ title: string }[]>('lists')).map(({ title }) => title),
    ['Friends'],
  )
  await library.call('list_delete', [list.id])
  const filter = await library.call<{ id: string }>('filter_create', ['spoiler', ['home']])
  await library.call('filter_delete', [filter.id])
  const markers = await library.call<{ home: { last_read_id: string } }>('markers_set', [['home'], [post.id]])
  assert.equal(markers.home.last_read_id, post.id)
  await library.call('notifications')
  await library.call('conversations')
  await library.call('preferences')
  await library.call('instance_nodeinfo')
  const deleted = await library.call<{ text: string }>('status_delete', [post.id])
  assert.equal(deleted.text, 'to keep')
})

test('toot signs in, posts with a picture, reads and searches', { skip: LACKS_TOOT }, async () => {
  const toot = await Toot.open(way)
  await toot.signIn(codeFor)
  assert.match(await toot.run('whoami'), /@ben/)
  const text = 'Written in a terminal #shell'
  assert.match(await toot.run('post', text, '-m', picture, '-d', 'The sky again'), /Toot posted/)
  assert.match(await toot.run('timeline', '--once'), /Written in a terminal/)
  assert.match(await toot.run('timeline', '--once', '--tag', 'shell'), /Written in a terminal/)
  assert.match(await toot.run('search', '#shell'), /#shell/)
  const cleo = world.stranger()
  assert.match(await toot.run('follow', cleo.handle), /now following/)
  assert.match(await toot.run('following', '@ben'), /./)
  assert.match(await toot.run('mute', cleo.handle), /muted/)
  assert.match(await toot.run('tags_follow', 'shell'), /following/)
  assert.match(await toot.run('tags_followed'), /shell/)
  assert.match(await toot.run('notifications'), /./)
  assert.match(await toot.run('logout', `ben@${HOME_HOST}`), /logged out/i)
})
