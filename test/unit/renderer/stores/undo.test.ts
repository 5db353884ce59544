import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Undo } from '../../../../renderer/stores/undo.ts'

/** A clock that is turned by hand: the act that waits, or null. */
function turnedClock() {
  const waiting: { act: (() => void) | null; ms: number } = { act: null, ms: 0 }
  return {
    waiting,
    set: (act: () => void, ms: number) => Object.assign(waiting, { act, ms }),
    clear: () => void (waiting.act = null),
    turns: () => waiting.act?.(),
  }
}

const offerOf = (done: string[], words: string) => ({
  words,
  undo: () => void done.push(`${words} taken back`),
  commit: () => void done.push(`${words} for good`),
})

test('a deed is for good when its time is over, and taken back before', () => {
  const done: string[] = []
  const clock = turnedClock()
  const undo = new Undo(clock)
  undo.offer(offerOf(done, 'one'))
  clock.turns()
  undo.offer(offerOf(done, 'two'))
  undo.takeBack()
  assert.deepEqual(done, ['one for good', 'two taken back'])
  assert.equal(undo.shown.get(), null)
})

test('another deed makes the one before final', () => {
  const done: string[] = []
  const undo = new Undo(turnedClock())
  undo.offer(offerOf(done, 'one'))
  undo.offer(offerOf(done, 'two'))
  assert.deepEqual(done, ['one for good'])
  assert.equal(undo.shown.get()?.words, 'two')
})

test('the time stands still while somebody is at the button, and begins anew afterwards', () => {
  const done: string[] = []
  const clock = turnedClock()
  const undo = new Undo(clock)
  undo.offer(offerOf(done, 'one'))
  undo.hold()
  assert.equal(clock.waiting.act, null)
  undo.release()
  assert.equal(clock.waiting.ms, 8_000)
  undo.takeBack()
  undo.release()
  assert.equal(clock.waiting.act, null, 'nothing waits once it was taken back')
  assert.deepEqual(done, ['one taken back'])
})
