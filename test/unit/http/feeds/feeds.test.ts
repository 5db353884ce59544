/** Feeds of posts as readers of RSS, Atom and JSON Feed understand them: a feed library of others reads them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAtomFeed, parseJsonFeed, parseRssFeed } from 'feedsmith'
import type { MediaAttachment } from '../../../../server/contracts/media-attachment.ts'
import type { Status } from '../../../../server/contracts/status.ts'
import { atomDocument } from '../../../../server/http/feeds/atom.ts'
import { authorFrom, itemFromStatus } from '../../../../server/http/feeds/feed-items.ts'
import type { Feed } from '../../../../server/http/feeds/feed.ts'
import { jsonFeed } from '../../../../server/http/feeds/json-feed.ts'
import { rssDocument } from '../../../../server/http/feeds/rss.ts'
import { accountOf, statusOf } from '../../../support/statuses.ts'

const ANA = accountOf('ana', { display_name: 'Ana & <b>', avatar: 'https://home.example/a.png' })

const PICTURE: MediaAttachment = {
  id: '9',
  type: 'image',
  url: 'https://home.example/media/9.webp',
  preview_url: 'https://home.example/media/9-small.webp',
  remote_url: null,
  preview_remote_url: null,
  text_url: null,
  meta: { original: { width: 640, height: 480 } },
  description: 'a "bird" <on> a wire',
  blurhash: null,
}
const FACTS = new Map([['9', { mediaType: 'image/webp', bytes: 12_345 }]])

function feedOf(...statuses: readonly Status[]): Feed {
  return {
    title: 'Ana & <b> (@ana@home.example)',
    description: 'I keep <bees> & birds',
    pageUrl: 'https://home.example/@ana',
    urls: {
      rss: 'https://home.example/@ana.rss',
      atom: 'https://home.example/@ana.atom',
      json: 'https://home.example/@ana/feed.json',
    },
    author: authorFrom(ANA),
    language: 'de',
    changedAt: new Date('2026-11-22T10:00:00Z'),
    items: statuses.map((status) => itemFromStatus(status, FACTS)),
  }
}

const postOf = (more: Partial<Status> = {}): Status => statusOf('7', { account: ANA, ...more })

const rss = (...statuses: readonly Status[]) => parseRssFeed(rssDocument(feedOf(...statuses)))
const atom = (...statuses: readonly Status[]) => parseAtomFeed(atomDocument(feedOf(...statuses)))
const json = (...statuses: readonly Status[]) => parseJsonFeed(JSON.stringify(jsonFeed(feedOf(...statuses))))

test('a feed says whose it is and where it lies', () => {
  const channel = rss()
  assert.equal(channel.title, 'Ana & <b> (@ana@home.example)')
  assert.equal(channel.description, 'I keep &lt;bees&gt; &amp; birds', 'as HTML, which readers take it for')
  assert.equal(channel.link, 'https://home.example/@ana')
  assert.equal(channel.language, 'de')
  assert.equal(channel.image?.url, 'https://home.example/a.png')
  const self = channel.atom?.links?.find(({ rel }) => rel === 'self')
  assert.deepEqual([self?.href, self?.type], ['https://home.example/@ana.rss', 'application/rss+xml'])
  const feed = atom()
  assert.equal(feed.id, 'https://home.example/@ana.atom')
  assert.equal(feed.subtitle?.value ?? feed.subtitle, 'I keep <bees> & birds')
  assert.deepEqual(feed.authors?.[0], { name: 'Ana & <b>', uri: 'https://peer.example/@ana' })
  const { version, feed_url: url, home_page_url: page } = jsonFeed(feedOf()) as Record<string, unknown>
  assert.deepEqual(
    [version, url, page],
    ['https://jsonfeed.org/version/1.1', 'https://home.example/@ana/feed.json', 'https://home.example/@ana'],
  )
  assert.equal(json().title, 'Ana & <b> (@ana@home.example)')
})

test('an entry keeps its id, its moments, its language and its hashtags', () => {
  const post = postOf({
    edited_at: '2026-11-23T11:00:00.000Z',
    language: 'eo',
    tags: [{ name: 'abeloj', url: 'https://home.example/tags/abeloj' }],
  })
  const [item] = rss(post).items ?? []
  assert.deepEqual([item?.guid?.value, item?.guid?.isPermaLink, item?.link], [post.uri, false, post.url])
  assert.equal(item?.pubDate, 'Sun, 22 Nov 2026 10:00:00 GMT')
  assert.equal(item?.atom?.updated, '2026-11-23T11:00:00.000Z')
  assert.equal(item?.title, undefined, 'a post has no title')
  assert.deepEqual(
    item?.categories?.map(({ name }) => name),
    ['abeloj'],
  )
  const [entry] = atom(post).entries ?? []
  assert.deepEqual(
    [entry?.id, entry?.published, entry?.updated],
    [post.uri, '2026-11-22T10:00:00.000Z', '2026-11-23T11:00:00.000Z'],
  )
  assert.match(atomDocument(feedOf(post)), /<entry xml:lang="eo">/)
  const [one] = json(post).items ?? []
  assert.deepEqual([one?.id, one?.url, one?.language], [post.uri, post.url, 'eo'])
  assert.deepEqual(one?.tags, ['abeloj'])
})

test('behind a warning is what it warns of, in the content only', () => {
  const post = postOf({ spoiler_text: 'spiders <8>', content: '<p>eight <em>legs</em></p>', sensitive: true })
  const [item] = rss(post).items ?? []
  assert.equal(item?.description, 'Content warning: spiders &lt;8&gt;')
  assert.equal(
    item?.content?.encoded,
    '<p><strong>Content warning:</strong> spiders &lt;8&gt;</p><hr><p>eight <em>legs</em></p>',
  )
  const [entry] = atom(post).entries ?? []
  assert.equal(entry?.title?.value ?? entry?.title, 'spiders <8>')
  const [one] = json(post).items ?? []
  assert.equal(one?.summary, 'Content warning: spiders <8>')
  assert.match(one?.content_html ?? '', /legs/)
})

test('pictures are shown, described, measured and rated', () => {
  const post = postOf({ media_attachments: [PICTURE] })
  const [item] = rss(post).items ?? []
  assert.deepEqual(item?.enclosures?.[0], {
    url: 'https://home.example/media/9.webp',
    length: 12_345,
    type: 'image/webp',
  })
  const [media] = item?.media?.contents ?? []
  assert.deepEqual(
    [media?.url, media?.type, media?.medium, media?.fileSize, media?.width, media?.height],
    ['https://home.example/media/9.webp', 'image/webp', 'image', 12_345, 640, 480],
  )
  assert.equal(media?.description?.value, 'a "bird" <on> a wire')
  assert.match(
    item?.content?.encoded ?? '',
    /<img src="[^"]*9-small.webp" alt="a &quot;bird&quot; &lt;on&gt; a wire">/,
  )
  assert.match(rssDocument(feedOf(post)), /<media:rating scheme="urn:simple">nonadult</)
  const [one] = json(post).items ?? []
  assert.equal(one?.image, 'https://home.example/media/9.webp')
  assert.equal(one?.attachments?.[0]?.size_in_bytes, 12_345)
})

test('a sensitive picture is a link that nobody follows unasked', () => {
  const post = postOf({ media_attachments: [PICTURE], sensitive: true })
  const [item] = rss(post).items ?? []
  assert.doesNotMatch(item?.content?.encoded ?? '', /<img/)
  assert.match(
    item?.content?.encoded ?? '',
    /<a href="https:\/\/home.example\/media\/9.webp">Picture: a &quot;/,
  )
  assert.match(rssDocument(feedOf(post)), /<media:rating scheme="urn:simple">adult</)
  assert.equal(json(post).items?.[0]?.image, undefined)
})

test('polls, cards and custom emoji are part of the text', () => {
  const url = 'https://home.example/e/blob.png'
  const post = postOf({
    content: '<p>hi :blob: <a href="https://a.example/:blob:">:other:</a></p>',
    emojis: [{ shortcode: 'blob', url, static_url: url, visible_in_picker: false, category: null }],
    poll: {
      id: '7',
      expires_at: null,
      expired: false,
      multiple: false,
      votes_count: 3,
      voters_count: 3,
      options: [
        { title: 'tea <1>', votes_count: 3 },
        { title: 'coffee', votes_count: 0 },
      ],
      emojis: [],
    },
  })
  const html = rss(post).items?.[0]?.content?.encoded ?? ''
  assert.match(
    html,
    /hi <img class="emoji" src="https:\/\/home.example\/e\/blob.png" alt=":blob:" title=":blob:"/,
  )
  assert.match(html, /<a href="https:\/\/a.example\/:blob:">:other:<\/a>/)
  assert.match(html, /<ul><li>tea &lt;1&gt;<\/li><li>coffee<\/li><\/ul>/)
  assert.match(rss(post).items?.[0]?.description ?? '', /– tea &lt;1&gt;<br>– coffee/)
})

test('a form that cannot do without a title gets a line that says what the post is', () => {
  const title = (more: Partial<Status>): string => {
    const found = atom(postOf(more)).entries?.[0]?.title
    return typeof found === 'string' ? found : (found?.value ?? '')
  }
  assert.equal(title({ content: '<p>one</p><p>two</p>' }), 'one two')
  assert.equal(title({ content: `<p>${'word '.repeat(40)}</p>` }), `${'word '.repeat(16).trimEnd()}…`)
  assert.equal(title({ content: '', media_attachments: [PICTURE] }), 'a "bird" <on> a wire')
  assert.equal(title({ content: '' }), 'A post by Ana & <b>')
})
