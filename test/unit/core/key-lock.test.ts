/** The backup key shut up by words: what opens it, and what does not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomSecret } from '../../../server/appliance/secrets.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { lockKey, newRecoveryCode, openAnyLock, openLock } from '../../../server/core/key-lock.ts'

test('a recovery code opens its lock however it was copied from paper, and a passphrase opens its own', async () => {
  const key = randomSecret()
  const code = newRecoveryCode()
  assert.match(code, /^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/)
  const locks = [await lockKey('passphrase', 'gr\u00fcne Wiese', key), await lockKey('recovery', code, key)]
  const copied = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
  assert.equal(await openAnyLock(locks, copied), key)
  assert.equal(await openAnyLock(locks, 'gru\u0308ne Wiese'), key)
  assert.equal(await openAnyLock(locks, 'gr\u00fcne Wiesen'), null)
  assert.equal(JSON.stringify(locks).includes(key), false)
})

test('words that are too short are refused, and so is a lock that would cost too much to try', async () => {
  const key = randomSecret()
  await assert.rejects(lockKey('passphrase', 'short', key), /has 5 letters and needs at least 8/)
  const lock = await lockKey('passphrase', 'long enough', key)
  await assert.rejects(openLock({ ...lock, memoryKib: 262_145 }, 'long enough'), (error) =>
    isHomebirdError(error, 'DOCUMENT_INVALID'),
  )
})

test('a head with many locks, or with what is no lock, is refused before anything is spent on it', async () => {
  const lock = await lockKey('passphrase', 'long enough', randomSecret())
  const isInvalid = (error: unknown): boolean => isHomebirdError(error, 'DOCUMENT_INVALID')
  await assert.rejects(openAnyLock(Array<typeof lock>(300).fill(lock), 'other words'), isInvalid)
  for (const odd of [null, {}, 'x', { ...lock, salt: 7 }, { ...lock, by: 'else' }])
    await assert.rejects(openAnyLock([odd as typeof lock], 'other words'), isInvalid)
})
