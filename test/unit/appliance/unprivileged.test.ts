/** Which account runs the database of a home that root started, and whether it gets there. */
import assert from 'node:assert/strict'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  closedFolderOnTheWay,
  databaseAccount,
  openTheWay,
  parsePasswd,
} from '../../../server/appliance/unprivileged.ts'
import { createDataDir, createRooms } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'

const PASSWD = `root:x:0:0:root:/root:/bin/bash
nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin
postgres:x:101:104:,,,:/var/lib/postgresql:/bin/bash
broken line
`
const asRoot = { skip: process.getuid?.() !== 0 && 'needs root, which is what it is about' }
const stranger = { name: 'stranger', uid: 54_321, gid: 54_321 }

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'hb-way-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('the file of accounts is read, and lines that are none are passed over', () => {
  assert.deepEqual(
    parsePasswd(PASSWD).map(({ name, uid, gid }) => [name, uid, gid]),
    [
      ['root', 0, 0],
      ['nobody', 65_534, 65_533],
      ['postgres', 101, 104],
    ],
  )
})

test('an account named homebird comes first, then postgres, then nobody', asRoot, (t) => {
  const cluster = join(folder(t), '18')
  const chosen = (passwd: string) => databaseAccount(cluster, passwd)?.name
  assert.equal(chosen(`${PASSWD}homebird:x:990:990::/:/bin/false\n`), 'homebird')
  assert.equal(chosen(PASSWD), 'postgres')
  assert.equal(chosen(PASSWD.replace(/^postgres.*$/m, '')), 'nobody')
})

test('a cluster that exists keeps the account that it belongs to', asRoot, (t) => {
  const cluster = folder(t)
  chownSync(cluster, 65_534, 65_533)
  assert.equal(databaseAccount(cluster, PASSWD)?.name, 'nobody')
})

test('a machine without any such account is told how to make one', asRoot, (t) => {
  assert.throws(() => databaseAccount(folder(t), 'root:x:0:0::/root:/bin/sh\n'), /useradd --system homebird/)
})

test('the first closed folder on the way is found', (t) => {
  const open = folder(t)
  const closed = join(open, 'closed')
  mkdirSync(join(closed, 'inner'), { recursive: true })
  for (const path of [open, join(closed, 'inner')]) chmodSync(path, 0o711)
  chmodSync(closed, 0o700)
  assert.equal(closedFolderOnTheWay(join(closed, 'inner'), stranger), closed)
  chmodSync(closed, 0o711)
  assert.equal(closedFolderOnTheWay(join(closed, 'inner'), stranger), null)
})

test(
  'the account passes through the data directory by its group, and the closed folder above is named',
  asRoot,
  (t) => {
    const above = folder(t)
    const dir = createDataDir(join(above, 'home'))
    createRooms(dir)
    chmodSync(above, 0o700)
    assert.throws(
      () => openTheWay(dir, stranger),
      (error) =>
        isHomebirdError(error, 'DATA_DIR_UNUSABLE') &&
        error.message.includes(`the folder ${above} is closed`),
    )
    chmodSync(above, 0o711)
    openTheWay(dir, stranger)
    assert.equal(closedFolderOnTheWay(dir.postgres, stranger), null)
    // Nobody else may pass, and the account itself gets no further than to the database.
    assert.equal(closedFolderOnTheWay(dir.postgres, { name: 'other', uid: 54_322, gid: 54_322 }), dir.path)
    assert.equal(closedFolderOnTheWay(dir.secrets, stranger), dir.secrets)
  },
)
