import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ToldChanges } from '../../../../server/http/ready/told-changes.ts'

const clock = { ms: 0, monotonicMs: () => clock.ms }

test('what was made before a change of one of its tags is outdated, and nothing else is', () => {
  const changes = new ToldChanges(clock)
  changes.note('a', ['post:1'])
  const made = changes.moment
  assert.equal(changes.isOutdated(made, ['post:1', 'home']), false)
  changes.note('b', ['post:2'])
  assert.equal(changes.isOutdated(made, ['post:1']), false)
  changes.note('c', ['post:1', 'actor:1'])
  assert.equal(changes.isOutdated(made, ['home', 'post:1']), true)
  assert.equal(changes.isOutdated(changes.moment, ['post:1']), false)
})

test('processes that have heard the same say the same about an answer', () => {
  const [one, two] = [new ToldChanges(clock), new ToldChanges(clock)]
  for (const changes of [one, two]) {
    changes.note('7', ['post:1'])
    changes.note('5', ['post:1', 'home'])
  }
  assert.equal(one.wordsOf(['post:1', 'post:2', 'home']), '5  5')
  assert.equal(two.wordsOf(['post:1', 'post:2', 'home']), '5  5')
  two.note('9', ['home'])
  assert.notEqual(one.wordsOf(['home']), two.wordsOf(['home']))
})

test('old news makes way for new, and too much at once is said to be too much', () => {
  const changes = new ToldChanges(clock)
  const many = Array.from({ length: 15_000 }, (_, at) => `post:${at}`)
  assert.equal(changes.note('1', many), true)
  const more = many.map((tag) => `${tag}x`)
  assert.equal(changes.note('2', more), false)
  clock.ms += 180_000
  assert.equal(changes.note('3', ['home']), true)
  assert.equal(changes.wordsOf(['post:1', 'home']), ' 3')
})

test('once everything may have changed, nothing made until then is trusted', () => {
  const changes = new ToldChanges(clock)
  const made = changes.moment
  changes.forget()
  assert.equal(changes.isOutdated(made, []), true)
  assert.equal(changes.isOutdated(changes.moment, ['home']), false)
})
