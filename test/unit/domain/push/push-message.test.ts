import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NOTIFICATION_TYPES } from '../../../../server/contracts/notification.ts'
import type { PushMessage } from '../../../../server/contracts/push.ts'
import { excerptOf, pushText } from '../../../../server/domain/push/push-message.ts'
import { pushLocale, pushTitle } from '../../../../server/domain/push/push-titles.ts'

const FAMILY = '👩‍👩‍👧‍👦'

const message = (body: string, icon = 'https://home.example/a.png'): PushMessage => ({
  access_token: 'x'.repeat(43),
  preferred_locale: 'en',
  notification_id: '117000000000000001',
  notification_type: 'mention',
  icon,
  title: 'Ana mentioned you',
  body,
})

test('a body is cut where a reader sees the end of a character, and shows that it was cut', () => {
  assert.equal(excerptOf('short', 1_000), 'short')
  assert.equal(excerptOf('x'.repeat(140), 1_000), 'x'.repeat(140))
  assert.equal(excerptOf('x'.repeat(141), 1_000), `${'x'.repeat(140)}…`)
  assert.equal(excerptOf(FAMILY.repeat(150), 5_000), `${FAMILY.repeat(90)}…`)
  // 25 bytes each: three fit besides the three of the ellipsis.
  assert.equal(excerptOf(FAMILY.repeat(10), 80), `${FAMILY.repeat(3)}…`)
  assert.equal(excerptOf(`e\u0301`.repeat(141), 1_000), `${'e\u0301'.repeat(140)}…`)
  assert.equal(excerptOf(`a${'\u0301'.repeat(100_000)}`, 2_000), '…')
})

test('a message always fits: the body gives way, at last the picture', () => {
  const read = (text: Buffer) => JSON.parse(text.toString()) as { body: string; icon: string; title: string }
  for (const body of [
    'hello',
    'x'.repeat(5_000),
    FAMILY.repeat(500),
    '"\\\n'.repeat(500),
    '\u0001'.repeat(900),
  ]) {
    for (const icon of [
      '',
      `https://home.example/${'i'.repeat(1_800)}`,
      `https://home.example/${'i'.repeat(2_900)}`,
    ]) {
      const text = pushText(message(body, icon))
      assert.ok(text.length <= 2_800, `${text.length} bytes`)
      assert.equal(read(text).title, 'Ana mentioned you')
      assert.ok(read(text).body.isWellFormed())
    }
  }
  assert.equal(read(pushText(message('hello'))).body, 'hello')
})

test('the id of the notification is a number with all its digits', () => {
  assert.match(pushText(message('hello')).toString(), /"notification_id":117000000000000001[,}]/)
})

test('every kind has a title in every language, with the name as it is', () => {
  for (const locale of ['en', 'de', 'ar']) {
    for (const kind of NOTIFICATION_TYPES) {
      const isNameless = kind === 'admin.report' || kind === 'severed_relationships'
      const title = pushTitle(locale, kind, '$& {name}')
      assert.ok(title.includes('$& {name}') || isNameless, `${locale} ${kind}`)
    }
  }
  assert.equal(pushTitle('en', 'favourite', 'Ana'), 'Ana favourited your post')
  assert.deepEqual(['de-AT', 'AR', 'fr', null, ''].map(pushLocale), ['de', 'ar', 'en', 'en', 'en'])
})
