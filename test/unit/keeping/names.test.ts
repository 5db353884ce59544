/** How backups and media are called in a place. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomSecret } from '../../../server/appliance/secrets.ts'
import {
  BACKUP_PREFIX,
  backupName,
  mediumNamer,
  readBackupName,
} from '../../../server/keeping/format/names.ts'

test('the name of a backup says when it was made and whether it is whole, and other files have none', () => {
  const [key, madeAt] = [randomSecret(), new Date('2026-11-30T02:05:09Z')]
  for (const isWhole of [true, false]) {
    const name = backupName(madeAt, isWhole, key)
    assert.ok(name.startsWith(BACKUP_PREFIX))
    assert.deepEqual(readBackupName(name), { name, madeAt, isWhole })
  }
  for (const name of [
    'homebird-20261130T020509Z.backup.part',
    'homebird-20261130T020509Z-3fa9.backup',
    'homebird-20269930T020509Z.backup',
    'notes.txt',
  ])
    assert.equal(readBackupName(name), null)
})

test('two homes that make one in the same second do not write over each other', () => {
  const madeAt = new Date('2026-11-30T02:05:09Z')
  const [mine, theirs] = [randomSecret(), randomSecret()]
  assert.equal(backupName(madeAt, false, mine), backupName(madeAt, false, mine))
  assert.notEqual(backupName(madeAt, false, mine), backupName(madeAt, false, theirs))
  const plain = 'homebird-20261130T020509Z.backup'
  assert.deepEqual(readBackupName(plain), { name: plain, madeAt, isWhole: false }, 'also without its home')
})

test('a medium has the same name every time, another for every home, and none that tells its content', () => {
  const [key, sha256] = [randomSecret(), 'ab'.repeat(32)]
  const name = mediumNamer(key)(sha256)
  assert.equal(mediumNamer(key)(sha256), name)
  assert.notEqual(mediumNamer(randomSecret())(sha256), name)
  assert.match(name, /^media\/[0-9a-f]{2}\/[0-9a-f]{62}$/)
  assert.equal(name.includes('abab'), false)
})
