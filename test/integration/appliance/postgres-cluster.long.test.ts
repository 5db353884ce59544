/** The embedded PostgreSQL through its whole life: made, started, killed, found again, repaired, refused. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type PostgresCluster, openPostgresCluster } from '../../../server/appliance/postgres-cluster.ts'
import { processFacts } from '../../../server/core/process-facts.ts'
import { openRuntimeFolder } from '../../../server/appliance/runtime-folder.ts'
import { createDataDir, createRooms } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { withClient } from '../../../server/db/connection.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { testDataDir } from '../../support/test-ground.ts'

function openHome(t: TestContext, name?: string) {
  const path = testDataDir(t, name)
  const dir = createDataDir(path)
  createRooms(dir)
  const env = { XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] }
  const runtime = openRuntimeFolder(path, { env, uid: process.getuid?.() ?? null })
  afterInReverse(t, () => rmSync(runtime.path, { recursive: true, force: true }))
  const notices: string[] = []
  const start = async (): Promise<PostgresCluster> => {
    const notice = (_level: string, message: string): number => notices.push(message)
    const cluster = await openPostgresCluster({ dir, runtime, maxConnections: 20, notice })
    afterInReverse(t, () => cluster.stop())
    return cluster
  }
  return { dir, runtime, notices, start }
}

async function ask<T>(cluster: PostgresCluster, sql: string): Promise<T> {
  return withClient(
    cluster.connection,
    async (client) => Object.values((await client.query(sql)).rows[0])[0] as T,
  )
}

test('a new cluster has checksums, UTF-8 letters beyond ASCII, no TCP, and a role without power', async (t) => {
  const { start, dir } = openHome(t)
  const cluster = await start()
  const setting = (name: string) => ask<string>(cluster, `select current_setting('${name}')`)
  assert.equal(await setting('data_checksums'), 'on')
  assert.equal(await setting('listen_addresses'), '')
  assert.equal(await setting('max_connections'), '20')
  assert.equal(await ask(cluster, 'select rolsuper from pg_roles where rolname = current_user'), false)
  await ask(cluster, 'create extension pg_trgm').catch((error: unknown) =>
    assert.ok(error instanceof TypeError),
  )
  assert.equal(await ask(cluster, "select similarity('Ärger', 'ärger')::float"), 1)
  assert.deepEqual(
    readdirSync(dir.secrets).map((name) => statSync(join(dir.secrets, name)).mode & 0o777),
    [0o600, 0o600],
  )
})

test('rows written before an orderly stop are there after the next start', async (t) => {
  const { start } = openHome(t)
  const first = await start()
  await withClient(first.connection, (client) => client.query('create table note as select 42 as number'))
  await first.stop()
  const second = await start()
  assert.equal(await ask(second, 'select number from note'), 42)
})

test('the postmaster of a killed supervisor is proven to be ours and stopped, and nothing committed is lost', async (t) => {
  const { start, dir, runtime, notices } = openHome(t)
  const module = new URL('../../../server/appliance/postgres-cluster.ts', import.meta.url).href
  const program = `
    const { openPostgresCluster } = await import(${JSON.stringify(module)})
    const options = { ...${JSON.stringify({ dir, runtime, maxConnections: 20 })}, notice: () => undefined }
    const cluster = await openPostgresCluster(options)
    process.stdout.write(String(cluster.pid))
    setInterval(() => undefined, 60_000)`
  const supervisor = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [printed] = (await once(supervisor.stdout, 'data')) as [Buffer]
  const orphan = Number(printed)
  supervisor.kill('SIGKILL')
  await once(supervisor, 'exit')
  process.kill(orphan, 0) // it lives on

  const cluster = await start()
  assert.ok(
    notices.some((notice) => notice.includes(`process ${orphan}`)),
    notices.join('\n'),
  )
  assert.notEqual(cluster.pid, orphan)
  assert.equal(processFacts(orphan), null)
})

test('a killed postmaster is told as an end, and the next start recovers', async (t) => {
  const { start } = openHome(t)
  const first = await start()
  await withClient(first.connection, (client) => client.query('create table note as select 7 as number'))
  process.kill(first.pid, 'SIGKILL')
  assert.equal((await first.ended).signal, 'SIGKILL')
  const second = await start()
  assert.equal(await ask(second, 'select number from note'), 7)
})

test('a number left in postmaster.pid that belongs to another process is never signalled', async (t) => {
  const { start, dir } = openHome(t)
  const first = await start()
  await first.stop()
  const pidFile = join(dir.postgres, '18', 'postmaster.pid')
  writeFileSync(
    pidFile,
    [process.pid, join(dir.postgres, '18'), 1_700_000_000, 5432, '/nowhere', '', ''].join('\n'),
  )
  const second = await start() // this process is still here to see it
  assert.equal(await ask(second, 'select 1'), 1)
})

for (const [what, name] of [
  ['spaces, quotes and letters beyond ASCII', "Meine Heimat “zu Hause” ünïcödé 家 $HOME 'x'"],
  [
    'a path far longer than a socket address',
    join(...Array.from({ length: 8 }, () => 'a-rather-long-folder-name')),
  ],
] as const) {
  test(`a data directory with ${what} works`, async (t) => {
    const { start, runtime } = openHome(t, name)
    const cluster = await start()
    assert.equal(await ask(cluster, 'select 1'), 1)
    assert.ok(Buffer.byteLength(runtime.database) < 90)
  })
}

test('a half-made cluster of an interrupted start is made anew', async (t) => {
  const { start, dir } = openHome(t)
  createRooms({ ...dir, media: join(dir.postgres, '18.new', 'base') })
  const cluster = await start()
  assert.equal(await ask(cluster, 'select 1'), 1)
  assert.deepEqual(readdirSync(dir.postgres), ['18'])
})

test('lost passwords are replaced, for the owner of the cluster and for the home', async (t) => {
  const { start, dir } = openHome(t)
  const first = await start()
  await first.stop()
  rmSync(join(dir.secrets, 'postgres-admin'))
  rmSync(join(dir.secrets, 'postgres-home'))
  const second = await start()
  assert.notEqual(second.connection.password, first.connection.password)
  assert.equal(await ask(second, 'select 1'), 1)
})

test('own settings count, but not against what keeps data safe', async (t) => {
  const { start, dir } = openHome(t)
  await (await start()).stop()
  const local = join(dir.postgres, '18', 'local.conf')
  writeFileSync(local, "work_mem = '7MB'\nfsync = off\nlisten_addresses = '*'\n", { mode: 0o644 })
  const cluster = await start()
  assert.equal(await ask(cluster, "select current_setting('work_mem')"), '7MB')
  assert.equal(await ask(cluster, "select current_setting('fsync')"), 'on')
  assert.equal(await ask(cluster, "select current_setting('listen_addresses')"), '')
})

test('a database that does not start is told with the tail of its log', async (t) => {
  const { start, dir } = openHome(t)
  await (await start()).stop()
  appendFileSync(join(dir.postgres, '18', 'local.conf'), "no_such_setting = 'x'\n", { mode: 0o644 })
  await assert.rejects(
    start(),
    (error) => isHomebirdError(error, 'DATABASE_UNREACHABLE') && /no_such_setting/.test(error.message),
  )
  assert.match(readFileSync(join(dir.logs, 'postgres.log'), 'utf8'), /no_such_setting/)
})

test('the log of the database holds nothing that somebody wrote', async (t) => {
  const { start, dir } = openHome(t)
  const cluster = await start()
  await withClient(cluster.connection, async (client) => {
    await client.query('create table letter (text text primary key)')
    const write = () => client.query("insert into letter values ('very private words')")
    await write()
    await assert.rejects(write(), /duplicate key/)
  })
  await cluster.stop()
  assert.doesNotMatch(readFileSync(join(dir.logs, 'postgres.log'), 'utf8'), /very private words/)
})

test('a database whose folder was taken away is stopped all the same', async (t) => {
  const { start, dir } = openHome(t)
  const cluster = await start()
  rmSync(dir.postgres, { recursive: true })
  await cluster.stop()
  assert.equal(processFacts(cluster.pid), null)
})
