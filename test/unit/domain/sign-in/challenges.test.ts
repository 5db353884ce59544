import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isChallenge, newChallenge } from '../../../../server/domain/sign-in/challenges.ts'

const key = Buffer.alloc(32, 1)
const NOW = new Date('2026-01-01T00:00:00Z')
const after = (ms: number): Date => new Date(NOW.getTime() + ms)
const told = (bytes: Buffer): string => bytes.toString('base64url')

test('a challenge is good for five minutes, for its purpose, its host and its home', () => {
  const one = told(newChallenge(key, 'use', 'home.example', NOW))
  assert.equal(isChallenge(key, 'use', 'home.example', one, NOW), true)
  assert.equal(isChallenge(key, 'use', 'home.example', one, after(300_000)), true)
  assert.equal(isChallenge(key, 'use', 'home.example', one, after(300_001)), false)
  assert.equal(isChallenge(key, 'use', 'home.example', one, after(-300_001)), false)
  assert.equal(isChallenge(key, 'make', 'home.example', one, NOW), false)
  assert.equal(isChallenge(key, 'use', 'other.example', one, NOW), false)
  assert.equal(isChallenge(Buffer.alloc(32, 2), 'use', 'home.example', one, NOW), false)
  assert.notEqual(told(newChallenge(key, 'use', 'home.example', NOW)), one)
})

test('what was changed, cut, written otherwise or made up is no challenge', () => {
  const bytes = newChallenge(key, 'use', 'home.example', NOW)
  for (let index = 0; index < bytes.length; index += 1) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    assert.equal(isChallenge(key, 'use', 'home.example', told(changed), NOW), false)
  }
  const texts = ['', 'x', told(bytes.subarray(1)), told(Buffer.concat([bytes, bytes])), ` ${told(bytes)}`]
  for (const text of [...texts, `${told(bytes)}=`, `${told(bytes)}!`])
    assert.equal(isChallenge(key, 'use', 'home.example', text, NOW), false)
})
