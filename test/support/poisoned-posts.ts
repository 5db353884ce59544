/** Posts whose every address runs something, and posts in posts without end: what a home that was taken over might send. */
import type { Facts } from './hostile-posts.ts'

/** A post that has everything a post can have. */
export function richPost(plain: Facts): Facts {
  const account = plain['account'] as Facts
  const address = 'https://peer.example/x'
  return {
    ...plain,
    url: address,
    account: { ...account, url: address, avatar: address, header: address, note: '' },
    media_attachments: ['image', 'video', 'gifv', 'audio', 'unknown'].map((type, place) => ({
      id: String(place),
      url: address,
      preview_url: address,
      remote_url: address,
      text_url: address,
      type,
      preview_remote_url: address,
      description: null,
      blurhash: 'L'.repeat(100_000),
      meta: null,
    })),
    mentions: [{ id: '5', username: 'x', acct: 'x@peer.example', url: address }],
    tags: [{ name: 'x', url: address }],
    emojis: [{ shortcode: 'z', url: address, static_url: address, visible_in_picker: false }],
    emoji_reactions: [
      {
        name: 'z',
        domain: 'peer.example',
        count: 1,
        me: false,
        url: address,
        static_url: address,
        account_ids: [],
      },
    ],
    application: { name: 'An app', website: address },
    card: {
      url: address,
      title: 'a page',
      description: '',
      type: 'video',
      author_name: 'x',
      author_url: address,
      provider_name: 'x',
      provider_url: address,
      html: '<iframe src="https://evil.example/"></iframe><script>alert(1)</script>',
      embed_url: address,
      image: address,
      image_description: '',
      language: null,
      width: 640,
      height: 480,
      authors: [{ name: 'x', url: address, account: null }],
    },
    content:
      '<p>:z: <a href="ADDRESS">https://bank.example/</a> <a href="https://evil.example/">https://bank.example/</a></p>',
  }
}

/** The same with this address wherever one stands. */
export function withAddress(value: unknown, address: string): unknown {
  if (typeof value === 'string')
    return value === 'https://peer.example/x' ? address : value.replaceAll('ADDRESS', address)
  if (Array.isArray(value)) return value.map((item) => withAddress(item, address))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withAddress(item, address)]))
}

/** Nothing that a link of the web should be. */
export const ADDRESSES = [
  'javascript:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:image/svg+xml,<svg onload="alert(1)"/>',
  'blob:https://evil.example/1',
  'vbscript:x',
  'file:///etc/passwd',
  '//evil.example/x',
  '/\\evil.example/x',
  'https:evil.example/x',
  'web+ap://evil.example/x',
]

/** A post in a post in a post. */
export function quotedDeep(plain: Facts, depth: number): string {
  const { content: _content, ...bare } = plain
  const head = JSON.stringify({ ...bare, content: '<p>quoted</p>' })
    .replace(/"quote":null,?/, '')
    .slice(0, -1)
    .replace(/,$/, '')
  return `${`${head},"quote":{"state":"accepted","quoted_status":`.repeat(depth)}null${'}}'.repeat(depth)}`
}
