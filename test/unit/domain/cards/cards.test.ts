/** Which link of a post has a card, and what of a page is kept. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cardLinkOf } from '../../../../server/domain/cards/card-link.ts'
import { previewOfPage } from '../../../../server/domain/cards/preview.ts'
import { composeHtml } from '../../../../server/domain/text/compose-html.ts'
import { sanitizeHtml } from '../../../../server/domain/text/sanitize-html.ts'
import { findPreview } from '../../../../server/net/html-preview.ts'

const linkOf = (html: string): string | null =>
  cardLinkOf(sanitizeHtml(html), ({ host }) => host !== 'blocked.example')?.href ?? null

test('the first link that is no name, no quote and not refused has the card', () => {
  const last = '<a href="https://site.example/page#part">page</a>'
  for (const before of [
    '<a href="https://peer.example/@ben" class="u-url mention">@<span>ben</span></a>',
    '<a href="https://peer.example/@ben">@ben@peer.example</a>',
    '<a href="https://peer.example/tags/x" class="mention hashtag" rel="tag">#<span>x</span></a>',
    '<a href="https://peer.example/tags/x" rel="tag">#x</a>',
    '<p class="quote-inline">RE: <a href="https://peer.example/posts/1"><span>x</span></a></p>',
    '<span class="quote-inline"><br><br>RE: <a href="https://peer.example/posts/1">x</a></span>',
    '<a href="http://site.example/plain">http</a>',
    '<a href="https://blocked.example/">blocked</a>',
    '<a href="https://user:word@site.example/">secret</a>',
    '<a href="javascript:alert(1)">x</a>',
    '<p>no link at all</p>',
  ]) {
    assert.equal(linkOf(before), null, before)
    assert.equal(linkOf(`${before} ${last}`), 'https://site.example/page', before)
  }
  assert.equal(linkOf(`${last}<a href="https://other.example/">x</a>`), 'https://site.example/page')
})

test('posts written here have theirs, and very long ones are not searched to their end', () => {
  const html = composeHtml('look: https://site.example/a?b=c#d', {
    hashtagUrl: (name) => `https://home.example/tags/${name}`,
  })
  assert.equal(cardLinkOf(html, () => true)?.href, 'https://site.example/a?b=c')
  assert.equal(linkOf(`${'<p>x</p>'.repeat(30_000)}<a href="https://site.example/">x</a>`), null)
})

const NOW = new Date('2026-05-01T12:00:00Z')
const previewOf = (head: string) =>
  previewOfPage(
    findPreview(head),
    null,
    { url: 'https://site.example/a', finalUrl: 'https://site.example/b/' },
    (host) => host !== 'blocked.example',
    NOW,
  )
const meta = (name: string, content: string): string => `<meta property="${name}" content="${content}">`

test('texts are plain, on one line, without marks that turn others around, and not too long', () => {
  const preview = previewOf(
    `<title> \u202e&lt;script&gt;alert(1)&lt;/script&gt;\u0007\n &quot;x&quot; onload=1 </title>${meta('description', 'y'.repeat(5_000))}` +
      meta('og:site_name', ' The\nSite\u2066 '),
  )
  assert.equal(preview?.title, '<script>alert(1)</script> "x" onload=1')
  assert.equal(preview.description.length, 1_000)
  assert.equal(preview.provider_name, 'The Site')
  assert.equal(previewOf('<title> \u200e </title>'), null)
})

test('a picture is one that may be asked for, and is described with it', () => {
  for (const bad of [
    'javascript:alert(1)',
    'data:image/png;base64,AAAA',
    'http://site.example/a.png',
    'https://blocked.example/a.png',
    'https://u:p@site.example/a.png',
    'https://site.example:25/a.png',
    '',
  ]) {
    const head = `<title>x</title>${meta('og:image', bad)}${meta('og:image:width', '9')}${meta('og:image:height', '9')}`
    const preview = previewOf(head)
    // An empty address is the page itself, which will turn out to be no picture.
    if (bad !== '') assert.deepEqual([preview?.image_url, preview?.width], [null, 0], bad)
    const other = previewOf(`${head}${meta('twitter:image', '../c.png')}`)
    if (bad !== '') assert.deepEqual([other?.image_url, other?.width], ['https://site.example/c.png', 0], bad)
  }
  const sized = previewOf(
    `<title>x</title>${meta('og:image', '/a.png')}${meta('og:image:width', '600')}${meta('og:image:height', '99999999')}`,
  )
  assert.deepEqual([sized?.image_url, sized?.width, sized?.height], ['https://site.example/a.png', 0, 0])
})

test('an address of its own, a person, a language and a moment are believed within reason', () => {
  const said = (name: string, content: string) => previewOf(`<title>x</title>${meta(name, content)}`)
  assert.equal(said('og:url', '/canonical#x')?.page_url, 'https://site.example/canonical')
  assert.equal(said('og:url', 'https://bank.example/')?.page_url, null)
  assert.equal(said('fediverse:creator', '@ada@Peer.example')?.author_handle, '@ada@peer.example')
  assert.equal(said('fediverse:creator', '<b>ada</b>@peer.example')?.author_handle, '')
  assert.equal(said('article:author', 'https://facebook.example/ada')?.author_name, '')
  assert.equal(said('article:author', 'Ada')?.author_name, 'Ada')
  assert.equal(said('og:locale', 'en_GB')?.language, 'en-GB')
  assert.equal(said('og:locale', '<b>')?.language, null)
  assert.equal(said('og:type', 'video.other')?.kind, 'video')
  const moment = '2026-04-30T08:00:00Z'
  assert.equal(said('article:published_time', moment)?.published_at?.getTime(), Date.parse(moment))
  for (const bad of ['9999-01-01', 'soon', '-200000-01-01'])
    assert.equal(said('article:published_time', bad)?.published_at, null)
})
