import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findTrigger } from '../../../../renderer/formatting/find-trigger.ts'
import { localMoment, momentOfLocal } from '../../../../renderer/formatting/local-moment.ts'

/** The bar is the caret. */
const at = (text: string) => {
  const caret = text.indexOf('|')
  const trigger = findTrigger(text.replace('|', ''), caret)
  return trigger === null ? null : [trigger.kind, trigger.query]
}

test('a handle, a hashtag and an emoji are completed where they are typed', () => {
  assert.deepEqual(at('Hello @an|'), ['person', 'an'])
  assert.deepEqual(at('Hello @an| and more'), ['person', 'an'])
  assert.deepEqual(at('@ana@peer.ex|'), ['person', 'ana@peer.ex'])
  assert.deepEqual(at('(#spring|'), ['hashtag', 'spring'])
  assert.deepEqual(at('well :bird|'), ['emoji', 'bird'])
})

test('nothing is completed within a word, an address, a time, or before the first letter', () => {
  for (const text of [
    'a@b|',
    'https://x.example/@ana|',
    'https://x.example/#top|',
    '10:30|',
    'see :b|',
    '@|',
    '# |',
    'x:: |',
  ]) {
    assert.equal(at(text), null, text)
  }
})

test('other scripts: after their punctuation, with full-width signs, with marks of direction', () => {
  assert.deepEqual(at('你好，@an|'), ['person', 'an'])
  assert.deepEqual(at('你好 ＠an|'), ['person', 'an'])
  assert.deepEqual(at('「#春が来|'), ['hashtag', '春が来'])
  assert.deepEqual(at('مرحبا \u200f#ربي|'), ['hashtag', 'ربي'])
  assert.deepEqual(at('مرحبا، @an|'), ['person', 'an'])
  assert.equal(at('你好@an|'), null, 'the home reads no mention there either')
})

test('the place is that of the whole word so far, sign included', () => {
  assert.deepEqual(findTrigger('👋 @ana', 7), { kind: 'person', query: 'ana', start: 3, end: 7 })
})

test('a text of 100,000 letters costs no more than a short one', () => {
  const begun = performance.now()
  for (let round = 0; round < 100; round += 1) findTrigger('x'.repeat(100_000), 100_000)
  assert.ok(performance.now() - begun < 1_000)
})

test('a moment goes into a field of date and time and comes out the same', () => {
  const moment = '2031-05-01T10:30:00.000Z'
  assert.equal(momentOfLocal(localMoment(moment)), moment)
  assert.equal(momentOfLocal(''), null)
  assert.equal(momentOfLocal('2031-05'), momentOfLocal('2031-05'))
})
