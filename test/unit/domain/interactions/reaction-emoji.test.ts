import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reactionTypeFor } from '../../../../server/activitypub/reaction-dialect.ts'
import { parseReaction, parseUndoneReaction } from '../../../../server/activitypub/parse-reaction.ts'
import {
  customEmojiText,
  emojiNameOf,
  parseEmojiName,
  parseUnicodeEmoji,
} from '../../../../server/domain/interactions/reaction-emoji.ts'

test('one emoji is one emoji, in the spelling that Unicode recommends', () => {
  for (const emoji of ['🔥', '👍🏽', '👩‍👩‍👧‍👦', '🏳️‍🌈', '🇳🇱', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '❤️‍🔥', '#️⃣', '☝🏿', '🧑‍⚕️', '🏌️‍♀️', '👁️‍🗨️'])
    assert.equal(parseUnicodeEmoji(emoji), emoji)
  const spelled: Record<string, string> = {
    '❤': '❤️',
    '❤\uFE0E': '❤️',
    '☝': '☝️',
    '7⃣': '7️⃣',
    '🏳‍🌈': '🏳️‍🌈',
    '👁‍🗨': '👁️‍🗨️',
    '🏌‍♀': '🏌️‍♀️',
    '☕\uFE0F': '☕',
  }
  for (const [text, emoji] of Object.entries(spelled)) assert.equal(parseUnicodeEmoji(text), emoji, text)
  for (const text of [
    '',
    ' ',
    'a',
    '7',
    '#',
    '🔥🔥',
    '🔥a',
    'a🔥',
    ':fire:',
    '<b>',
    '🇳',
    '\u200D',
    '🔥\u0000',
    '🏽🏽',
  ])
    assert.equal(parseUnicodeEmoji(text), null, JSON.stringify(text))
})

test('names of custom emoji, with and without colons and host', () => {
  assert.deepEqual(parseEmojiName(':neko:'), { shortcode: 'neko', host: null })
  assert.deepEqual(parseEmojiName('neko@.'), { shortcode: 'neko', host: null })
  assert.deepEqual(parseEmojiName(':neko@Misskey.example:'), { shortcode: 'neko', host: 'misskey.example' })
  assert.deepEqual(parseEmojiName('猫_1'), { shortcode: '猫_1', host: null })
  const bad = [
    '',
    ':',
    '::',
    ':a b:',
    ':<b>:',
    ':neko',
    'x'.repeat(129),
    `:${'x'.repeat(9_000)}:`,
    ':a:b:',
    '@host',
  ]
  for (const text of bad) assert.equal(parseEmojiName(text), null, text.slice(0, 20))
  for (const host of [null, 'peer.example', 'peer.example:8443']) {
    assert.deepEqual(emojiNameOf(customEmojiText('neko', host)), { shortcode: 'neko', host })
  }
  assert.equal(emojiNameOf('🔥'), null)
})

test('what is long is no emoji, whatever it is made of', () => {
  const long = 100_000
  for (const text of [
    '🔥'.repeat(long),
    `:${'a'.repeat(long)}:`,
    ':'.repeat(long),
    '\uFE0F'.repeat(long),
    `:${'.'.repeat(long)}`,
  ]) {
    assert.equal(parseUnicodeEmoji(text), null)
    assert.equal(parseEmojiName(text), null)
    const parts = { signerHost: 'peer.example', isOwnHost: () => false }
    assert.equal(parseReaction({ type: 'Like', content: text, tag: [], ...parts }), null)
  }
})

const icon = { type: 'Image', url: 'https://cdn.example/neko.png' }
const isOwnHost = (host: string): boolean => host === 'home.example'
const read = (type: string, content: string, tag: object[] = []) =>
  parseReaction({ type, content, tag: tag as never, signerHost: 'peer.example', isOwnHost })

test('whose a custom emoji is says its id, else its name, else whoever sent it', () => {
  const named = (name: string, more: object = {}) => [{ type: 'Emoji', name, icon, ...more }]
  const textOf = (content: string, tag: object[]) => read('EmojiReact', content, tag)?.text
  assert.equal(textOf(':neko:', named(':neko:')), ':neko@peer.example:')
  assert.equal(textOf(':neko:', named('neko', { id: 'https://far.example/e/neko' })), ':neko@far.example:')
  assert.equal(textOf(':neko@far.example:', named(':neko@far.example:')), ':neko@far.example:')
  assert.equal(textOf(':neko@far.example:', named('neko')), ':neko@far.example:')
  assert.equal(textOf(':neko:', named('neko', { id: 'https://home.example/e/neko' })), ':neko:')
  assert.equal(read('EmojiReact', ':neko:', named(':other:'))?.custom, null)
  const http = [
    { type: 'Emoji', name: ':neko:', icon: { type: 'Image', url: 'http://cdn.example/neko.png' } },
  ]
  assert.equal(read('EmojiReact', ':neko:', http)?.custom, null)
})

test('a Like with a heart, and what cannot be read, is a like', () => {
  assert.equal(read('Like', '❤'), null)
  assert.equal(read('EmojiReact', '❤')?.text, '❤️')
  assert.equal(read('Like', '👍')?.text, '👍')
  assert.equal(read('Like', 'well done'), null)
  const undone = parseUndoneReaction(
    { type: 'Like', _misskey_reaction: ':neko:' },
    { signerHost: 'peer.example', isOwnHost },
  )
  assert.equal(undone?.text, ':neko@peer.example:')
})

test('EmojiReact goes to those that read it, a Like to everybody else', () => {
  for (const name of ['pleroma', 'Akkoma', 'hollo', 'homebird', 'mitra'])
    assert.equal(reactionTypeFor(name), 'EmojiReact')
  for (const name of ['misskey', 'sharkey', 'mastodon', 'gotosocial', 'fedibird', null])
    assert.equal(reactionTypeFor(name), 'Like')
})
