/** From what the supervisor tells and throws to what the start-up window shows. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ERROR_CATALOGUE, HomebirdError } from '../../../../server/core/errors.ts'
import { SHELL_LOCALES } from '../../../../electron/shell/words.ts'
import { failureOf, loopOf, restoreFailure } from '../../../../electron/windows/start-failure.ts'
import {
  allDone,
  beforeStart,
  failedNow,
  freshRestore,
  freshStart,
  freshTakeBack,
  progressAfter,
  restoreAfter,
  withBytes,
} from '../../../../electron/windows/start-progress.ts'
import { sizeText } from '../../../../electron/windows/size-text.ts'
import { DAMAGED, failedView, loopView, thrown, viewIn } from '../../../support/start-views.ts'

const offered = ({ acts }: { readonly acts: readonly { readonly act: string }[] }): string[] =>
  acts.map(({ act }) => act)

test('a start goes step by step, each with its time', () => {
  let steps = progressAfter(freshStart(), { kind: 'step', step: 'check' }, 1_000)
  steps = progressAfter(steps, { kind: 'step', step: 'database' }, 1_400)
  steps = progressAfter(steps, { kind: 'step', step: 'schema' }, 3_400)
  assert.deepEqual(
    steps.map(({ name, mark, tookMs }) => [name, mark, tookMs]),
    [
      ['check', 'done', 400],
      ['database', 'done', 2_000],
      ['schema', 'doing', null],
      ['parts', 'waiting', null],
    ],
  )
  assert.equal(failedNow(steps, 3_500).find(({ mark }) => mark === 'failed')?.name, 'schema')
  assert.equal(allDone(steps, 3_500).find(({ name }) => name === 'schema')?.tookMs, 100)
})

test('taking a copy back is a step before those of a start', () => {
  const steps = withBytes(freshTakeBack(5), 1, 2)
  assert.deepEqual(
    steps.map(({ name, mark }) => `${name} ${mark}`),
    ['place doing', 'check waiting', 'database waiting', 'schema waiting', 'parts waiting'],
  )
  assert.deepEqual([steps[0]?.startedAt, steps[0]?.bytes], [5, { done: 1, total: 2 }])
})

test('the copy before another version stands between the look at the folder and the database, with its bytes', () => {
  let steps = progressAfter(freshStart(), { kind: 'step', step: 'check' }, 0)
  steps = progressAfter(steps, { kind: 'step', step: 'copy' }, 10)
  steps = progressAfter(steps, { kind: 'copying', doneBytes: 5, totalBytes: 20 }, 20)
  assert.deepEqual(
    steps.map(({ name }) => name),
    ['check', 'copy', 'database', 'schema', 'parts'],
  )
  assert.deepEqual(steps[1]?.bytes, { done: 5, total: 20 })
  assert.equal(withBytes(steps, 9, 20)[1]?.bytes?.done, 9)
  assert.equal(steps[0]?.bytes, null)
})

for (const [code, message, kind] of [
  ['DATABASE_UNREACHABLE', 'the embedded database ended while starting', 'database'],
  ['PORT_TAKEN', '127.0.0.1:4180 is taken', 'port'],
  ['SCHEMA_NEWER', 'the database has schema 12', 'newer'],
  ['DATA_DIR_LOCKED', '/home/ana is in use by process 7', 'locked'],
  ['STORAGE_FULL', 'the copy could not be made', 'full'],
  ['DATABASE_UNREACHABLE', 'its log says: FATAL: could not write: No space left on device', 'full'],
  ['DATA_DIR_UNUSABLE', 'it cannot be written', 'folder'],
  ['SETTING_INVALID', 'HOMEBIRD_PORT is "x"', 'setting'],
  ['SECRETS_SEALED', 'the keychain of this computer does not open them', 'sealed'],
  ['MIGRATION_FAILED', 'migration 0002 failed', 'schema'],
  ['DOCUMENT_INVALID', 'the copy cannot be taken back', 'copy_damaged'],
  ['CHILD_FAILED', 'server-0 ended', 'other'],
] as const) {
  test(`${code} (${message}) is told as ${kind}`, () => {
    assert.ok(code in ERROR_CATALOGUE)
    assert.equal(failureOf(new HomebirdError(code, message)).kind, kind)
  })
}

test('a database elsewhere is told as one that nothing here can mend', () => {
  assert.equal(failureOf(DAMAGED, true).kind, 'database_away')
})

test('the technical line has the code and every cause, and is bounded', () => {
  const error = new HomebirdError('DATA_DIR_UNUSABLE', 'the folder', { cause: new Error('EACCES: denied') })
  assert.equal(failureOf(error).technical, 'DATA_DIR_UNUSABLE: the folder; because EACCES: denied')
  assert.equal(failureOf(new Error('x'.repeat(10_000))).technical.length, 2_000)
})

test('every failure has its sentences, its meaning and one act in every language', () => {
  const codes = [
    'DATABASE_UNREACHABLE',
    'PORT_TAKEN',
    'SCHEMA_NEWER',
    'DATA_DIR_LOCKED',
    'STORAGE_FULL',
  ] as const
  const more = [
    'DATA_DIR_UNUSABLE',
    'SETTING_INVALID',
    'MIGRATION_FAILED',
    'NOT_FOUND',
    'CHILD_FAILED',
  ] as const
  for (const locale of SHELL_LOCALES) {
    for (const code of [...codes, ...more]) {
      const { failure } = failedView(locale, thrown(code, 'something'))
      assert.ok(
        failure !== null && failure.what !== '' && failure.means.length > 40 && failure.act.label !== '',
      )
    }
    assert.equal(loopView(locale).failure?.act.act, 'restartPart')
  }
})

test('the port is named where it is known', () => {
  assert.match(
    failedView('en', thrown('PORT_TAKEN', '127.0.0.1:4180 is taken')).failure?.what ?? '',
    /^Port 4180 is used/,
  )
  assert.match(
    failedView('en', thrown('PORT_TAKEN', 'a socket is taken')).failure?.what ?? '',
    /^An address that/,
  )
})

test('a copy that does not fit is told with both numbers, and the folder can be opened', () => {
  const details = { neededBytes: 3.5 * 1_024 ** 3, freeBytes: 200 * 1_024 ** 2 }
  const view = failedView('en', thrown('STORAGE_FULL', 'it needs more', details))
  assert.match(view.failure?.means ?? '', /needs 3\.5\u00A0GB, and 200\u00A0MB are free/)
  assert.ok(offered(view).includes('openFolder'))
  assert.equal(sizeText(1, 'de'), '1\u00A0MB')
})

test('a copy is offered where there is one, and first once starting again was in vain', () => {
  const none = failedView('en', DAMAGED)
  assert.deepEqual([none.failure?.act.act, offered(none)], ['startAgain', ['restore', 'openLogs', 'quit']])
  assert.doesNotMatch(none.failure?.means ?? '', /copy/)
  const first = failedView('en', DAMAGED, { usableCopies: 1 })
  assert.deepEqual(
    [first.failure?.act.act, offered(first)],
    ['startAgain', ['takeBack', 'restore', 'openLogs', 'quit']],
  )
  const second = failedView('en', DAMAGED, { usableCopies: 1, failures: 2 })
  assert.deepEqual(
    [second.failure?.act.act, offered(second)],
    ['takeBack', ['startAgain', 'restore', 'openLogs', 'quit']],
  )
})

test('a home of a newer version offers the copy at once, and quitting where there is none', () => {
  const newer = thrown('SCHEMA_NEWER', 'the database has schema 12')
  assert.equal(failedView('en', newer, { usableCopies: 1 }).failure?.act.act, 'takeBack')
  assert.equal(failedView('en', newer).failure?.act.act, 'quit')
})

test('a backup is offered wherever nobody else holds the home, and again where restoring one failed', () => {
  const held = failedView('en', thrown('DATA_DIR_LOCKED', 'another one runs'))
  assert.ok(!offered(held).includes('restore'))
  assert.ok(offered(loopView('en')).includes('restore'))
  const vain = viewIn('en', {
    stage: 'failed',
    failure: restoreFailure(
      thrown('UNPROCESSABLE', 'a.backup stays closed: it opens with the recovery code'),
    ),
  })
  assert.deepEqual([vain.failure?.act.act, offered(vain)], ['restore', ['startAgain', 'openLogs', 'quit']])
  assert.match(vain.failure?.means ?? '', /Nothing was changed/)
  assert.match(vain.failure?.technical ?? '', /stays closed/)
})

test('restoring goes step by step before the start, and can be cancelled', () => {
  const told = (step: string, done: number, total: number | null) => ({ step, done, total })
  let steps = restoreAfter(freshRestore(1_000), told('start', 0, null), 1_100)
  steps = restoreAfter(steps, told('read', 50, 200), 1_200)
  assert.deepEqual(steps[0]?.bytes, { done: 50, total: 200 })
  // What is read may be more than was thought.
  assert.deepEqual(restoreAfter(steps, told('read', 250, 200), 1_300)[0]?.bytes, { done: 200, total: 200 })
  steps = restoreAfter(steps, told('indexes', 3, 9), 2_000)
  steps = restoreAfter(steps, told('compare', 1, 9), 2_500)
  assert.deepEqual(steps.map(({ mark }) => mark).slice(0, 3), ['done', 'doing', 'waiting'])
  assert.equal(steps[1]?.bytes, null)
  steps = restoreAfter(steps, told('schema', 0, null), 3_000)
  assert.equal(steps.find(({ mark }) => mark === 'doing')?.name, 'settle')
  assert.deepEqual(
    beforeStart(steps).map(({ name }) => name),
    ['fill', 'prove', 'media', 'settle'],
  )
  assert.deepEqual(offered(viewIn('en', { stage: 'restoring', steps })), [
    'cancelRestore',
    'openLogs',
    'quit',
  ])
})

test('while it starts nothing is offered that would disturb it', () => {
  assert.deepEqual(offered(viewIn('en', { steps: freshStart() })), ['openLogs', 'quit'])
  assert.equal(loopOf('database', 'it ended').kind, 'database_loop')
})
