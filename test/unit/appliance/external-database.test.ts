/** Which external databases a home takes: a transaction pooler gives itself away by the backends it hands out. */
import assert from 'node:assert/strict'
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { withHomeDatabase } from '../../../server/appliance/borrow-database.ts'
import { lockDataDir } from '../../../server/appliance/data-dir-lock.ts'
import { isPooled } from '../../../server/appliance/external-database.ts'
import { openGround } from '../../../server/appliance/ground.ts'
import { createNodeLauncher } from '../../../server/appliance/node-launcher.ts'
import { createDataDir } from '../../../server/core/data-dir.ts'
import { testDataDir } from '../../support/test-ground.ts'

test('two sessions with a backend each are no pooler', () => {
  assert.equal(isPooled({ first: 10, second: 11, firstAgain: 10 }), false)
})

test('a second session in the backend of the first is a pooler', () => {
  assert.equal(isPooled({ first: 10, second: 10, firstAgain: 11 }), true)
})

test('a session that changes its backend is a pooler', () => {
  assert.equal(isPooled({ first: 10, second: 11, firstAgain: 12 }), true)
})

test('a home with a database of its own is not led to another by PGHOST, but by a name that means this program', async (t) => {
  const dataDir = testDataDir(t)
  const open = async (env: Readonly<Record<string, string>>): Promise<string | null> => {
    const { ground } = await openGround({ env, commandLine: { dataDir } }, async () => undefined)
    ground.release()
    return ground.loaded.config.databaseUrl
  }
  assert.equal(await open({ PGHOST: 'db.example' }), 'postgresql://postgres@db.example:5432/homebird')
  mkdirSync(join(dataDir, 'postgres', '18'), { recursive: true })
  writeFileSync(join(dataDir, 'postgres', '18', 'PG_VERSION'), '18\n')
  await assert.rejects(
    open({ PGHOST: 'db.example' }),
    /PGHOST names .* run this without PGHOST, or say in HOMEBIRD_/,
  )
  const url = 'postgresql://db.example/home'
  assert.equal(await open({ PGHOST: 'other.example', HOMEBIRD_DATABASE_URL: url }), url)
  assert.equal(await open({}), null)
  assert.equal(await open({ PGHOST: 'other.example', HOMEBIRD_DATABASE_URL: '' }), null)
  renameSync(join(dataDir, 'postgres', '18'), join(dataDir, 'postgres', '17'))
  await assert.rejects(open({ PGHOST: 'db.example' }), /PGHOST names/, 'nor is one of an older PostgreSQL')
})

test('a command for such a home is not led to another either, whether the home runs or not', async (t) => {
  const dataDir = testDataDir(t)
  const dir = createDataDir(dataDir)
  mkdirSync(join(dir.postgres, '18'), { recursive: true })
  writeFileSync(join(dir.postgres, '18', 'PG_VERSION'), '18\n')
  const run = async (env: Readonly<Record<string, string>>): Promise<unknown> =>
    withHomeDatabase({ env, commandLine: { dataDir } }, createNodeLauncher({ env }), async ({ host }) => host)
  const led = { PGHOST: '127.0.0.1', PGPORT: '1' }
  await assert.rejects(run(led), /PGHOST names .* run this without PGHOST, or say in HOMEBIRD_/)
  const lock = lockDataDir(dir)
  t.after(() => lock.release())
  await assert.rejects(run(led), /PGHOST names/)
  await assert.rejects(run({}), /is still starting/)
  // As of one that was started with a database elsewhere, which this command is not told.
  lock.describe({
    pid: process.pid,
    startedAt: '2026-01-01T00:00:00Z',
    controlSocket: join(dataDir, 'control'),
  })
  await assert.rejects(run({}), /give this command the same variables \(HOMEBIRD_CONFIG_FILE/)
})
