import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FilterAction, FilterContext } from '../../../../server/contracts/filter.ts'
import type { Poll } from '../../../../server/contracts/poll.ts'
import { filterVerdict } from '../../../../renderer/formatting/filter-verdict.ts'
import { type EmojiRecord, findEmoji, usableEmoji } from '../../../../renderer/formatting/find-emoji.ts'
import { isDecided, momentOfEnd, resultsOf, timeLeft } from '../../../../renderer/formatting/poll-results.ts'
import { isBoostable, isQuotable } from '../../../../renderer/formatting/post-reach.ts'
import { replyParent } from '../../../../renderer/formatting/reply-parent.ts'
import { WHOLE, fitted, moved, swipeOf, zoomed } from '../../../../renderer/formatting/view-of-picture.ts'
import { statusOf } from '../../../support/statuses.ts'

const NOW = new Date('2026-11-29T08:00:00Z')

function filtered(title: string, action: FilterAction, context: readonly FilterContext[], expires?: string) {
  const filter = { id: title, title, context, expires_at: expires ?? null, filter_action: action }
  return { filter, keyword_matches: null, status_matches: null }
}

test('of several filters the strictest counts, where it counts and as long as it does', () => {
  const all = [
    filtered('soft', 'blur', ['home', 'public']),
    filtered('loud', 'warn', ['home']),
    filtered('old', 'hide', ['home'], '2026-11-28T00:00:00Z'),
  ]
  assert.deepEqual(filterVerdict(all, 'home', NOW), { action: 'warn', titles: ['loud'] })
  assert.deepEqual(filterVerdict(all, 'public', NOW), { action: 'blur', titles: ['soft'] })
  assert.equal(filterVerdict(all, 'thread', NOW), null)
  assert.equal(filterVerdict(undefined, 'home', NOW), null)
})

function pollOf(more: Partial<Poll>): Poll {
  return {
    id: '1',
    expires_at: null,
    expired: false,
    multiple: false,
    votes_count: 4,
    voters_count: 4,
    options: [
      { title: 'a', votes_count: 3 },
      { title: 'b', votes_count: 1 },
    ],
    emojis: [],
    voted: false,
    own_votes: [],
    ...more,
  }
}

test('shares of a poll are of the votes, of several choices of the people, and hidden counts have none', () => {
  assert.deepEqual(
    resultsOf(pollOf({ own_votes: [1] })).map(({ share, isLeading, isOwn }) => [share, isLeading, isOwn]),
    [
      [0.75, true, false],
      [0.25, false, true],
    ],
  )
  const several = pollOf({ multiple: true, voters_count: 3 })
  assert.equal(resultsOf(several)[0]?.share, 1)
  const wrong = pollOf({ multiple: true, voters_count: 1 })
  assert.equal(resultsOf(wrong)[0]?.share, 1, 'never more than all')
  const hidden = pollOf({ options: [{ title: 'a', votes_count: null }] })
  assert.deepEqual(resultsOf(hidden)[0], { share: null, isLeading: false, isOwn: false })
  assert.equal(resultsOf(pollOf({ options: [{ title: 'a', votes_count: 0 }] }))[0]?.share, 0)
})

test('a poll is decided by the own vote or by its end, and its time is rounded down', () => {
  assert.equal(isDecided(pollOf({}), NOW), false)
  assert.equal(isDecided(pollOf({ voted: true }), NOW), true)
  assert.equal(isDecided(pollOf({ expires_at: '2026-11-29T07:59:59Z' }), NOW), true)
  assert.deepEqual(timeLeft('2026-11-29T08:59:59Z', NOW), { unit: 'minutes', count: 59 })
  assert.deepEqual(timeLeft('2026-11-29T10:30:00Z', NOW), { unit: 'hours', count: 2 })
  assert.deepEqual(timeLeft('2026-12-02T10:30:00Z', NOW), { unit: 'days', count: 3 })
  assert.deepEqual(timeLeft('2026-11-28T10:30:00Z', NOW), { unit: 'minutes', count: 0 })
})

test('counts below nobody are nobody, and an end that is no moment is none', () => {
  const options = [
    { title: 'a', votes_count: -5 },
    { title: 'b', votes_count: 3 },
  ]
  assert.deepEqual(
    resultsOf(pollOf({ options, votes_count: -2 })).map(({ share }) => share),
    [0, 1],
  )
  for (const moment of ['never', '', 'NaN', null]) {
    assert.equal(momentOfEnd({ expires_at: moment }), null, String(moment))
  }
  assert.equal(momentOfEnd({ expires_at: '2026-12-02T10:30:00Z' }), '2026-12-02T10:30:00Z')
})

test('a picture is zoomed around the point under the pointer and never leaves its frame', () => {
  const frame = { width: 400, height: 400 }
  const shown = fitted({ width: 800, height: 400 }, frame)
  assert.deepEqual(shown, { width: 400, height: 200 })
  assert.deepEqual(fitted({ width: 10, height: 10 }, frame), { width: 10, height: 10 })
  const near = zoomed(WHOLE, 2, { x: 100, y: 0 }, shown, frame)
  assert.deepEqual(near, { scale: 2, x: -100, y: 0 })
  assert.deepEqual(moved(near, { x: -500, y: 50 }, shown, frame), { scale: 2, x: -200, y: 0 })
  assert.deepEqual(zoomed(near, 0.01, { x: 0, y: 0 }, shown, frame), WHOLE)
  assert.equal(zoomed(near, 100, { x: 0, y: 0 }, shown, frame).scale, 8)
})

test('a swipe is long, and more sideways than up or down', () => {
  assert.equal(swipeOf({ x: -80, y: 10 }), 'left')
  assert.equal(swipeOf({ x: 80, y: -10 }), 'right')
  assert.equal(swipeOf({ x: 5, y: 120 }), 'down')
  assert.equal(swipeOf({ x: 80, y: 80 }), null)
  assert.equal(swipeOf({ x: 20, y: 0 }), null)
})

test('emoji are found by the beginnings of their words, without case and accents', () => {
  const one = (
    emoji: string,
    annotation: string,
    tags: string[],
    group: number,
    order: number,
  ): EmojiRecord => ({
    emoji,
    annotation,
    tags,
    group,
    order,
    version: 1,
  })
  const records = [
    one('😃', 'fröhliches Gesicht', ['lachen'], 0, 2),
    one('🐱', 'Katzengesicht', ['katze'], 3, 3),
    one('😀', 'grinsendes Gesicht', ['froh', 'lachen'], 0, 1),
  ]
  const names = (typed: string): string[] => findEmoji(records, typed).map(({ emoji }) => emoji)
  assert.deepEqual(names('Froh'), ['😃', '😀'])
  assert.deepEqual(names('lachen ges'), ['😀', '😃'])
  assert.deepEqual(names('🐱'), ['🐱'])
  assert.deepEqual(names('  '), [])
  const parts = [...records, one('🏻', 'hell', [], 2, 0), { ...one('🆕', 'neu', [], 8, 9), version: 99 }]
  assert.deepEqual(
    usableEmoji(parts).map(({ order }) => order),
    [1, 2, 3],
  )
})

test('whom a post answers is told as far as it is known', () => {
  const post = statusOf('2', { in_reply_to_id: '1', in_reply_to_account_id: '9' })
  assert.deepEqual(replyParent(post), { kind: 'somebody', postId: '1' })
  const mentions = [{ id: '9', username: 'lee', acct: 'lee@else.example', url: 'https://else.example/@lee' }]
  assert.equal(replyParent({ ...post, mentions })?.kind, 'named')
  assert.equal(replyParent({ ...post, in_reply_to_account_id: post.account.id })?.kind, 'own_thread')
  assert.equal(replyParent(statusOf('3')), null)
})

test('posts for followers are carried on by their author alone, private mentions by nobody', () => {
  assert.equal(isBoostable(statusOf('1', { visibility: 'private' })), false)
  assert.equal(isBoostable(statusOf('1', { visibility: 'private' }), true), true)
  assert.equal(isBoostable(statusOf('1', { visibility: 'direct' }), true), false)
  assert.equal(isQuotable(statusOf('1')), false)
  const asked = { automatic: [], manual: ['public'], current_user: 'manual' as const }
  assert.equal(isQuotable(statusOf('1', { quote_approval: asked })), true)
})
