/** How long a step will still take: by what was seen of it, and nothing before ten seconds of it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TimeLeft } from '../../../../renderer/stores/time-left.ts'

const at = (step: string, done: number, total: number | null = 100) => ({ step, done, total })

test('it is told once ten seconds were seen, by how fast it went on since', () => {
  const pace = new TimeLeft()
  // Half of it was done before anybody looked.
  assert.equal(pace.look(at('read', 50), 1_000), null)
  assert.equal(pace.look(at('read', 59), 10_999), null)
  assert.equal(pace.look(at('read', 60), 11_000), 40)
  assert.equal(pace.look(at('read', 90), 41_000), 10)
})

test('each step is looked at anew, and so is one that begins again', () => {
  const pace = new TimeLeft()
  pace.look(at('read', 0), 0)
  assert.equal(pace.look(at('read', 20), 10_000), 40)
  assert.equal(pace.look(at('media', 20), 11_000), null)
  assert.equal(pace.look(at('media', 30), 21_000), 70)
  assert.equal(pace.look(at('media', 5), 22_000), null)
  assert.equal(pace.look(at('media', 15), 32_000), 85)
})

test('nothing is told where the end is not known, nothing came, or all is done', () => {
  const pace = new TimeLeft()
  pace.look(at('read', 10, null), 0)
  assert.equal(pace.look(at('read', 20, null), 20_000), null)
  assert.equal(pace.look(at('read', 100), 20_000), null)
  const still = new TimeLeft()
  still.look(at('read', 10), 0)
  assert.equal(still.look(at('read', 10), 20_000), null)
})

test('in the last second nothing is told', () => {
  const pace = new TimeLeft()
  pace.look(at('read', 0), 0)
  assert.equal(pace.look(at('read', 90), 9_000), null)
  assert.equal(pace.look(at('read', 90), 10_000)?.toFixed(1), '1.1')
  assert.equal(pace.look(at('read', 95), 10_000), null)
})
