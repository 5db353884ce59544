/** What `homebird` says when it cannot do what it was asked: one message, the right exit code, nothing changed. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { createNodeLauncher, withHomeDatabase } from '../../server/appliance/index.ts'
import { withClient } from '../../server/db/connection.ts'
import { type CommandOptions, type Finished, runToEnd, serve } from '../support/serve-process.ts'
import { testDataDir } from '../support/test-ground.ts'

const asRoot = { skip: process.getuid?.() !== 0 && 'needs root to become another user' }
const NOBODY = 65_534

function newFolder(t: TestContext): string {
  return testDataDir(t, 'home')
}

/** One line on standard error, with these words; nothing on standard output that looks like a start. */
function refused(finished: Finished, code: ExitCode, ...words: readonly RegExp[]): void {
  assert.equal(finished.code, code, finished.stderr)
  const lines = finished.stderr.trim().split('\n')
  assert.equal(lines.length, 1, finished.stderr)
  for (const word of words) assert.match(finished.stderr, word)
}

function serveOnce(
  t: TestContext,
  dataDir: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
) {
  return runToEnd(t, ['serve', '--data-dir', dataDir, ...args], options)
}

async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

for (const variable of ['HOMEBIRD_PORT', 'HOMEBIRD_PRIVATE_LISTEN']) {
  test(`a taken port of ${variable}`, async (t) => {
    const dataDir = newFolder(t)
    const port = await takenPort(t)
    const finished = await serveOnce(t, dataDir, [], { env: { [variable]: `${port}` } })
    refused(
      finished,
      ExitCode.portTaken,
      new RegExp(`127\\.0\\.0\\.1:${port} is taken`),
      new RegExp(`set ${variable}`),
    )
    assert.equal(existsSync(dataDir), false)
  })
}

for (const [what, env, words] of [
  [
    'a port beyond all ports',
    { HOMEBIRD_PORT: '70000' },
    [/HOMEBIRD_PORT is "70000"/, /between 0 and 65535/],
  ],
  [
    'a database URL of another kind',
    { HOMEBIRD_DATABASE_URL: 'mysql://a@b/c' },
    [/HOMEBIRD_DATABASE_URL/, /postgresql:/],
  ],
  [
    'an address that is not of this machine',
    { HOMEBIRD_BIND: '203.0.113.7' },
    [/203\.0\.113\.7/, /HOMEBIRD_PORT|HOMEBIRD_BIND/],
  ],
] as const) {
  test(`a setting that cannot be: ${what}`, async (t) => {
    const dataDir = newFolder(t)
    const port = what.startsWith('an address') ? { HOMEBIRD_PORT: '4999' } : {}
    refused(await serveOnce(t, dataDir, [], { env: { ...port, ...env } }), ExitCode.usage, ...words)
    assert.equal(existsSync(dataDir), false)
  })
}

test('a database that nobody answers for', async (t) => {
  const dataDir = newFolder(t)
  const env = { HOMEBIRD_DATABASE_URL: 'postgresql://ana:hunter2@127.0.0.1:1/home' }
  const finished = await serveOnce(t, dataDir, [], { env })
  refused(finished, ExitCode.databaseUnreachable, /127\.0\.0\.1:1\/home/, /nothing listens there/)
  assert.doesNotMatch(finished.stderr, /hunter2/)
  assert.equal(existsSync(dataDir), false)
})

test('a budget of connections that cannot be', async (t) => {
  const dataDir = newFolder(t)
  const finished = await serveOnce(t, dataDir, [], { env: { HOMEBIRD_DB_RESERVE: '900' } })
  refused(finished, ExitCode.connectionBudget, /allows 400 connections.*at least 911/, /HOMEBIRD_DB_RESERVE/)
  assert.equal(existsSync(dataDir), false)
})

test('a file in the place of the folder', async (t) => {
  const dataDir = newFolder(t)
  writeFileSync(dataDir, 'here already')
  refused(await serveOnce(t, dataDir), ExitCode.dataDirUnusable, /home.*is a file/, /move it away/)
})

test('a folder that this user cannot write, and one that it cannot pass through', asRoot, async (t) => {
  const dataDir = newFolder(t)
  mkdirSync(dataDir, { mode: 0o755 })
  const as = { uid: NOBODY }
  refused(
    await serveOnce(t, dataDir, [], as),
    ExitCode.dataDirUnusable,
    /cannot be written by user 65534/,
    /right to write/,
  )
  chmodSync(dataDir, 0o700)
  const below = join(dataDir, 'below', 'home')
  refused(
    await serveOnce(t, below, [], as),
    ExitCode.dataDirUnusable,
    /may not pass through|cannot be written/,
  )
  assert.deepEqual(readdirSync(dataDir), [])
})

test('a folder that the database’s account cannot reach, when root starts the home', asRoot, async (t) => {
  const dataDir = newFolder(t)
  chmodSync(join(dataDir, '..'), 0o700)
  const finished = await serveOnce(t, dataDir)
  assert.equal(finished.code, ExitCode.dataDirUnusable)
  assert.match(finished.stderr, /is closed to user .*because root must not/)
})

test('a folder that another home holds', async (t) => {
  const dataDir = newFolder(t)
  const home = serve(t, dataDir)
  await home.untilSaid('Your home runs.')
  const written = (): unknown[] =>
    ['homebird.lock', 'homebird.pid', 'secrets', 'postgres'].map(
      (name) => statSync(join(dataDir, name)).mtimeMs,
    )
  const before = written()
  const finished = await serveOnce(t, dataDir)
  refused(finished, ExitCode.dataDirLocked, new RegExp(`process ${home.child.pid}`), /--data-dir/)
  assert.deepEqual(written(), before)
  home.child.kill('SIGTERM')
  await home.finished
})

test('a database that a newer Homebird has written stays as it is', async (t) => {
  const dataDir = newFolder(t)
  const home = serve(t, dataDir)
  await home.untilSaid('Your home runs.')
  home.child.kill('SIGTERM')
  await home.finished
  const sources = { env: { HOMEBIRD_DATA_DIR: dataDir } }
  const launcher = createNodeLauncher({ env: { PATH: process.env['PATH'] } })
  await withHomeDatabase(sources, launcher, (connection) =>
    withClient(connection, (client) =>
      client.query("insert into schema_migrations (version, name, hash) values (999, '0999-later', 'x')"),
    ),
  )
  const finished = await serveOnce(t, dataDir)
  refused(finished, ExitCode.schemaNewer, /999/)
})

test('words that are no command, and options that do not belong together', async (t) => {
  const near = /^homebird: unknown command 'serv' \(Did you mean serve\?\); homebird help COMMAND says/
  refused(await runToEnd(t, ['serv']), ExitCode.usage, near)
  refused(
    await runToEnd(t, ['config', 'set']),
    ExitCode.usage,
    /^homebird: missing required argument 'name';/,
  )
  const dataDir = newFolder(t)
  refused(await serveOnce(t, dataDir, ['--role', 'cook']), ExitCode.usage, /--role is "cook"/)
  refused(await serveOnce(t, dataDir, ['--display-name', 'Ana']), ExitCode.usage, /give --handle/)
  refused(await serveOnce(t, dataDir, ['--handle', 'ana']), ExitCode.usage, /--password-file/)
  const absent = ['--handle', 'ana', '--password-file', join(dataDir, 'absent')]
  refused(await serveOnce(t, dataDir, absent), ExitCode.usage, /absent cannot be read/)
  assert.equal(existsSync(dataDir), false)
})

test('programs get the same as one line of JSON', async (t) => {
  const dataDir = newFolder(t)
  const odd = await serveOnce(t, dataDir, ['--json', '--frob'])
  assert.deepEqual(JSON.parse(odd.stdout), {
    error: {
      code: 'USAGE',
      message: "unknown option '--frob'; homebird help COMMAND says what a command takes",
      exitCode: ExitCode.usage,
    },
  })
  const { code, stdout } = await serveOnce(t, dataDir, ['--json'], { env: { HOMEBIRD_PORT: 'x' } })
  const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, Record<string, unknown>>
  assert.equal(code, ExitCode.usage)
  assert.deepEqual(
    [last['error']?.['code'], last['error']?.['exitCode']],
    ['SETTING_INVALID', ExitCode.usage],
  )
})
