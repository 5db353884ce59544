import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Step, besideOf, shownAt, stateOfNext } from '../../../../renderer/app/beside.ts'

const at = (path: string, state: unknown = null, search = ''): Step => ({ path, search, state })

/** Opens one after the other, as the history keeps them. */
function steps(first: Step, ...opened: readonly (readonly [path: string, entryId: string | null])[]): Step {
  let step = first
  for (const [path, entryId] of opened) step = at(path, stateOfNext(path, step, entryId))
  return step
}

test('a thread that is opened from a list stands beside it in a wide window, and is a page in a narrow one', () => {
  const step = steps(at('/home'), ['/posts/7', '7'])
  assert.deepEqual(shownAt(step, true), { path: '/home', search: '', threadId: '7' })
  assert.deepEqual(shownAt(step, false), { path: '/posts/7', search: '', threadId: null })
})

test('an address that somebody was given shows the thread whole', () => {
  assert.deepEqual(shownAt(at('/posts/7'), true), { path: '/posts/7', search: '', threadId: null })
})

test('the page in the middle keeps its words of search', () => {
  const step = steps(at('/search', null, '?q=ferns'), ['/posts/7', null])
  assert.deepEqual(shownAt(step, true), { path: '/search', search: '?q=ferns', threadId: '7' })
})

test('from thread to thread the page in the middle stays, and how far it is back is counted', () => {
  const step = steps(at('/lists/3'), ['/posts/7', '6'], ['/posts/8', null], ['/posts/9', null])
  assert.deepEqual(besideOf(step.state), { place: '/lists/3', entryId: '6', depth: 3 })
  assert.equal(shownAt(step, true).threadId, '9')
})

test('the post of the list that was opened last is the one that gets the focus back', () => {
  const step = steps(at('/home'), ['/posts/7', '7'], ['/posts/8', '8'])
  assert.equal(besideOf(step.state)?.entryId, '8')
})

test('a list is known by its visit while a thread stands beside it', () => {
  const state = stateOfNext('/posts/7', at('/bookmarks', { visit: 'a' }), null)
  assert.equal((state as { visit?: unknown }).visit, 'a')
})

test('where no posts are read a thread is a page, and so is what is opened from a whole thread', () => {
  for (const path of ['/settings', '/status', '/posts/7', '/posts/7/boosts', '/']) {
    assert.equal(stateOfNext('/posts/8', at(path), null), null, path)
  }
  for (const path of ['/tags/garden', '/people/4', '/notifications', '/posts/7/quotes', '/mentions']) {
    assert.notEqual(stateOfNext('/posts/8', at(path), null), null, path)
  }
})

test('other pages than threads are never beside', () => {
  const open = steps(at('/home'), ['/posts/7', '7'])
  for (const path of ['/people/4', '/posts/7/boosts', '/home', '/search?q=a', '/posts/7?x']) {
    assert.equal(stateOfNext(path, open, null), null, path)
  }
})

test('a state that makes no sense shows the thread whole', () => {
  const good = { place: '/home', entryId: '7', depth: 1 }
  const bad = [
    { ...good, place: '/settings' },
    { ...good, place: 'https://elsewhere.example/home' },
    { ...good, place: 7 },
    { ...good, depth: 0 },
    { ...good, depth: 1.5 },
    { ...good, depth: 1e9 },
    null,
    'home',
  ]
  for (const beside of bad) assert.equal(besideOf({ beside }), null, JSON.stringify(beside))
  assert.equal(besideOf(null), null)
  assert.deepEqual(besideOf({ beside: { ...good, entryId: 7 } }), { ...good, entryId: null })
})

test('an address that cannot be read is no thread', () => {
  assert.equal(stateOfNext('/posts/%E0%A4%A', at('/home'), null), null)
})
