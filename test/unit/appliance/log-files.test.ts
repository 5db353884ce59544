/** The log files stay bounded and harmless. */
import assert from 'node:assert/strict'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  rmdirSync,
  statSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { cleanLine, openHomeLog, postgresLog } from '../../../server/appliance/log-files.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'hb-logs-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('control characters cannot reach a terminal through the log', () => {
  assert.equal(
    cleanLine('red \u001b[31m and\r\nnew line\u0000'),
    'red \\u001b[31m and\\u000d\\u000anew line\\u0000',
  )
})

test('an overlong line is cut and says so', () => {
  const line = cleanLine('x'.repeat(100_000))
  assert.ok(line.length < 17_000 && line.endsWith('… (cut)'))
})

test('full files are renamed, and eight of them are kept', (t) => {
  const path = folder(t)
  const log = openHomeLog(path, 100)
  for (let number = 0; number < 40; number += 1) log.write(`line ${number} ${'x'.repeat(40)}`)
  log.close()
  const files = readdirSync(path).sort()
  assert.deepEqual(files, [
    'homebird.log',
    ...[1, 2, 3, 4, 5, 6, 7].map((number) => `homebird.log.${number}`),
  ])
  assert.ok(files.every((file) => statSync(join(path, file)).size <= 100))
  assert.match(readFileSync(join(path, 'homebird.log'), 'utf8'), /line 39/)
})

test('where no new file can be had the full one stays as it is, and no other file is written into', (t) => {
  const path = folder(t)
  const log = openHomeLog(path, 100)
  t.after(() => log.close())
  log.write(`first ${'x'.repeat(60)}`)
  // In its place stands something that is no file.
  mkdirSync(join(path, 'homebird.log.next'))
  for (let times = 0; times < 10; times += 1) {
    assert.throws(() => log.write(`lost ${'x'.repeat(60)}`))
    // Whoever opens a file now gets the lowest number that is free.
    const other = join(path, `other-${times}`)
    const file = openSync(other, 'w')
    assert.throws(() => log.write(`lost ${'x'.repeat(60)}`))
    closeSync(file)
    assert.equal(readFileSync(other, 'utf8'), '')
    rmSync(other)
  }
  assert.deepEqual(readdirSync(path).sort(), ['homebird.log', 'homebird.log.next'])
  rmdirSync(join(path, 'homebird.log.next'))
  log.write(`again ${'x'.repeat(60)}`)
  assert.match(readFileSync(join(path, 'homebird.log'), 'utf8'), /^again /)
  assert.match(readFileSync(join(path, 'homebird.log.1'), 'utf8'), /^first /)
})

test('a line that comes after the end is written nowhere', (t) => {
  const path = folder(t)
  const log = openHomeLog(path)
  log.close()
  const other = join(path, 'other')
  const file = openSync(other, 'w')
  log.write('late')
  log.close()
  writeSync(file, 'own')
  closeSync(file)
  assert.equal(readFileSync(other, 'utf8'), 'own')
  assert.equal(readFileSync(join(path, 'homebird.log'), 'utf8'), '')
})

test('a full log of the database is emptied also where it cannot be copied', (t) => {
  const path = folder(t)
  const log = postgresLog(path, 50)
  const descriptor = log.openForWriting()
  t.after(() => closeSync(descriptor))
  writeSync(descriptor, 'old '.repeat(20))
  mkdirSync(join(path, 'postgres.log.1'))
  assert.throws(() => log.rotateIfFull())
  assert.equal(statSync(join(path, 'postgres.log')).size, 0)
})

test('a full log of the database is copied and emptied in place, and goes on through the same descriptor', (t) => {
  const path = folder(t)
  const log = postgresLog(path, 50)
  const descriptor = log.openForWriting()
  t.after(() => closeSync(descriptor))
  writeSync(descriptor, `${'old '.repeat(20)}\n`)
  log.rotateIfFull()
  writeSync(descriptor, 'new\n')
  assert.equal(readFileSync(join(path, 'postgres.log'), 'utf8'), 'new\n')
  assert.match(readFileSync(join(path, 'postgres.log.1'), 'utf8'), /^old /)
})

test('the tail holds the last lines since it was opened, not those of an earlier start', (t) => {
  const path = folder(t)
  const earlier = postgresLog(path).openForWriting()
  writeSync(earlier, 'earlier\n')
  closeSync(earlier)
  const log = postgresLog(path)
  const descriptor = log.openForWriting()
  t.after(() => closeSync(descriptor))
  assert.equal(log.tail(2), '')
  writeSync(descriptor, 'one\ntwo\nthree\n')
  assert.equal(log.tail(2), 'two\nthree')
})
