import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseFragment } from 'parse5'
import type { Account } from '../../../../server/contracts/account.ts'
import type { MediaAttachment } from '../../../../server/contracts/media-attachment.ts'
import type { Status } from '../../../../server/contracts/status.ts'
import { outputHtml } from '../../../../server/domain/actors/entity-scope.ts'
import { writePage } from '../../../../server/http/pages/layout.ts'
import { galleryOf } from '../../../../server/http/pages/parts/gallery.ts'
import { postOf } from '../../../../server/http/pages/parts/post.ts'
import { MUTATION_ATTACKS, PLAIN_ATTACKS } from '../../../fixtures/attacks.ts'

const SCOPE = {
  origin: 'https://home.example',
  localDomain: 'home.example',
  showsCounts: true,
  hostId: null,
} as const

/** Somebody all of whose words are the attack; HTML went through the sanitiser, addresses were read as such. */
function hostilePost(attack: string): Status {
  const emojis = [
    { shortcode: 'x', url: '/proxy/emoji/x', static_url: '', visible_in_picker: false, category: null },
  ]
  const account = {
    id: '2',
    uri: 'https://peer.example/users/eve',
    url: 'https://peer.example/@eve',
    acct: `eve${attack}@peer.example`,
    username: attack,
    display_name: `:x: ${attack}`,
    avatar: '/proxy/avatar/2/x',
    emojis,
  } as unknown as Account
  const media = (type: MediaAttachment['type']): MediaAttachment => ({
    id: '1',
    type,
    url: '/proxy/attachment/1/x',
    preview_url: '/proxy/preview/1/x',
    remote_url: null,
    preview_remote_url: null,
    text_url: null,
    meta: { focus: { x: Number.NaN, y: 7 } },
    description: attack,
    blurhash: attack,
  })
  const post = {
    id: '3',
    uri: 'https://peer.example/3',
    url: 'https://peer.example/@eve/3',
    created_at: '2026-11-29T00:00:00.000Z',
    edited_at: null,
    account,
    content: outputHtml(`<p>:x: ${attack}</p>`),
    spoiler_text: '',
    sensitive: false,
    language: attack,
    media_attachments: (['image', 'video', 'gifv', 'audio', 'unknown'] as const).map(media),
    mentions: [{ id: '9', username: attack, acct: attack, url: 'https://peer.example/@x' }],
    tags: [],
    emojis,
    replies_count: 1,
    reblogs_count: 1,
    favourites_count: 1,
    quotes_count: 1,
    in_reply_to_id: '8',
    in_reply_to_account_id: '9',
    reblog: null,
    card: {
      url: 'https://peer.example/card',
      title: attack,
      description: attack,
      provider_name: attack,
      language: attack,
      image: '/proxy/card/1/x',
      image_description: attack,
      width: 900,
      height: 300,
    },
    poll: {
      options: [{ title: attack, votes_count: 1 }],
      emojis,
      votes_count: 1,
      voters_count: 1,
      multiple: false,
      expired: false,
      expires_at: null,
    },
    quote: null,
  } as unknown as Status
  return { ...post, quote: { state: 'accepted', quoted_status: { ...post, spoiler_text: attack } } }
}

interface Node {
  readonly nodeName: string
  readonly attrs?: readonly { readonly name: string; readonly value: string }[]
  readonly childNodes?: readonly Node[]
}

const FORBIDDEN = /^(?:script|iframe|object|embed|base|link|meta|style|form|math|animate|use|set)$/

function* allOf(node: Node): Iterable<Node> {
  yield node
  for (const child of node.childNodes ?? []) yield* allOf(child)
}

function flawsOf(markup: string): string[] {
  const flaws: string[] = []
  for (const { nodeName, attrs = [] } of allOf(parseFragment(markup))) {
    if (FORBIDDEN.test(nodeName)) flaws.push(`<${nodeName}>`)
    for (const { name, value } of attrs) {
      if (/^on|^style$|^srcdoc$|^id$/.test(name)) flaws.push(`${nodeName} ${name}`)
      if (/^(?:href|src|poster)$/.test(name) && !/^(?:https:\/\/|http:\/\/|\/)/.test(value)) flaws.push(value)
    }
  }
  return flaws
}

test('whatever others call themselves, write, ask, describe or link to is text on the pages', () => {
  for (const attack of [...PLAIN_ATTACKS, ...MUTATION_ATTACKS]) {
    const post = hostilePost(attack)
    const written = [
      postOf(SCOPE, post),
      postOf(SCOPE, { ...post, quote: null, media_attachments: [] }),
      postOf(SCOPE, { ...post, spoiler_text: attack }),
      postOf(SCOPE, { ...post, reblog: post }),
      galleryOf(SCOPE, [post, { ...post, spoiler_text: attack }]),
    ]
    for (const { text } of written) assert.deepEqual(flawsOf(text), [], attack)
  }
})

test('no title or description ends the head of a page', () => {
  for (const attack of PLAIN_ATTACKS) {
    const body = postOf(SCOPE, hostilePost('x'))
    const head = { title: attack, description: attack, creator: attack, isIndexable: true }
    const page = writePage({ title: attack }, { head, body })
    assert.equal(page.split('<script').length, 1, attack)
    assert.equal(page.split('</head>').length, 2, attack)
  }
})
