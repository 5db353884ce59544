import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countCharacters } from '../../../../renderer/formatting/count-characters.ts'
import { handleFromInput, shortHandle, wholeHandle } from '../../../../renderer/formatting/handles.ts'
import { isWebAddress, mentionOfLink, pageUrlOf } from '../../../../renderer/formatting/link-kind.ts'
import { formatCount, formatDuration } from '../../../../renderer/formatting/numbers.ts'
import { nextChangeMs, relativeTime } from '../../../../renderer/formatting/relative-time.ts'
import { narrower } from '../../../../renderer/formatting/reach.ts'
import { replyStart } from '../../../../renderer/formatting/reply-start.ts'
import { splitEmojis } from '../../../../renderer/formatting/split-emojis.ts'
import { bareDomain, flawOfField } from '../../../../renderer/features/setup/field-flaws.ts'
import { LINK_CHARACTERS, countCharacters as countAtHome } from '../../../../server/domain/text/scan-text.ts'
import { accountOf, statusOf } from '../../../support/statuses.ts'

test('the window counts as the home counts', () => {
  const texts = [
    '',
    'plain words',
    'é and é, 👩‍👩‍👧‍👦 and 🇦🇹',
    'see https://example.org/a/very/long/path?with=query#and-more.',
    'two (https://example.org/wiki/Bird_(animal)) and http://a.example!',
    'https://example.org',
    'not https:// a link, nor xhttps://example.org',
    'https://user@example.org/ is none either',
    'hello @ana@peer.example and @ben, and mail@example.org',
    '@ana@peer.example:8443 @ana@müller.example. (@lee@x.example)',
    'a@b@c @@x@y.example @ana@peer.example/inbox',
    'path/@ana@peer.example =@ana@peer.example .@ana@peer.example',
    '#tag #garden@home.example ＠ana@peer.example',
    'قال @ana@peer.example شيئًا https://مثال.example/صفحة ثم مضى',
    '日本語のhttps://example.jp/パス、と「https://example.jp/」',
    'line\r\nbreaks\nand\ttabs',
    '“https://example.org/quoted”… https://example.org/a,b;c:',
  ]
  for (const text of texts) assert.equal(countCharacters(text, LINK_CHARACTERS), countAtHome(text), text)
})

test('a text of 100,000 characters is counted without a pause', () => {
  const text = '@'.repeat(30_000) + 'https://'.repeat(5_000) + 'a.'.repeat(15_000) + ')'.repeat(10_000)
  assert.ok(countCharacters(text, 23) > 0)
})

const NOW = new Date('2026-11-22T12:00:00Z')
const ago = (ms: number): Date => new Date(NOW.getTime() - ms)
const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]

test('times are relative for seven days, then a date', () => {
  const expected = [
    [-5 * MINUTE, { unit: 'now' }],
    [59_000, { unit: 'now' }],
    [4 * MINUTE + 59_000, { unit: 'minutes', count: 4 }],
    [3 * HOUR, { unit: 'hours', count: 3 }],
    [2 * DAY + HOUR, { unit: 'days', count: 2 }],
    [7 * DAY, { unit: 'date', isThisYear: true }],
    [400 * DAY, { unit: 'date', isThisYear: false }],
  ] as const
  for (const [age, time] of expected) assert.deepEqual(relativeTime(ago(age), NOW), time)
})

test('a time says when it will read otherwise', () => {
  assert.equal(nextChangeMs(ago(90_000), NOW), 30_000)
  assert.equal(nextChangeMs(ago(3 * HOUR + 10 * MINUTE), NOW), 50 * MINUTE)
  assert.equal(nextChangeMs(ago(8 * DAY), NOW), null)
})

test('numbers are whole up to 9,999 and short from there', () => {
  assert.deepEqual(
    [9_999, 10_000, 1_234_567].map((count) => formatCount('en', count)),
    ['9,999', '10K', '1.2M'],
  )
  assert.deepEqual(
    [12, 420].map((ms) => formatDuration('en', ms)),
    ['12 ms', '0.4 sec'],
  )
})

test('handles are short in lists and whole where they matter', () => {
  assert.equal(shortHandle('ana@peer.example'), '@ana')
  assert.equal(wholeHandle('ana@peer.example', 'home.example'), '@ana@peer.example')
  assert.equal(wholeHandle('robin', 'home.example'), '@robin@home.example')
  assert.equal(wholeHandle('robin', null), '@robin')
  assert.equal(handleFromInput(' acct:Ana.M@peer.example '), 'Ana.M@peer.example')
  assert.equal(handleFromInput('just words'), null)
})

test('names are cut at the pictures that are known', () => {
  const blob = { shortcode: 'blob', url: '', static_url: '', visible_in_picker: true, category: null }
  assert.deepEqual(splitEmojis('a :blob: b :other: :blob:', [blob]), ['a ', blob, ' b :other: ', blob])
  assert.deepEqual(splitEmojis('12:30:45', [blob]), ['12:30:45'])
  const pieces = splitEmojis(':blob:'.repeat(3_000), [blob])
  assert.equal(pieces.filter((piece) => piece === blob).length, 200, 'no page is frozen by pictures')
  assert.equal(pieces.at(-1), ':blob:'.repeat(2_800))
  assert.deepEqual(splitEmojis(':blob:', []), [':blob:'])
  const wide = { ...blob, shortcode: '猫_1.x' }
  assert.deepEqual(splitEmojis('a :猫_1.x:', [wide]), ['a ', wide])
})

test('a reply names everybody but the writer, under the same warning, and goes no further', () => {
  const mention = (acct: string) => ({ id: '1', username: acct, acct, url: '' })
  const post = statusOf('5', {
    account: accountOf('ana', { display_name: 'Ana :blob: M' }),
    mentions: [mention('robin'), mention('lee@peer.example'), mention('ana@peer.example')],
    visibility: 'private',
    spoiler_text: 'spiders',
  })
  assert.deepEqual(replyStart(post, 'robin', 'public'), {
    target: { id: '5', acct: 'ana@peer.example', displayName: 'Ana M' },
    text: '@ana@peer.example @lee@peer.example ',
    warning: 'spiders',
    visibility: 'private',
  })
  assert.equal(narrower('direct', 'public'), 'direct')
  assert.equal(narrower('public', 'unlisted'), 'unlisted')
})

test('a link that names a person is known by its address or by its words', () => {
  const ana = { id: '1', username: 'ana', acct: 'ana@peer.example', url: 'https://peer.example/@ana' }
  assert.equal(mentionOfLink('https://peer.example/@ana', '@ana', [ana]), ana)
  assert.equal(mentionOfLink('https://peer.example/users/ana', '@ana', [ana]), ana)
  assert.equal(mentionOfLink('https://other.example/x', '@Ana@peer.example', [ana]), ana)
  assert.equal(mentionOfLink('https://other.example/@ana', '@ana', [ana]), undefined)
})

test('only pages of the web are opened, and none of a home without an address', () => {
  assert.ok(isWebAddress('https://example.org'))
  for (const address of ['javascript:alert(1)', 'data:text/html,x', 'ftp://x.example', 'nonsense']) {
    assert.equal(isWebAddress(address), false, address)
  }
  assert.equal(pageUrlOf({ url: 'https://homebird.invalid/@me/1' }), null)
  assert.equal(pageUrlOf({ url: null }), null)
  assert.equal(pageUrlOf({ url: 'https://peer.example/1' }), 'https://peer.example/1')
})

test('fields of the first run are read as people fill them', () => {
  assert.equal(bareDomain(' https://Home.Example/about '), 'home.example')
  assert.equal(bareDomain('@home.example'), 'home.example')
  assert.equal(flawOfField('domain', 'https://home.example/'), null)
  assert.equal(flawOfField('domain', 'bücher.example'), null)
  for (const domain of ['localhost', 'no dots', '-a.example', 'a..example']) {
    assert.equal(flawOfField('domain', domain), 'not_a_domain', domain)
  }
  assert.equal(flawOfField('username', 'ana_1'), null)
  assert.equal(flawOfField('username', 'Ana M'), 'not_a_username')
  assert.equal(flawOfField('password', '👩‍👩‍👧‍👦'), 'too_short')
  assert.equal(flawOfField('password', ''), 'missing')
})
