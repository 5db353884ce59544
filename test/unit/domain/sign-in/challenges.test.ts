import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Challenges } from '../../../../server/domain/sign-in/challenges.ts'

function open() {
  const clock = { nowMs: 1_000, monotonicMs: () => clock.nowMs }
  return { clock, challenges: new Challenges(clock) }
}

const told = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

test('a challenge is good once, for five minutes, for its purpose, its host and its process', () => {
  const { clock, challenges } = open()
  const one = told(challenges.issue('use', 'home.example'))
  assert.equal(challenges.take('make', 'home.example', one), false)
  assert.equal(challenges.take('use', 'other.example', one), false)
  assert.equal(open().challenges.take('use', 'home.example', one), false)
  assert.equal(challenges.take('use', 'home.example', one), true)
  assert.equal(challenges.take('use', 'home.example', one), false)
  const old = told(challenges.issue('use', 'home.example'))
  const older = told(challenges.issue('use', 'home.example'))
  clock.nowMs += 300_000
  assert.equal(challenges.take('use', 'home.example', old), true)
  clock.nowMs += 1
  assert.equal(challenges.take('use', 'home.example', older), false)
})

test('what was changed, cut or made up is no challenge', () => {
  const { challenges } = open()
  const bytes = Buffer.from(challenges.issue('use', 'home.example'))
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    assert.equal(challenges.take('use', 'home.example', told(changed)), false)
  }
  for (const text of ['', 'x', told(bytes.subarray(1)), told(Buffer.concat([bytes, bytes]))])
    assert.equal(challenges.take('use', 'home.example', text), false)
})
