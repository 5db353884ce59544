/** One appliance per data directory. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isDataDirLocked, lockDataDir, readLockHolder } from '../../../server/appliance/data-dir-lock.ts'
import { type DataDir, createDataDir } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'

function openDir(t: TestContext): DataDir {
  const path = mkdtempSync(join(tmpdir(), 'hb-lock-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return createDataDir(path)
}

/** Another process that takes the lock, says so, and holds it until it is killed. */
async function openHolder(
  t: TestContext,
  dir: DataDir,
): Promise<{ pid: number; kill: () => Promise<unknown> }> {
  const lock = new URL('../../../server/appliance/data-dir-lock.ts', import.meta.url).href
  const program = `
    const { lockDataDir } = await import(${JSON.stringify(lock)})
    const lock = lockDataDir(${JSON.stringify(dir)})
    lock.describe({ pid: process.pid, startedAt: '2026-01-02T03:04:05.000Z', controlSocket: null })
    process.stdout.write('locked')
    setInterval(() => undefined, 60_000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  t.after(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return {
    pid: child.pid ?? 0,
    kill() {
      child.kill('SIGKILL')
      return ended
    },
  }
}

test('a second appliance is refused with the process that holds the folder, and writes nothing', async (t) => {
  const dir = openDir(t)
  const holder = await openHolder(t, dir)
  const before = readdirSync(dir.path).map((name) => [name, statSync(join(dir.path, name)).mtimeMs])
  assert.throws(
    () => lockDataDir(dir),
    (error) =>
      isHomebirdError(error, 'DATA_DIR_LOCKED') &&
      error.message.includes(`process ${holder.pid}`) &&
      error.message.includes('--data-dir'),
  )
  assert.deepEqual(
    readdirSync(dir.path).map((name) => [name, statSync(join(dir.path, name)).mtimeMs]),
    before,
  )
  assert.equal(isDataDirLocked(dir), true)
})

test('the lock falls with the process that held it, however that ended', async (t) => {
  const dir = openDir(t)
  const holder = await openHolder(t, dir)
  await holder.kill()
  assert.equal(isDataDirLocked(dir), false)
  lockDataDir(dir).release()
})

test('the file beside the lock tells of the holder and goes with it', (t) => {
  const dir = openDir(t)
  const lock = lockDataDir(dir)
  lock.describe({ pid: 42, startedAt: 'now', controlSocket: '/run/x' })
  assert.deepEqual(readLockHolder(dir), { pid: 42, startedAt: 'now', controlSocket: '/run/x' })
  assert.equal(statSync(dir.pidFile).mode & 0o777, 0o600)
  lock.release()
  assert.equal(existsSync(dir.pidFile), false)
  assert.equal(readLockHolder(dir), null)
})
