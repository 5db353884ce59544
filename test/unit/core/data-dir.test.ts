/** Where the data directory is, and what is said when it cannot be used. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  createDataDir,
  createRooms,
  dataDirAt,
  defaultDataDir,
  inspectDataDir,
} from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'hb-data-dir-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function refusedWith(path: string, ...words: RegExp[]): void {
  assert.throws(
    () => inspectDataDir(path),
    (error) => isHomebirdError(error, 'DATA_DIR_UNUSABLE') && words.every((word) => word.test(error.message)),
  )
}

for (const [name, on, expected] of [
  ['Linux', { platform: 'linux', env: {} }, '/home/ana/.local/share/homebird'],
  ['Linux with XDG', { platform: 'linux', env: { XDG_DATA_HOME: '/data' } }, '/data/homebird'],
  [
    'Linux with a relative XDG',
    { platform: 'linux', env: { XDG_DATA_HOME: 'data' } },
    '/home/ana/.local/share/homebird',
  ],
  ['macOS', { platform: 'darwin', env: {} }, '/home/ana/Library/Application Support/Homebird'],
  ['Windows', { platform: 'win32', env: { LOCALAPPDATA: 'D:\\App' } }, 'D:\\App\\Homebird'],
  ['root', { platform: 'linux', env: { XDG_DATA_HOME: '/data' }, isRoot: true }, '/var/lib/homebird'],
] as const) {
  test(`the default on ${name} is the platform's own place`, () => {
    assert.equal(defaultDataDir({ home: '/home/ana', isRoot: false, ...on }), expected)
  })
}

test('a folder that is not there yet can be used, and looking makes nothing', (t) => {
  const parent = folder(t)
  assert.deepEqual(inspectDataDir(join(parent, 'new', 'home')), { exists: false })
  assert.deepEqual(readdirSync(parent), [])
})

test('a file in the place of the folder, or on the way to it, is named', (t) => {
  const file = join(folder(t), 'file')
  writeFileSync(file, '')
  refusedWith(file, /file.* it is a file, not a folder/)
  refusedWith(join(file, 'below'), /file.* it is a file, not a folder; move it away/)
})

test('a link that leads nowhere and a circle of links are named', (t) => {
  const parent = folder(t)
  symlinkSync(join(parent, 'absent'), join(parent, 'dangling'))
  symlinkSync(join(parent, 'circle'), join(parent, 'circle'))
  refusedWith(join(parent, 'dangling'), /dangling.*leads nowhere/)
  refusedWith(join(parent, 'circle'), /circle/)
})

test('a name with a line break is refused, as the database keeps names in lines', () => {
  refusedWith('/tmp/home\nbird', /control character/)
})

test('the folder and its rooms are private, also when the folder was open before', (t) => {
  const path = join(folder(t), 'home')
  mkdirSync(path, { mode: 0o755 })
  createRooms(createDataDir(path))
  const { secrets, logs, media, mediaCache } = dataDirAt(path)
  for (const room of [path, secrets, logs, media, mediaCache])
    assert.equal(statSync(room).mode & 0o777, 0o700, room)
})
