/** Posts as no home should answer them: each wrong in one way, laid over a post that is right. */

/** A post as it travels; what is in it is of no matter here. */
export type Facts = Readonly<Record<string, unknown>>

/** Turns what follows around; marks that stand on one letter; a name that nobody sees. */
export const TURNED = '\u202e\u2066\u2067\u202b'
export const TOWER = `a${'\u0300\u0334\u0489'.repeat(3_400)}`
export const UNSEEN = '\u200b\u2060\ufeff\u00ad\u200e'.repeat(40)
export const WORD = 'w'.repeat(100_000)

const PICTURE = {
  id: '1',
  type: 'image',
  url: '/proxy/nothing.png',
  preview_url: '/proxy/nothing.png',
  remote_url: null,
  description: null,
  blurhash: null,
  meta: null,
}

const CARD = {
  url: 'https://peer.example/page',
  title: 'a page',
  description: '',
  type: 'link',
  author_name: '',
  provider_name: '',
  image: null,
  image_description: '',
  language: null,
  html: '',
}

function pollOf(more: object): object {
  const options = [
    { title: 'one', votes_count: 1 },
    { title: 'two', votes_count: 2 },
  ]
  return {
    id: '9',
    expires_at: '2099-01-01T00:00:00Z',
    expired: false,
    multiple: false,
    votes_count: 3,
    voters_count: 3,
    voted: true,
    own_votes: [0],
    options,
    emojis: [],
    ...more,
  }
}

const many = <T>(count: number, make: (place: number) => T): T[] =>
  Array.from({ length: count }, (_, place) => make(place))

/** What somebody may write and a home may let through: each must be shown, within its own lines. */
export function extremePosts(base: Facts): ReadonlyMap<string, Facts> {
  const account = base['account'] as Facts
  const text = (html: string): Facts => ({ content: html })
  const author = (more: object): Facts => ({ account: { ...account, ...more } })
  const media = (more: object): Facts => ({ media_attachments: [{ ...PICTURE, ...more }] })
  const mention = { id: '5', username: 'x', acct: 'x@peer.example', url: 'https://peer.example/@x' }
  const emoji = { shortcode: 'z', url: '/proxy/z.png', static_url: '/proxy/z.png', visible_in_picker: false }
  const named: Record<string, Facts> = {
    tower: text(
      `<p>${TOWER}</p><p><a href="https://peer.example/${'\u0300'.repeat(3_000)}">${TOWER}</a></p>`,
    ),
    towers: text(`<p>${many(400, () => `e${'\u0301'.repeat(60)}`).join(' ')}</p>`),
    word: text(`<p>${WORD}</p><pre>${WORD}</pre>`),
    turned: text(`<p>${TURNED}gnp.exe <a href="https://evil.example/">${TURNED}moc.doog//:sptth</a></p>`),
    deep: text(`${'<blockquote><ul><li>'.repeat(2_000)}deep`),
    many_elements: text(many(30_000, (place) => `<b>${place}</b>`).join('')),
    many_mentions: {
      content: many(10_000, () => '<a href="https://other.example/@x">x</a>').join(' '),
      mentions: many(10_000, (place) => ({
        ...mention,
        id: String(place),
        acct: `x@${place}.example`,
        url: '',
      })),
    },
    many_emoji: { content: `<p>${':z: '.repeat(10_000)}</p>`, emojis: [emoji] },
    many_lines: text(`<p>${'<br>'.repeat(20_000)}end</p>`),
    wide_table: text(`<pre>${'x '.repeat(20_000)}</pre><ol start="999999999999"><li>one</li></ol>`),
    turned_name: author({ display_name: `${TURNED}robin`, acct: `${TURNED}x@peer.example` }),
    unseen_name: author({ display_name: UNSEEN }),
    tower_name: author({ display_name: TOWER, username: TOWER, acct: `${TOWER}@peer.example` }),
    word_name: author({ display_name: WORD, acct: `${'w'.repeat(2_000)}@${'d'.repeat(2_000)}.example` }),
    emoji_name: author({ display_name: ':z:'.repeat(2_000), emojis: [emoji] }),
    warning: { spoiler_text: `${TURNED}${TOWER} ${WORD}` },
    year_9999: { created_at: '9999-12-31T23:59:59.999Z', edited_at: '9999-12-31T23:59:59.999Z' },
    year_1970: { created_at: '1970-01-01T00:00:00.000Z' },
    year_0: { created_at: '-000001-01-01T00:00:00.000Z' },
    counts: { replies_count: 1e15, reblogs_count: 1e15, favourites_count: 1e15, quotes_count: 1e15 },
    negative: { replies_count: -1, reblogs_count: -1e15, favourites_count: -0.5 },
    no_language: { language: 'no such tag, 語' },
    long_language: { language: 'x-'.repeat(5_000) },
    tall: media({ meta: { original: { width: 1, height: 20_000 } }, description: `${TURNED}${TOWER}` }),
    wide: media({ meta: { original: { width: 20_000, height: 1 } } }),
    vast: media({ meta: { original: { width: 20_000, height: 20_000 } } }),
    flat: media({ meta: { original: { width: 0, height: -5 }, focus: { x: 1e300, y: -1e300 } } }),
    no_size: media({ meta: { small: { width: 'wide', height: {} }, focus: { x: 'a', y: null } } }),
    blur: media({ blurhash: 'this is none' }),
    blur_long: media({ blurhash: '~'.repeat(10_000) }),
    elsewhere: media({ type: 'unknown', url: null, preview_url: null, remote_url: 'javascript:alert(1)' }),
    many_media: { media_attachments: many(500, (place) => ({ ...PICTURE, id: String(place) })) },
    foreign_media: media({ url: 'https://evil.example/x.png', preview_url: 'https://evil.example/y.png' }),
    svg_media: media({
      type: 'video',
      url: 'data:text/html,<script>alert(1)</script>',
      preview_url: '//evil.example/',
    }),
    poll_long: {
      poll: pollOf({ options: many(20, () => ({ title: `${TURNED}${TOWER}${WORD}`, votes_count: 1e15 })) }),
    },
    poll_lies: {
      poll: pollOf({ votes_count: -1, voters_count: 1e15, options: [{ title: '', votes_count: -5 }] }),
    },
    poll_none: { poll: pollOf({ options: [], expires_at: 'never' }) },
    poll_open: {
      poll: pollOf({
        voted: false,
        own_votes: [],
        options: many(20, () => ({ title: WORD, votes_count: null })),
      }),
    },
    card_long: { card: { ...CARD, title: `${TURNED}${TOWER}${WORD}`, description: WORD, author_name: WORD } },
    card_script: { card: { ...CARD, url: 'javascript:alert(1)' } },
    card_foreign: {
      card: { ...CARD, image: 'https://evil.example/x.png', html: '<script>alert(1)</script>' },
    },
    card_host: { card: { ...CARD, url: `https://${'d.'.repeat(100)}example/`, language: '!' } },
    reactions: {
      emoji_reactions: [
        { name: `${TURNED}${TOWER}`, count: 1e15, me: false, url: null, static_url: null, account_ids: [] },
        ...many(500, (place) => ({
          name: `r${place}`,
          count: -1,
          me: false,
          url: 'https://evil.example/e.png',
          static_url: 'https://evil.example/e.png',
          account_ids: [],
        })),
      ],
    },
    clobber: text(
      '<p id="window"><a name="root" id="root" href="https://peer.example/">x</a><img name="body"></p>',
    ),
    overlay: text('<p class="dialog visually-hidden sr-only" dir="rtl" hidden>over</p>'),
  }
  return new Map(Object.entries(named).map(([name, more]) => [name, dressed(base, name, more)]))
}

/** What no home sends and a broken one might: each may be left out or shown in part, and harms no other. */
export function brokenPosts(base: Facts): ReadonlyMap<string, unknown> {
  const without = (name: string): Facts => ({ ...base, [name]: undefined })
  const names = Object.keys(base).filter((name) => name !== 'id')
  const kinds: readonly [string, unknown][] = [
    ['null', null],
    ['number', 5],
    ['text', 'text'],
    ['object', {}],
    ['list', [null]],
  ]
  const wrong = names.flatMap((name) =>
    kinds.map(([kind, value]): [string, unknown] => [`${name}_${kind}`, { ...base, [name]: value }]),
  )
  const numbered = [...names.map((name): [string, unknown] => [`${name}_missing`, without(name)]), ...wrong]
  return new Map(
    numbered.map(([name, post], place) => [
      name,
      { ...(post as Facts), id: String(5_000 + place), uri: name },
    ]),
  )
}

let last = 100_000

function dressed(base: Facts, name: string, more: Facts): Facts {
  last += 1
  const content =
    more['content'] === undefined ? `<p>mark_${name}.</p>` : `<p>mark_${name}.</p>${String(more['content'])}`
  return { ...base, ...more, id: String(last), uri: `https://peer.example/${name}`, content }
}
