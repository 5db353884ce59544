import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ProgramLedger } from '../../../server/core/program-ledger.ts'

const skip =
  process.platform === 'win32' ? 'skipped: Windows does not tell when a process was started' : false

function open(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-ledger-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'programs.json')
  return { path, ledger: new ProgramLedger(path) }
}

function sleeper(t: TestContext): ChildProcess & { readonly pid: number } {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' })
  t.after(() => child.kill('SIGKILL'))
  return child as ChildProcess & { readonly pid: number }
}

test('what stands in it and still runs is ended, and then it is empty', { skip }, async (t) => {
  const { path, ledger } = open(t)
  const child = sleeper(t)
  const ended = once(child, 'exit')
  ledger.add(child.pid)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.deepEqual(await new ProgramLedger(path).endAll(), [child.pid])
  assert.deepEqual(await ended, [null, 'SIGTERM'])
  assert.equal(existsSync(path), false)
  assert.deepEqual(await ledger.endAll(), [])
})

test('a number that was given to another process since is not believed', { skip }, async (t) => {
  const { path, ledger } = open(t)
  const child = sleeper(t)
  ledger.add(child.pid)
  const [entry] = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; startedAtMs: number }[]
  writeFileSync(path, JSON.stringify([{ ...entry, startedAtMs: (entry?.startedAtMs ?? 0) - 60_000 }]))
  assert.deepEqual(await ledger.endAll(), [])
  assert.equal(child.exitCode, null)
})

test('what has ended is taken out, and a torn or strange file counts as empty', { skip }, async (t) => {
  const { path, ledger } = open(t)
  ledger.add(sleeper(t).pid)
  const second = sleeper(t).pid
  ledger.add(second)
  ledger.remove(second)
  assert.equal((JSON.parse(readFileSync(path, 'utf8')) as unknown[]).length, 1)
  for (const text of [
    '[{"pid":',
    '{"pid":1}',
    '[{"pid":1,"startedAtMs":0},{"pid":-5,"startedAtMs":1},null,7]',
  ]) {
    writeFileSync(path, text)
    assert.deepEqual(await ledger.endAll(), [])
  }
})
