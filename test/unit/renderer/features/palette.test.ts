import assert from 'node:assert/strict'
import { test } from 'node:test'
import { namesSomebody, paletteOptions } from '../../../../renderer/features/palette/palette-options.ts'
import { memoryStorage } from '../../../../renderer/stores/key-value-storage.ts'
import {
  forgetSearches,
  readRecentSearches,
  rememberSearch,
} from '../../../../renderer/stores/recent-searches.ts'

const pages = [
  { path: '/bookmarks', name: 'Bookmarks' },
  { path: '/mentions', name: 'Private mentions' },
]
const known = { pages, recent: ['ferns'], found: undefined }
const ids = (words: string): string[] => paletteOptions({ ...known, words }).map(({ id }) => id)

test('without words it offers what was searched lately, and the pages', () => {
  assert.deepEqual(ids(''), ['recent ferns', 'page /bookmarks', 'page /mentions'])
})

test('pages are found by the beginning of any word, the search itself stands first', () => {
  assert.deepEqual(ids('ment'), ['search', 'page /mentions'])
  assert.deepEqual(ids('BOOK'), ['search', 'page /bookmarks'])
  assert.deepEqual(ids('marks'), ['search'])
})

test('handles and addresses are looked up, words are searched', () => {
  const named = ['@ana@peer.example', 'ana@peer.example', 'https://peer.example/@ana'].map(namesSomebody)
  assert.deepEqual(named, [true, true, true])
  assert.deepEqual(['ana', '@ana', 'has:image ferns', 'https://a b'].map(namesSomebody), [
    false,
    false,
    false,
    false,
  ])
  assert.equal(paletteOptions({ ...known, words: '@ana@peer.example' })[0]?.kind, 'look_up')
})

test('searches are remembered once each, the newest first, eight of them, and forgotten', () => {
  const storage = memoryStorage()
  for (const words of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'c']) rememberSearch(storage, words)
  assert.deepEqual(readRecentSearches(storage), ['c', 'i', 'h', 'g', 'f', 'e', 'd', 'b'])
  forgetSearches(storage)
  assert.deepEqual(readRecentSearches(storage), [])
  storage.setItem('homebird.recent-searches', '{"not":"a list"}')
  assert.deepEqual(readRecentSearches(storage), [])
})
