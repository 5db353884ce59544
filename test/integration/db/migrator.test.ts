import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { openSession, withClient } from '../../../server/db/connection.ts'
import { migrate } from '../../../server/db/migrator.ts'
import { createTestDatabase } from '../../support/test-database.ts'

async function folderWith(t: TestContext, files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hb-migrations-'))
  t.after(async () => rm(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

test('a second run finds nothing to do', async () => {
  const connection = await createTestDatabase()
  const result = await migrate(connection)
  assert.deepEqual(result.applied, [])
  assert.equal(result.from, result.to)
})

test('a schema newer than the program is refused and left untouched', async () => {
  const connection = await createTestDatabase()
  await withClient(connection, async (client) =>
    client.query(`insert into schema_migrations (version, name, hash) values (9000, '9000-later.sql', 'x')`),
  )
  await assert.rejects(migrate(connection), (error) => {
    assert.ok(isHomebirdError(error, 'SCHEMA_NEWER'))
    assert.match(error.message, /9000/)
    return true
  })
})

test('a migration that fails leaves nothing of itself behind', async (t) => {
  const connection = await createTestDatabase()
  await withClient(connection, async (client) => client.query('drop table schema_migrations'))
  const folder = await folderWith(t, {
    '0001-good.sql': 'create table migrated_good (id int);',
    '0002-bad.sql': 'create table migrated_bad (id int); select no_such_function();',
  })
  await assert.rejects(migrate(connection, folder), (error) => isHomebirdError(error, 'MIGRATION_FAILED'))
  const tables = await withClient(connection, async (client) =>
    client.query(`select to_regclass('migrated_good') as good, to_regclass('migrated_bad') as bad`),
  )
  assert.deepEqual(tables.rows[0], { good: 'migrated_good', bad: null })
})

test('a gap in the numbers of the migrations is refused', async (t) => {
  const connection = await createTestDatabase()
  const folder = await folderWith(t, { '0002-second.sql': 'select 1' })
  await assert.rejects(migrate(connection, folder), (error) => isHomebirdError(error, 'MIGRATION_FAILED'))
})

test('no machine changes the schema under the servers and workers of another', async (t) => {
  const connection = await createTestDatabase()
  await withClient(connection, async (client) => client.query('drop table schema_migrations'))
  const first = { '0001-one.sql': 'create table one (id int);' }
  await migrate(connection, await folderWith(t, first))
  const folder = await folderWith(t, { ...first, '0002-two.sql': 'create table two (id int);' })
  const atWork = await openSession(connection, { applicationName: 'homebird worker' })
  t.after(async () => atWork.close())
  await assert.rejects(migrate(connection, folder, Infinity, 0), (error) => {
    assert.ok(isHomebirdError(error, 'MIGRATION_FAILED'))
    assert.match(
      error.message,
      /schema 1 .*to 2, .*this machine \(1 connections\); stop Homebird on every machine/,
    )
    return true
  })
  const migrating = migrate(connection, folder)
  await atWork.close()
  assert.deepEqual((await migrating).applied, ['0002-two.sql'])
})
