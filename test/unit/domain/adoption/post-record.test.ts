import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ActorReference } from '../../../../server/domain/actors/actor.ts'
import { typedText } from '../../../../server/domain/adoption/own-text.ts'
import { isRecord, postRecord } from '../../../../server/domain/adoption/post-record.ts'
import type { PostRow } from '../../../../server/domain/adoption/post-rows.ts'
import { idsInOrder } from '../../../../server/domain/adoption/take-events.ts'

const BEN = 'https://old.example/@ben@old.example/'
const ANA = 'https://peer.example/users/ana'

function actor(id: string, uri: string, isLocal: boolean): ActorReference {
  return {
    id,
    uri,
    is_local: isLocal,
    is_instance_actor: false,
    is_locked: false,
    host: new URL(uri).host,
    followers_uri: null,
    following_uri: null,
    fetched_at: new Date(),
    gone_at: null,
    is_domain_blocked: false,
    moved_to_uri: null,
  }
}

const people = new Map([
  [BEN, actor('1', BEN, true)],
  [ANA, actor('2', ANA, false)],
])
const world = { people, emojis: new Map([['smile', 'https://old.example/media/aa/bb.png']]), now: new Date() }

const ROW: PostRow = {
  id: '10',
  local: true,
  object_uri: `${BEN}posts/10/`,
  author_uri: BEN,
  author_domain: 'old.example',
  author_host: 'old.example',
  visibility: 0,
  content: '<p>text</p>',
  type: 'Note',
  type_data: null,
  sensitive: false,
  summary: null,
  language: '',
  url: null,
  in_reply_to: null,
  hashtags: null,
  published: new Date('2023-01-02T03:04:05Z'),
  edited: null,
  updated: new Date('2023-01-02T03:04:05Z'),
  state: 'fanned_out',
  mentions: [],
  addressed: [],
  emojis: [],
  attachments: [],
}

function made(changes: Partial<PostRow>) {
  const result = postRecord({ ...ROW, ...changes }, world)
  assert.ok(isRecord(result), JSON.stringify(result))
  return result
}

describe('a post of the old server', () => {
  test('that others have sent links to the web only, whatever the old server believed', () => {
    const remote = { local: false, author_uri: ANA, object_uri: `${ANA}/1`, author_domain: 'peer.example' }
    const { record } = made({
      ...remote,
      url: 'javascript:alert(1)',
      in_reply_to: 'javascript:alert(2)',
      emojis: [{ shortcode: 'x', url: 'data:text/html,x', uri: null }],
    })
    assert.deepEqual([record.pageUrl, record.inReplyToUri, record.emojis], [null, null, []])
    const stolen = postRecord({ ...ROW, ...remote, object_uri: 'https://victim.example/notes/1' }, world)
    assert.deepEqual(stolen, { why: 'posts_without_id' })
    const mentions = [{ uri: ANA, page: 'javascript:alert(3)', username: 'ana', domain: 'peer.example' }]
    const own = made({ content: '<p>@ana@peer.example</p>', mentions })
    assert.match(own.record.contentHtml, /href="https:\/\/peer\.example\/users\/ana"/)
  })

  test('that never left its server is neither sent by this home nor shown to those it names elsewhere', () => {
    const mentions = [
      { uri: ANA, page: ANA, username: 'ana', domain: 'peer.example' },
      { uri: BEN, page: BEN, username: 'ben', domain: 'old.example' },
    ]
    const { record, own } = made({ visibility: 4, state: 'new', mentions, addressed: [ANA] })
    assert.deepEqual([record.visibility, record.mentions], ['direct', [{ actorId: '1', isSilent: false }]])
    assert.equal(own?.isUnsent, false)
    assert.equal(made({ state: 'new' }).own?.isUnsent, true)
  })

  test('that was written there gets its links back, and what was typed', () => {
    const page = 'https://peer.example/@ana'
    const mentions = [{ uri: ANA, page, username: 'ana', domain: 'peer.example' }]
    const { record, own } = made({
      content: '<p>@ana@peer.example look: #Bees<br>&lt;3</p>',
      hashtags: ['bees', 'honey'],
      mentions,
    })
    assert.deepEqual(own, { source: '@ana@peer.example look: #Bees\n<3', isUnsent: false })
    assert.match(record.contentHtml, /href="https:\/\/peer\.example\/@ana"/)
    assert.match(record.contentHtml, /href="https:\/\/old\.example\/tags\/bees"/)
    assert.deepEqual(record.mentions, [{ actorId: '2', isSilent: false }])
    assert.deepEqual(record.hashtags, [
      { name: 'bees', displayName: 'Bees' },
      { name: 'honey', displayName: 'honey' },
    ])
  })

  test('that others wrote is sanitised, and keeps its addresses', () => {
    const { record, own } = made({
      local: false,
      author_uri: ANA,
      object_uri: 'https://peer.example/1',
      url: 'https://peer.example/@ana/1',
      content: '<p onclick="x">a<script>alert(1)</script><b>b</b></p>',
    })
    assert.equal(own, null)
    assert.equal(record.contentHtml, '<p>a<b>b</b></p>')
    assert.deepEqual([record.uri, record.pageUrl], ['https://peer.example/1', 'https://peer.example/@ana/1'])
  })

  test('is for whom it was; what never left its server is private', () => {
    const visibilities = [0, 1, 2, 3, 4, 9].map((visibility) => made({ visibility }).record.visibility)
    assert.deepEqual(visibilities, ['public', 'unlisted', 'followers', 'direct', 'direct', 'direct'])
    const { record } = made({ visibility: 3, addressed: [ANA, 'https://peer.example/users/nobody'] })
    assert.deepEqual(record.mentions, [{ actorId: '2', isSilent: true }])
  })

  test('that is deleted, without an id, or of somebody unknown, is left out by that name', () => {
    const why = (changes: Partial<PostRow>) => {
      const result = postRecord({ ...ROW, ...changes }, world)
      return isRecord(result) ? null : result.why
    }
    assert.equal(why({ state: 'deleted' }), 'deleted_posts')
    assert.equal(why({ author_uri: 'https://old.example/@eve@old.example/' }), 'posts_of_other_people')
    assert.equal(why({ local: false, author_uri: 'https://peer.example/users/eve' }), 'posts_of_unknown')
    assert.equal(why({ local: false, author_uri: ANA, object_uri: null }), 'posts_without_id')
    assert.equal(made({ object_uri: null }).record.uri, `${BEN}posts/10/`)
  })

  test('asks what it asked; what is no poll is a note', () => {
    const options = [
      { name: 'Yes', votes: 2 },
      { name: 'No', votes: 0 },
    ]
    const data = {
      type: 'Question',
      mode: 'anyOf',
      options,
      voter_count: 2,
      end_time: '2023-02-01T00:00:00+00:00',
    }
    const { poll, kind } = made({ type: 'Question', type_data: data }).record
    assert.deepEqual(poll?.options, [
      { title: 'Yes', votes: 2 },
      { title: 'No', votes: 0 },
    ])
    assert.deepEqual([kind, poll.isMultiple, poll.votersCount], ['Question', true, 2])
    assert.equal(poll.endsAt?.toISOString(), '2023-02-01T00:00:00.000Z')
    for (const broken of [null, {}, { options: 'x' }, { options: [{ name: 'one' }, 7, null] }]) {
      const { record } = made({ type: 'Question', type_data: broken })
      assert.deepEqual([record.kind, record.poll], ['Note', null])
    }
  })

  test('shows the emoji of the home where it was written there, and those of others where not', () => {
    const emojis = [{ shortcode: 'smile', url: null, uri: 'https://old.example/emoji/1/' }]
    assert.deepEqual(made({ emojis }).record.emojis, [
      { shortcode: 'smile', url: 'https://old.example/media/aa/bb.png' },
    ])
    const theirs = [
      { shortcode: 'cat', url: 'https://peer.example/cat.png', uri: 'https://peer.example/emoji/1' },
    ]
    const { record } = made({
      local: false,
      author_uri: ANA,
      object_uri: 'https://peer.example/2',
      emojis: theirs,
    })
    assert.deepEqual(record.emojis, theirs)
  })
})

test('what was typed is read back from HTML: shortened links whole, tags and people as written', () => {
  const cases = [
    ['<p>one</p><p>two<br>three</p>', 'one\n\ntwo\nthree'],
    [
      '<p><a href="https://a.example/long/path" rel="nofollow">a.example/lo…</a></p>',
      'https://a.example/long/path',
    ],
    [
      '<p><a href="/tags/bees/" class="hashtag">#bees</a> and <a href="/@ana@p.example/">@ana</a></p>',
      '#bees and @ana',
    ],
    ['<p><a href="https://a.example/">a name</a></p>', 'a name https://a.example/'],
    ['<p>&lt;b&gt; &amp;amp;</p>', '<b> &amp;'],
    ['<p><a href="javascript:alert(1)">x.y</a></p>', 'x.y'],
    [
      '<a href="https://a.example/"><b>a.example</b></a> open <a href="https://b.example/x">b.example/x',
      'https://a.example/ open https://b.example/x',
    ],
    ['', ''],
  ] as const
  for (const [html, typed] of cases) assert.equal(typedText(html), typed, html)
})

test('notifications of one moment keep their order, in multiples of a thousand', () => {
  const created = new Date('2023-01-01T00:00:00Z')
  const ids = idsInOrder([{ created }, { created }, { created: new Date(created.getTime() - 5) }], 0n)
  assert.ok(ids.every((id) => id % 1_000n === 0n))
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => (a < b ? -1 : 1)),
  )
  assert.equal(new Set(ids).size, 3)
  const [next = 0n] = idsInOrder([{ created }], ids[2] ?? 0n)
  assert.ok(next > (ids[2] ?? 0n))
})
