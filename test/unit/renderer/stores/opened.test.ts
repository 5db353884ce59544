import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OPENED, type ReadingWishes, openingsOf, toggled } from '../../../../renderer/stores/opened.ts'
import { PostStore, type StoredPost } from '../../../../renderer/stores/posts.ts'
import type { Status } from '../../../../server/contracts/status.ts'
import { statusOf } from '../../../support/statuses.ts'

const NO_COVERS = { isBlurred: false, isQuoteFiltered: false }

function wishes(more: Partial<ReadingWishes> = {}): ReadingWishes {
  return { expandsWarnings: false, showsMedia: 'default', foldsLongPosts: true, ...more }
}

function stored(more: Partial<Status>): StoredPost {
  const posts = new PostStore()
  posts.put([{ ...statusOf('1'), ...more }])
  return posts.get('1') as StoredPost
}

const plain = stored({})
const sensitive = stored({ sensitive: true })
const warned = stored({ sensitive: true, spoiler_text: 'Spiders' })
const none: ReadonlySet<string> = new Set()

test('warnings are closed until they are opened, and open until they are closed for who prefers it', () => {
  const turned = toggled(none, OPENED.warning('1'))
  const shown = (names: ReadonlySet<string>, expandsWarnings: boolean): boolean =>
    openingsOf(warned, names, wishes({ expandsWarnings }), NO_COVERS).warning
  assert.deepEqual([shown(none, false), shown(turned, false)], [false, true])
  assert.deepEqual([shown(none, true), shown(turned, true)], [true, false])
})

test('sensitive media are covered, shown or covered with all others, as is preferred', () => {
  const of = (post: StoredPost, showsMedia: ReadingWishes['showsMedia']) => {
    const { media, canCoverMedia } = openingsOf(post, none, wishes({ showsMedia }), NO_COVERS)
    return [media, canCoverMedia]
  }
  assert.deepEqual(of(sensitive, 'default'), [false, true])
  assert.deepEqual(of(sensitive, 'show_all'), [true, true])
  assert.deepEqual(of(sensitive, 'hide_all'), [false, true])
  assert.deepEqual(of(plain, 'default'), [true, false])
  assert.deepEqual(of(plain, 'hide_all'), [false, true])
})

test('what is turned by hand is the other way round whatever is preferred', () => {
  const turned = toggled(none, OPENED.media('1'))
  for (const showsMedia of ['default', 'show_all', 'hide_all'] as const) {
    const before = openingsOf(sensitive, none, wishes({ showsMedia }), NO_COVERS)
    const after = openingsOf(sensitive, turned, wishes({ showsMedia }), NO_COVERS)
    assert.equal(after.media, !before.media, showsMedia)
  }
})

test('a warning opened by hand uncovers its media; one that is open by preference does not', () => {
  const byHand = openingsOf(warned, toggled(none, OPENED.warning('1')), wishes(), NO_COVERS)
  assert.deepEqual([byHand.warning, byHand.media], [true, true])
  const byPreference = openingsOf(warned, none, wishes({ expandsWarnings: true }), NO_COVERS)
  assert.deepEqual([byPreference.warning, byPreference.media], [true, false])
})

test('what a filter blurs stays covered for who wants to see all media', () => {
  const covers = { ...NO_COVERS, isBlurred: true }
  assert.equal(openingsOf(plain, none, wishes({ showsMedia: 'show_all' }), covers).media, false)
})

test('a quoted post is open at first only where nothing but its warning is in the way', () => {
  const quoting = stored({
    quote: { state: 'accepted', quoted_status: { ...statusOf('2'), sensitive: true } },
  })
  const muted = stored({ quote: { state: 'muted_account', quoted_status: statusOf('2') } })
  const open = wishes({ expandsWarnings: true })
  assert.equal(openingsOf(quoting, none, open, NO_COVERS).quote, true)
  assert.equal(openingsOf(quoting, none, open, NO_COVERS).quoteMedia, false)
  assert.equal(openingsOf(quoting, none, open, { ...NO_COVERS, isQuoteFiltered: true }).quote, false)
  assert.equal(openingsOf(muted, none, open, NO_COVERS).quote, false)
  const shown = openingsOf(quoting, none, wishes({ showsMedia: 'show_all' }), NO_COVERS)
  assert.equal(shown.quoteMedia, true)
})

test('without folding no text has a fold', () => {
  assert.equal(openingsOf(plain, none, wishes({ foldsLongPosts: false }), NO_COVERS).folds, false)
  assert.equal(openingsOf(plain, none, wishes(), NO_COVERS).folds, true)
})
