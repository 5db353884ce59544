/** A home brought from one PostgreSQL into another: rows, sequences, references; and what refuses it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DatabaseConnection } from '../../../server/contracts/child-message.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { withClient } from '../../../server/db/connection.ts'
import { openLoad } from '../../../server/db/copies/load.ts'
import { copyDatabase } from '../../../server/db/copy-database.ts'
import { MIGRATIONS_DIR, migrate, readMigrations } from '../../../server/db/migrator.ts'
import { readTableShapes } from '../../../server/db/table-shapes.ts'
import { closeBeforeCluster, createTestDatabase, testCluster } from '../../support/test-database.ts'
import { uniqueName } from '../../support/test-cluster.ts'

const WATCH = { signal: new AbortController().signal, progress: () => undefined }

async function emptyDatabase(): Promise<DatabaseConnection> {
  const cluster = await testCluster()
  const name = uniqueName('copied')
  await withClient(cluster, (client) => client.query(`create database ${name}`))
  closeBeforeCluster(() =>
    withClient(cluster, (client) => client.query(`drop database if exists ${name} with (force)`)),
  )
  return { ...cluster, database: name }
}

const ask = async (database: DatabaseConnection, sql: string): Promise<unknown[]> =>
  withClient(database, async (client) => (await client.query(sql)).rows as unknown[])

const SOME_ROWS = String.raw`
  insert into home_settings (key, value) values ('odd', to_jsonb(E'tab\t, line\n, back\\slash, \u00e4'::text));
  insert into actors (uri, kind, host, username, handle_domain, display_name, inbox_uri, fetched_at)
    select 'https://there.example/' || n, 'Person', 'there.example', 'ana' || n, 'there.example', E'Ana\n' || n,
           'https://there.example/inbox', now() from generate_series(1, 50) as n;
  insert into posts (id, uri, author_id, content_html, content_text, visibility, conversation_id, published_at, fetched_at, state)
    select next_id(), 'https://there.example/posts/' || id || '/' || n, id, repeat('<p>long</p>', n * 40), '\.', 'public', id,
           now(), now(), 'fanned_out' from actors, generate_series(1, 40) as n`

/** Everything that hangs on the tables, as the catalogue describes it. */
const HANGS_ON = `
  select 'index' as what, indexdef as text from pg_indexes where schemaname = 'public'
  union all select 'constraint', conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated
    from pg_constraint where connamespace = 'public'::regnamespace
  union all select 'trigger', tgrelid::regclass || ' ' || pg_get_triggerdef(oid) || tgenabled::text
    from pg_trigger where not tgisinternal
  order by 1, 2`

test('what arrives is what stood there: rows, what is computed, sequences, indexes, references, triggers', async () => {
  const source = await createTestDatabase()
  await ask(source, SOME_ROWS)
  const target = await emptyDatabase()
  const steps = new Set<string>()
  const copied = await copyDatabase(source, target, { ...WATCH, progress: (step) => steps.add(step) })
  const posts = copied.tables.find(({ name }) => name === 'posts')
  assert.equal(posts?.rows, 2_000)
  assert.deepEqual([...steps], ['rows', 'indexes', 'proof'])
  for (const sql of [
    'select * from posts order by id',
    'select * from actors order by id',
    'select * from home_settings order by key',
    'select * from schema_migrations order by version',
    'select sequencename, last_value from pg_sequences order by 1',
    HANGS_ON,
  ])
    assert.deepEqual(await ask(target, sql), await ask(source, sql), sql)
  assert.deepEqual(copied.leftBehind, [])
})

test('an earlier schema comes as it is, and is brought up to date afterwards', async () => {
  const source = await emptyDatabase()
  const newest = (await readMigrations(MIGRATIONS_DIR)).length
  await migrate(source, MIGRATIONS_DIR, newest - 3)
  await ask(source, SOME_ROWS)
  await ask(source, 'create table of_somebody_else (note text)')
  const target = await emptyDatabase()
  const copied = await copyDatabase(source, target, WATCH)
  assert.equal(copied.schema, newest - 3)
  assert.deepEqual(copied.leftBehind, ['of_somebody_else'])
  assert.deepEqual(await migrate(target).then(({ from, to }) => [from, to]), [newest - 3, newest])
  assert.deepEqual(await ask(target, 'select count(*)::int from posts'), [{ count: 2_000 }])
})

test('a reference that dangles, a table that is not as it should be and a newer schema are refused by name', async () => {
  const dangling = await createTestDatabase()
  await ask(dangling, SOME_ROWS)
  await ask(dangling, `set session_replication_role = replica; delete from actors where username = 'ana7'`)
  await assert.rejects(
    copyDatabase(dangling, await emptyDatabase(), WATCH),
    (error: unknown) => isHomebirdError(error, 'DATABASE_UNSUITABLE') && error.message.includes('"posts"'),
  )

  const changed = await createTestDatabase()
  await ask(changed, 'alter table home_settings add column another text')
  await assert.rejects(
    copyDatabase(changed, await emptyDatabase(), WATCH),
    (error: unknown) =>
      isHomebirdError(error, 'DATABASE_UNSUITABLE') && error.message.includes('home_settings'),
  )

  const newer = await createTestDatabase()
  await ask(newer, `insert into schema_migrations (version, name, hash) values (9999, 'x', 'x')`)
  await assert.rejects(copyDatabase(newer, await emptyDatabase(), WATCH), (error: unknown) =>
    isHomebirdError(error, 'SCHEMA_NEWER'),
  )
  await assert.rejects(copyDatabase(await emptyDatabase(), await emptyDatabase(), WATCH), (error: unknown) =>
    isHomebirdError(error, 'DATABASE_UNSUITABLE'),
  )
})

test('broken off it ends at once, and says that nothing has changed', async () => {
  const source = await createTestDatabase()
  await ask(source, SOME_ROWS)
  const stop = new AbortController()
  const copying = copyDatabase(source, await emptyDatabase(), {
    signal: stop.signal,
    progress: () => stop.abort(),
  })
  await assert.rejects(copying, (error: unknown) => isHomebirdError(error, 'NOT_RUNNING'))
})

test('rows of a backup that the database refuses refute it; a place that fails meanwhile does not', async (t) => {
  const target = await emptyDatabase()
  const schemaVersion = (await readMigrations(MIGRATIONS_DIR)).length
  const load = await openLoad(target, { schemaVersion, isScratch: true })
  t.after(async () => load[Symbol.asyncDispose]())
  const shapes = await withClient(target, readTableShapes)
  const settings = shapes.find(({ name }) => name === 'home_settings')
  assert.ok(settings !== undefined)
  const fill = async (rows: () => AsyncGenerator<Buffer>) => load.fill(settings, rows(), WATCH.signal)
  for (const [row, why] of [
    [
      'odd\tno JSON\tnow\n',
      /rows of its table home_settings are refused: invalid input syntax for type json/,
    ],
    ['odd\t\\N\tnow\n', /rows of its table home_settings are refused: null value in column "value"/],
  ] as const)
    await assert.rejects(
      fill(async function* () {
        yield Buffer.from(row)
      }),
      (error: unknown) => isHomebirdError(error, 'DOCUMENT_INVALID') && why.test(error.message),
    )
  const silent = new Error('the place does not answer')
  await assert.rejects(
    fill(async function* () {
      yield Buffer.from('odd\t1\tnow\n')
      throw silent
    }),
    (error) => error === silent,
  )
})
