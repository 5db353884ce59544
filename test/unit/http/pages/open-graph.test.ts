/** What previews elsewhere are told of posts with pictures, recordings and warnings. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MediaAttachment } from '../../../../server/contracts/media-attachment.ts'
import type { Status } from '../../../../server/contracts/status.ts'
import { oembedOf } from '../../../../server/http/client-api/oembed.ts'
import { postDescription, postFacts } from '../../../../server/http/pages/open-graph.ts'
import type { Host } from '../../../../server/http/pages/view.ts'
import { accountOf, statusOf } from '../../../support/statuses.ts'

const ORIGIN = 'https://home.example'
const ANA = accountOf('ana', { avatar: '/a.png', url: `${ORIGIN}/@ana` })
const HOST = { account: ANA, handle: '@ana@home.example', origin: ORIGIN } as Host

const MEDIA: MediaAttachment = {
  id: '9',
  type: 'image',
  url: '/media/9.webp',
  preview_url: '/media/9-small.webp',
  remote_url: null,
  preview_remote_url: null,
  text_url: null,
  meta: { original: { width: 1_600, height: 900 }, small: { width: 640, height: 360 } },
  description: 'a bird',
  blurhash: null,
}
const FILM: MediaAttachment = { ...MEDIA, type: 'video', url: '/media/9.mp4', preview_url: '/media/9.png' }

const factsOf = (more: Partial<Status>): string[] =>
  postFacts(HOST, statusOf('7', { account: ANA, ...more })).map(([name, value]) => `${name} ${value}`)

test('pictures are told with their size and their words', () => {
  const facts = factsOf({ media_attachments: [MEDIA] })
  const from = facts.indexOf('og:image https://home.example/media/9.webp')
  assert.deepEqual(facts.slice(from), [
    'og:image https://home.example/media/9.webp',
    'og:image:width 1600',
    'og:image:height 900',
    'og:image:alt a bird',
    'twitter:card summary_large_image',
  ])
})

test('a recording is told with the picture that stands for it', () => {
  const facts = factsOf({ media_attachments: [FILM] })
  for (const fact of [
    'og:image https://home.example/media/9.png',
    'og:image:width 640',
    'og:video https://home.example/media/9.mp4',
    'og:video:type video/mp4',
    'og:video:width 1600',
  ]) {
    assert.ok(facts.includes(fact), fact)
  }
  const bare = factsOf({ media_attachments: [{ ...FILM, preview_url: null }] })
  assert.ok(bare.includes('og:image https://home.example/a.png'), 'without a picture the avatar stands there')
})

test('nothing sensitive is told, nor what is behind a warning', () => {
  for (const media of [MEDIA, FILM]) {
    const facts = factsOf({ media_attachments: [media], sensitive: true })
    assert.ok(!facts.some((fact) => fact.includes('/media/')), facts.join('\n'))
    assert.ok(facts.includes('twitter:card summary'))
  }
  const warned = { spoiler_text: 'a film', content: '<p>he did it</p>', sensitive: true }
  assert.ok(!factsOf(warned).some((fact) => fact.includes('he did it')))
})

test('a description is one short line', () => {
  const long = postDescription(statusOf('7', { content: `<p>${'word '.repeat(200)}</p><p>end</p>` }))
  assert.ok(long.length <= 300 && long.endsWith('word…'), long)
  assert.equal(postDescription(statusOf('7', { content: '<p>one<br>two</p><p>three</p>' })), 'one two three')
})

test('a frame is as high as its post, and never larger than was asked for', () => {
  const home = { title: 'Home', origin: ORIGIN }
  const free = { maxWidth: 10_000, maxHeight: 10_000 }
  const frame = (more: Partial<Status>, limits = free) =>
    oembedOf(statusOf('7', { account: ANA, ...more }), home, limits)
  const short = frame({})
  const long = frame({ content: `<p>${'word '.repeat(200)}</p>` })
  const pictured = frame({ media_attachments: [{ ...MEDIA, preview_url: `${ORIGIN}/small.webp` }] })
  assert.ok(short.height < long.height && short.height < pictured.height)
  assert.equal(pictured.thumbnail_width, 640)
  assert.equal(frame({ media_attachments: [MEDIA], sensitive: true }).thumbnail_url, undefined)
  const tight = frame({ media_attachments: [MEDIA] }, { maxWidth: 200, maxHeight: 150 })
  assert.deepEqual([tight.width, tight.height, tight.thumbnail_url], [200, 150, undefined])
  const odd = frame({ account: { ...ANA, display_name: '"><script>' } })
  assert.doesNotMatch(odd.html, /<script/)
})
