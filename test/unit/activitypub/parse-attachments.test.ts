/** Media of posts, attached and as the post itself. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../../server/activitypub/json.ts'
import { durationOf } from '../../../server/activitypub/parse-attachments.ts'
import type { AttachmentFact } from '../../../server/activitypub/parse-attachments.ts'
import { parsePost } from '../../../server/activitypub/parse-object.ts'
import type { PostFacts } from '../../../server/activitypub/parse-object.ts'

const MINIMAL = { id: 'https://a.example/notes/1', type: 'Note', attributedTo: 'https://a.example/users/ana' }

function post(extra: JsonObject = {}): PostFacts {
  const parsed = parsePost({ ...MINIMAL, ...extra })
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason)
  return parsed.post
}

describe('posts that are media', () => {
  test('a sound has its file and its page', () => {
    const facts = post({
      type: 'Audio',
      name: 'Song',
      url: [
        { type: 'Link', href: 'https://a.example/song', mediaType: 'text/html' },
        { type: 'Link', href: 'https://a.example/song.ogg', mediaType: 'audio/ogg' },
      ],
      duration: 'PT3M5S',
    })
    assert.equal(facts.url, 'https://a.example/song')
    assert.deepEqual(
      facts.attachments.map(({ kind, url, durationSeconds }) => [kind, url, durationSeconds]),
      [['audio', 'https://a.example/song.ogg', 185]],
    )
    assert.ok(facts.contentHtml.includes('href="https://a.example/song"'))
  })

  test('a picture is its own attachment', () => {
    const facts = post({
      type: 'Image',
      name: 'A cat',
      url: { type: 'Link', href: 'https://a.example/c.png', mediaType: 'image/png' },
    })
    assert.deepEqual(
      facts.attachments.map(({ kind, url, description }) => [kind, url, description]),
      [['image', 'https://a.example/c.png', 'A cat']],
    )
  })

  test('a film is taken in the best resolution up to 720 lines', () => {
    const file = (height: number): JsonObject => ({
      type: 'Link',
      mediaType: 'video/mp4',
      href: `https://a.example/${height}.mp4`,
      height,
      width: height * 2,
    })
    const url = (...heights: number[]): string | undefined =>
      post({ type: 'Video', url: heights.map(file) }).attachments[0]?.url
    assert.equal(url(240, 1080, 720, 480), 'https://a.example/720.mp4')
    assert.equal(url(2160, 1080), 'https://a.example/1080.mp4')
    assert.equal(url(), undefined)
  })
})

describe('attachments', () => {
  const IMAGE = { type: 'Document', mediaType: 'image/png', url: 'https://a.example/1.png' }
  const first = (extra: JsonObject): AttachmentFact | undefined =>
    post({ attachment: { ...IMAGE, ...extra } }).attachments[0]

  test('are 20 at most, each address once', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      ...IMAGE,
      url: `https://a.example/${index}.png`,
    }))
    assert.equal(post({ attachment: many }).attachments.length, 20)
    assert.equal(post({ attachment: [IMAGE, IMAGE] }).attachments.length, 1)
  })

  test('come by https or not at all', () => {
    assert.equal(first({ url: 'http://a.example/1.png' }), undefined)
    assert.equal(first({ url: 'javascript:alert(1)' }), undefined)
    assert.equal(first({ url: null }), undefined)
    assert.equal(first({ type: 'Note' }), undefined)
  })

  test('are known by media type, by kind, or by the name of the file', () => {
    assert.equal(first({ mediaType: 'video/webm' })?.kind, 'video')
    assert.equal(first({ mediaType: null, type: 'Audio' })?.kind, 'audio')
    assert.equal(first({ mediaType: null, url: 'https://a.example/x.WebP?y=1' })?.kind, 'image')
    assert.equal(first({ mediaType: 'application/pdf', url: 'https://a.example/x' })?.kind, 'unknown')
  })

  test('have facts only where they make sense', () => {
    const facts = first({
      width: 0,
      height: 100,
      blurhash: '<script>',
      focalPoint: [0.5, 2],
      duration: 'PT1H1M1.5S',
      summary: 'the summary',
      name: 'file.png',
    })
    assert.deepEqual(
      [
        facts?.width,
        facts?.height,
        facts?.blurhash,
        facts?.focus,
        facts?.durationSeconds,
        facts?.description,
      ],
      [null, null, null, null, 3_661.5, 'the summary'],
    )
    assert.deepEqual(first({ focalPoint: { '@list': [-1, 1] } })?.focus, { x: -1, y: 1 })
  })

  const DURATIONS: readonly (readonly [value: unknown, seconds: number | null])[] = [
    ['PT30S', 30],
    ['P1DT1S', 86_401],
    ['P', 0],
    ['30s', null],
    [12.5, 12.5],
    ['12', 12],
    ['P9999D', null],
    [-1, null],
    [null, null],
  ]
  for (const [value, seconds] of DURATIONS) {
    test(`the duration ${JSON.stringify(value)}`, () => assert.equal(durationOf(value), seconds))
  }
})
