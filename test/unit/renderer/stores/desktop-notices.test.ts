import assert from 'node:assert/strict'
import { test } from 'node:test'
import { desktopNoticeOf, withKind } from '../../../../renderer/stores/desktop-notices.ts'
import type { Notification } from '../../../../server/contracts/notification.ts'
import type { Status } from '../../../../server/contracts/status.ts'
import { accountOf, statusOf } from '../../../support/statuses.ts'

const textOf = (html: string): string => html.replace(/<[^>]*>/g, '')
const wishes = { desktopKinds: ['mention', 'follow'] }

function told(type: Notification['type'], more: Partial<Status> | null = {}): Notification {
  const account = accountOf('ana', { avatar_static: 'https://home.example/proxy/avatar/1' })
  return {
    id: '9',
    type,
    group_key: 'ungrouped-9',
    created_at: '2026-11-29T08:00:00.000Z',
    account,
    ...(more === null ? {} : { status: { ...statusOf('1'), content: '<p>Good morning</p>', ...more } }),
  }
}

test('a kind that is switched on is shown with who did it and the beginning of the words', () => {
  assert.deepEqual(desktopNoticeOf(told('mention'), wishes, textOf), {
    id: '9',
    type: 'mention',
    name: 'ana',
    body: 'Good morning',
    icon: 'https://home.example/proxy/avatar/1',
  })
  assert.equal(desktopNoticeOf(told('follow', null), wishes, textOf)?.body, '')
  assert.equal(desktopNoticeOf(told('favourite'), wishes, textOf), null)
})

test('of a private mention neither name, nor face, nor words are shown, whatever happened to it', () => {
  const everything = { desktopKinds: ['mention', 'favourite'] }
  for (const type of ['mention', 'favourite'] as const) {
    const notice = desktopNoticeOf(told(type, { visibility: 'direct' }), everything, textOf)
    assert.deepEqual(notice, { id: '9', type, name: null, body: '', icon: null })
  }
})

test('a warning stands for what it covers, and what a filter matches is not shown', () => {
  assert.equal(desktopNoticeOf(told('mention', { spoiler_text: 'Wasps' }), wishes, textOf)?.body, 'Wasps')
  const filter = {
    id: '1',
    title: 'x',
    context: ['home' as const],
    expires_at: null,
    filter_action: 'warn' as const,
  }
  const filtered = [{ filter, keyword_matches: null, status_matches: null }]
  assert.equal(desktopNoticeOf(told('mention', { filtered }), wishes, textOf)?.body, '')
})

test('a kind goes in once and out again', () => {
  assert.deepEqual(withKind(['mention'], 'poll', true), ['mention', 'poll'])
  assert.deepEqual(withKind(['mention'], 'mention', true), ['mention'])
  assert.deepEqual(withKind(['mention', 'poll'], 'poll', false), ['mention'])
})
