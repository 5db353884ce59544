import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Filter } from '../../../../server/contracts/filter.ts'
import {
  type DraftWord,
  NEW_FILTER,
  draftFromFilter,
  flawsOf,
  formFromDraft,
  wordsIn,
} from '../../../../renderer/features/filters/filter-draft.ts'
import { hashtagName } from '../../../../renderer/features/lists/hashtag-name.ts'
import { heldList } from '../../../../renderer/features/notifications/held-list.ts'
import { excerptOf } from '../../../../renderer/formatting/excerpt.ts'
import type { NoticeGroup } from '../../../../renderer/stores/notice-groups.ts'

const word = (text: string, isWhole = true, id: string | null = null): DraftWord => ({
  key: text,
  id,
  text,
  isWhole,
})

const FILTER: Filter = {
  id: '7',
  title: 'spiders',
  context: ['home', 'thread'],
  expires_at: '2026-12-01T00:00:00.000Z',
  filter_action: 'hide',
  keywords: [
    { id: '1', keyword: 'spider', whole_word: true },
    { id: '2', keyword: 'web', whole_word: false },
  ],
  statuses: [],
}

test('a filter says what it lacks, and a new one lacks a name', () => {
  assert.deepEqual([...flawsOf(NEW_FILTER)], ['no_name'])
  assert.deepEqual([...flawsOf({ ...NEW_FILTER, title: ' x ', contexts: [] })], ['no_where'])
  assert.equal(flawsOf(draftFromFilter(FILTER)).size, 0)
})

test('what is sent names new words, keeps known ones and takes the missing away', () => {
  const draft = draftFromFilter(FILTER)
  const form = formFromDraft(
    { ...draft, words: [word('spider', false, '1'), word(' moth '), word('  ')] },
    FILTER,
  )
  assert.deepEqual(form.keywords_attributes, [
    { id: '1', keyword: 'spider', whole_word: false },
    { keyword: 'moth', whole_word: true },
    { id: '2', _destroy: true },
  ])
  assert.ok(!('expires_in' in form), 'the end stays as it is')
  assert.equal(formFromDraft({ ...draft, lasts: null }, FILTER).expires_in, null)
  assert.equal(formFromDraft({ ...draft, lasts: 3_600 }, FILTER).expires_in, 3_600)
})

test('the trial knows whole words, parts, letters large and small, and accents', () => {
  const found = (text: string, ...words: DraftWord[]): readonly string[] => wordsIn(text, words)
  assert.deepEqual(found('A SPIDER came', word('spider')), ['spider'])
  assert.deepEqual(found('spiders came', word('spider')), [])
  assert.deepEqual(found('spiders came, spider', word('spider')), ['spider'])
  assert.deepEqual(found('spiders came', word('spider', false)), ['spider'])
  assert.deepEqual(found('im Café', word('cafe')), ['cafe'])
  assert.deepEqual(found('#spoiler', word('#spoiler'), word('  ')), ['#spoiler'])
})

test('a hashtag is taken with its sign or without, and what is none is refused', () => {
  assert.deepEqual(['#ferns', ' Ferns_2026 ', 'наука'].map(hashtagName), ['ferns', 'Ferns_2026', 'наука'])
  assert.deepEqual(['', '#', '2026', 'two words', 'a-b'].map(hashtagName), [null, null, null, null, null])
})

test('the first lines of a post keep paragraphs apart and end somewhere', () => {
  const textOf = (html: string): string => html.replace(/<[^>]*>/g, '')
  assert.equal(excerptOf('<p>one</p><p>two<br>three</p>', textOf), 'one two three')
  assert.equal(excerptOf(`<p>${'é'.repeat(400)}</p>`, textOf).length, 281)
  assert.equal(excerptOf('', textOf), '')
})

const group = (id: string, key: string): NoticeGroup => ({
  key,
  type: 'favourite',
  count: 1,
  accountIds: [],
  newestId: id,
  newestAt: '',
  statusId: null,
  reaction: null,
  report: null,
  event: null,
})

test('below the top nothing moves: new groups are counted, older ones still grow below', () => {
  const held = [group('5', 'a'), group('4', 'b'), group('3', 'c')]
  const now = [group('8', 'new'), group('7', 'b'), group('5', 'a'), group('2', 'd')]
  const { shown, arrived } = heldList(now, held)
  assert.deepEqual(
    shown.map(({ key }) => key),
    ['a', 'b', 'd'],
  )
  assert.equal(arrived, 2)
  assert.deepEqual(heldList(now, null), { shown: now, arrived: 0 })
})
