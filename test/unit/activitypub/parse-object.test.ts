/** Posts at their limits and beyond. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { JsonObject } from '../../../server/activitypub/json.ts'
import { parsePost, visibilityOf } from '../../../server/activitypub/parse-object.ts'
import type { ParsePostOptions, PostFacts } from '../../../server/activitypub/parse-object.ts'
import { PUBLIC } from '../../../server/activitypub/vocabulary.ts'
import { htmlToPlainText } from '../../../server/domain/text/plain-text.ts'
import { sanitizeHtml } from '../../../server/domain/text/sanitize-html.ts'

const ANA = 'https://a.example/users/ana'
const FOLLOWERS = `${ANA}/followers`
const URI = 'https://a.example/notes/1'
const MINIMAL = { id: URI, type: 'Note', attributedTo: ANA }

function post(extra: JsonObject = {}, options: ParsePostOptions = {}): PostFacts {
  const parsed = parsePost({ ...MINIMAL, ...extra }, options)
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason)
  return parsed.post
}

test('the least there can be is a direct post to nobody', () => {
  const facts = post()
  assert.equal(facts.visibility, 'direct')
  assert.equal(facts.url, URI)
  assert.equal(facts.contentHtml, '')
  assert.deepEqual(facts.replies, { uri: null, totalItems: null })
})

describe('refused', () => {
  const CASES: readonly (readonly [why: string, extra: JsonObject])[] = [
    ['a type that is no post', { type: 'Person' }],
    ['a Tombstone', { type: 'Tombstone' }],
    ['two types', { type: ['Note', 'Article'] }],
    ['no id', { id: null }],
    ['an id without https', { id: 'http://a.example/notes/1' }],
    ['no author', { attributedTo: undefined }],
    ['an author on another host', { attributedTo: 'https://b.example/users/ana' }],
    ['an author on another port', { attributedTo: 'https://a.example:8443/users/ana' }],
    ['an author that is a number', { attributedTo: 7 }],
  ]
  for (const [why, extra] of CASES) test(why, () => assert.ok(!parsePost({ ...MINIMAL, ...extra }).ok))
})

describe('authors', () => {
  const channel = 'https://a.example/channels/films'

  test('among several the sender is the author', () => {
    const attributedTo = [
      { type: 'Group', id: channel },
      { type: 'Person', id: ANA },
    ]
    assert.equal(post({ attributedTo }, { actorUri: channel }).actorUri, channel)
    assert.equal(post({ attributedTo }, { actorUri: 'https://a.example/users/eve' }).actorUri, ANA)
    assert.equal(post({ attributedTo }).actorUri, ANA)
    assert.equal(post({ attributedTo: [channel, ANA] }).actorUri, channel)
  })
})

describe('visibility', () => {
  const CASES: readonly (readonly [
    why: string,
    to: unknown,
    cc: unknown,
    followers: string | null,
    expected: string,
  ])[] = [
    ['public in to', [PUBLIC], [FOLLOWERS], FOLLOWERS, 'public'],
    ['public alone as text', 'as:Public', undefined, null, 'public'],
    ['public in cc', [FOLLOWERS], ['Public'], FOLLOWERS, 'unlisted'],
    ['followers', [FOLLOWERS], [], FOLLOWERS, 'followers'],
    ['followers in cc', [], FOLLOWERS, FOLLOWERS, 'followers'],
    ['a collection that looks like followers', [FOLLOWERS], [], null, 'direct'],
    ['followers of somebody else', ['https://b.example/users/ben/followers'], [], FOLLOWERS, 'direct'],
    ['one person', ['https://b.example/users/ben'], [], FOLLOWERS, 'direct'],
    [
      'something like public',
      ['as:public', 'https://www.w3.org/ns/activitystreams#public'],
      [],
      FOLLOWERS,
      'direct',
    ],
    ['public spelled as an object', [{ id: PUBLIC }], [], null, 'public'],
    ['nonsense', 7, { a: 1 }, FOLLOWERS, 'direct'],
  ]
  for (const [why, to, cc, followersUri, expected] of CASES) {
    test(why, () => assert.equal(post({ to, cc }, { followersUri }).visibility, expected))
  }

  test('an audience in both places is the wider of the two', () => {
    assert.equal(visibilityOf([PUBLIC], [PUBLIC], FOLLOWERS), 'public')
  })
})

describe('content', () => {
  test('is cut at 500,000 characters and sanitised', () => {
    const facts = post({ content: `<p onclick=x>${'a'.repeat(600_000)}</p><script>alert(1)</script>` })
    assert.ok(facts.contentHtml.length <= 500_000)
    assert.ok(facts.contentHtml.startsWith('<p>aaa'))
  })

  test('may stand in the language map alone', () => {
    const facts = post({ contentMap: { 'pt-br': '<p>olá</p>', en: '<p>hi</p>' } })
    assert.equal(facts.contentHtml, '<p>olá</p>')
    assert.equal(facts.language, 'pt-BR')
  })

  test('has the language of the translation that is the content', () => {
    const contentMap = { en: '<p>hi</p>', pt: '<p>olá</p>' }
    assert.equal(post({ content: '<p>olá</p>', contentMap }).language, 'pt')
    assert.equal(post({ content: '<p>salut</p>', contentMap }).language, null)
    assert.equal(post({ content: 'x', language: 'de' }).language, 'de')
    assert.equal(post({ content: 'x', '@context': ['x', { '@language': 'ja' }] }).language, 'ja')
    assert.equal(post({ content: 'x', '@context': ['x', { '@language': 'und' }] }).language, null)
  })

  test('that is no HTML is shown as text', () => {
    assert.equal(
      post({ content: 'a <b>\n\nc', mediaType: 'text/plain' }).contentHtml,
      '<p>a &lt;b&gt;</p><p>c</p>',
    )
    assert.equal(post({ content: '<p>a</p>', mediaType: 'text/html; charset=utf-8' }).contentHtml, '<p>a</p>')
  })

  test('of a wrong type is empty', () => {
    assert.equal(post({ content: { a: 1 }, contentMap: ['x'], summary: 7 }).contentHtml, '')
  })
})

describe('warnings', () => {
  test('are plain text and make a post sensitive', () => {
    const facts = post({ summary: '<p>spoilers &amp; food</p>' })
    assert.equal(facts.summary, 'spoilers & food')
    assert.equal(facts.sensitive, true)
    assert.equal(post({ summary: '  ' }).summary, null)
    assert.equal(post({ summaryMap: { en: 'food' } }).summary, 'food')
  })

  test('an excerpt of an article is none', () => {
    const facts = post({ type: 'Article', name: 'T', summary: 'It begins …' })
    assert.equal(facts.summary, null)
    assert.equal(facts.sensitive, false)
    assert.equal(facts.contentHtml, '<p><strong>T</strong></p>It begins …')
  })
})

describe('kinds', () => {
  test('an event shows when and where', () => {
    const facts = post({
      type: 'Event',
      name: 'Meeting <1>',
      startTime: '2026-05-01T18:00:00+02:00',
      endTime: '2026-05-01T20:00:00+02:00',
      location: {
        type: 'Place',
        name: 'Town hall',
        address: {
          type: 'PostalAddress',
          streetAddress: 'Main St 1',
          addressLocality: 'Town',
          addressCountry: 'Town',
        },
      },
      content: '<p>Come</p>',
      url: 'https://a.example/events/1',
    })
    assert.equal(
      htmlToPlainText(facts.contentHtml),
      'Meeting <1>\n\n2026-05-01 16:00 UTC – 2026-05-01 18:00 UTC\nTown hall, Main St 1, Town\n\nCome\n\nhttps://a.example/events/1',
    )
    assert.equal(facts.event?.startsAt?.toISOString(), '2026-05-01T16:00:00.000Z')
    assert.equal(facts.event?.location, 'Town hall, Main St 1, Town')
    assert.equal(sanitizeHtml(facts.contentHtml), facts.contentHtml)
  })
})

describe('tags', () => {
  test('are 64 at most, each once, whatever else is among them', () => {
    const tag = [
      null,
      'x',
      { type: 'Mention', href: ANA, name: '@ana' },
      { type: 'Mention', href: ANA, name: '@ana again' },
      { type: 'Mention', href: 'javascript:alert(1)' },
      { type: 'Hashtag', name: '#One' },
      { type: 'Hashtag', name: 'one', href: 'https://a.example/tags/one' },
      { type: 'Hashtag', name: '#two words' },
      { type: 'Hashtag', name: '#<b>bold' },
      { type: 'Hashtag', name: '#a/b?c' },
      { type: 'Emoji', name: ':a:', icon: { type: 'Image', url: 'https://a.example/a.png' } },
      { type: 'Emoji', name: 'b', icon: { url: 'https://a.example/b.png' }, id: 'https://a.example/b' },
      { type: 'Emoji', name: ':c:', icon: { url: 'http://a.example/c.png' } },
      { type: 'Emoji', name: ':d d:', icon: { url: 'https://a.example/d.png' } },
      { type: 'Emoji', name: `:${'e'.repeat(200)}:`, icon: { url: 'https://a.example/e.png' } },
      { type: 'Emoji', name: '<img>', icon: { url: 'https://a.example/f.png' } },
    ]
    const facts = post({ tag })
    assert.deepEqual(facts.mentions, [{ href: ANA, name: '@ana' }])
    assert.deepEqual(facts.hashtags, [{ name: 'One', href: null }])
    assert.deepEqual(facts.emojis, [
      { shortcode: 'a', url: 'https://a.example/a.png' },
      { shortcode: 'b', url: 'https://a.example/b.png', uri: 'https://a.example/b' },
    ])
    const many = Array.from({ length: 500 }, (_, index) => ({ type: 'Hashtag', name: `#t${index}` }))
    assert.equal(post({ tag: many }).hashtags.length, 64)
  })
})

describe('quotes', () => {
  const quoted = 'https://b.example/notes/9'
  const LINK = { type: 'Link', mediaType: 'application/activity+json', href: quoted }
  const CASES: readonly (readonly [why: string, extra: JsonObject, expected: string | null])[] = [
    ['quote', { quote: quoted }, quoted],
    ['quote as an object', { quote: { id: quoted, type: 'Note' } }, quoted],
    ['quoteUri', { quoteUri: quoted }, quoted],
    ['quoteUrl', { quoteUrl: quoted }, quoted],
    ['_misskey_quote', { _misskey_quote: quoted }, quoted],
    ['an object link', { tag: LINK }, quoted],
    ['an object link of another relation', { tag: { ...LINK, rel: 'canonical' } }, null],
    ['a link to a page', { tag: { ...LINK, mediaType: 'text/html' } }, null],
    ['the first that is an id', { quote: null, quoteUri: 'x', quoteUrl: quoted }, quoted],
  ]
  for (const [why, extra, expected] of CASES) test(why, () => assert.equal(post(extra).quoteUri, expected))
})

describe('polls', () => {
  const option = (name: string, totalItems: unknown = 0): JsonObject => ({
    type: 'Note',
    name,
    replies: { type: 'Collection', totalItems },
  })
  const QUESTION = { type: 'Question', endTime: '2026-01-02T00:00:00Z' }

  test('have at most 20 options, each once, with counts that can be', () => {
    const oneOf = [
      option('a', -5),
      option('a', 9),
      option('b', 'x'),
      option(' '),
      7,
      ...Array.from({ length: 40 }, (_, i) => option(`o${i}`, 1e99)),
    ]
    const { poll } = post({ ...QUESTION, oneOf })
    assert.ok(poll && poll.options.length <= 20)
    assert.deepEqual(poll.options.slice(0, 3), [
      { title: 'a', votes: 0 },
      { title: 'b', votes: 0 },
      { title: 'o0', votes: 0 },
    ])
    assert.equal(poll.isMultiple, false)
  })

  test('without two options are none', () => {
    assert.equal(post({ ...QUESTION, oneOf: [option('a')] }).poll, null)
    assert.equal(post({ ...QUESTION }).poll, null)
  })

  test('are closed by a moment, or by saying so', () => {
    const anyOf = [option('a'), option('b')]
    assert.equal(
      post({ ...QUESTION, anyOf, closed: '2026-01-01T12:00:00Z' }).poll?.closedAt?.toISOString(),
      '2026-01-01T12:00:00.000Z',
    )
    assert.equal(
      post({ ...QUESTION, anyOf, closed: true }).poll?.closedAt?.toISOString(),
      '2026-01-02T00:00:00.000Z',
    )
    assert.equal(post({ ...QUESTION, anyOf }).poll?.closedAt, null)
  })
})

describe('votes', () => {
  test('are notes with a name and no content in reply to something', () => {
    const inReplyTo = 'https://home.example/ap/posts/1'
    assert.equal(post({ name: 'Yes', inReplyTo }).pollVote, 'Yes')
    assert.equal(post({ name: 'Yes', inReplyTo, content: '<p>x</p>' }).pollVote, null)
    assert.equal(post({ name: 'Yes' }).pollVote, null)
    assert.equal(post({ inReplyTo }).pollVote, null)
    assert.equal(post({ type: 'Article', name: 'Yes', inReplyTo }).pollVote, null)
  })
})

describe('collections and threads', () => {
  test('on another origin are not named; counts are clamped', () => {
    const facts = post({
      replies: { id: 'https://b.example/replies', totalItems: 5 },
      likes: { id: `${URI}/likes`, totalItems: -1 },
      shares: `${URI}/shares`,
      context: 'tag:a.example,2026:1',
      conversation: 'tag:a.example,2026:1',
    })
    assert.deepEqual(facts.replies, { uri: null, totalItems: 5 })
    assert.deepEqual(facts.likes, { uri: `${URI}/likes`, totalItems: null })
    assert.deepEqual(facts.shares, { uri: `${URI}/shares`, totalItems: null })
    assert.equal(facts.context, null)
    assert.equal(facts.conversation, 'tag:a.example,2026:1')
  })

  test('the parent is one id', () => {
    const parent = 'https://b.example/1'
    assert.equal(post({ inReplyTo: [parent, 'https://b.example/2'] }).inReplyTo, parent)
    assert.equal(post({ inReplyTo: { id: parent } }).inReplyTo, parent)
    assert.equal(post({ inReplyTo: 'x' }).inReplyTo, null)
  })

  test('an update in the second of publication is none', () => {
    const published = '2026-01-01T00:00:00Z'
    assert.equal(post({ published, updated: published }).updated, null)
    assert.equal(
      post({ published, updated: '2026-01-01T00:00:01Z' }).updated?.toISOString(),
      '2026-01-01T00:00:01.000Z',
    )
  })
})
