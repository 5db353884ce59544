/** `homebird serve` from outside: starting, telling, being killed, coming back, stopping. */
import assert from 'node:assert/strict'
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readLockHolder } from '../../server/appliance/data-dir-lock.ts'
import { processFacts } from '../../server/appliance/process-facts.ts'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { dataDirAt } from '../../server/core/data-dir.ts'
import { askListener } from '../support/http-client.ts'
import { runToEnd, serve, statusOf } from '../support/serve-process.ts'
import { pidOf } from '../support/test-appliance.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

/** The last line of the greeting: when it is there, all of it is. */
const RUNS = 'Ctrl-C stops'
const asRoot = { skip: process.getuid?.() !== 0 && 'needs root to become another user' }
const NOBODY = 65_534

/** Arguments that set the home up. */
function setUp(dataDir: string): string[] {
  const passwordFile = `${dataDir}.password`
  writeFileSync(passwordFile, 'a long enough password\n', { mode: 0o600 })
  return ['--domain', 'home.example', '--handle', 'ana', '--password-file', passwordFile]
}

function portOf(output: string, label: string): number {
  return Number(new RegExp(`${label}:\\s+http://127\\.0\\.0\\.1:(\\d+)`).exec(output)?.[1])
}

async function nodeInfo(port: number): Promise<number> {
  return (await askListener(port, 'home.example', '/.well-known/nodeinfo')).status
}

test('one command makes a home that answers, tells how it does, and stops without a trace', async (t) => {
  const dataDir = testDataDir(t, 'home')
  const home = serve(t, dataDir, setUp(dataDir))
  await home.untilSaid(RUNS)
  // Server and worker start side by side, both after the database.
  assert.match(home.said(), /database +Running[\s\S]*server-0 +Running/)
  assert.match(home.said(), /database +Running[\s\S]*worker-0 +Running/)
  assert.match(home.said(), /http:\/\/127\.0\.0\.1:\d+\/start#key=[\w-]{43}/)
  assert.ok(home.said().trim().split('\n').length <= 24, 'it fits on a screen')
  assert.equal(await nodeInfo(portOf(home.said(), 'For the public')), 200)

  const status = await statusOf(t, dataDir)
  assert.equal(status.state, 'Running')
  const pids = ['database', 'server-0', 'worker-0'].map((part) => pidOf(status, part))

  home.child.kill('SIGINT')
  const { code, stdout } = await home.finished
  assert.equal(code, ExitCode.ok)
  assert.match(stdout, /Stopping the home[\s\S]*worker-0 +Stopped[\s\S]*database +Stopped/)
  assert.deepEqual(pids.map(processFacts), [null, null, null])
  assert.equal((await runToEnd(t, ['status', '--data-dir', dataDir])).code, ExitCode.failure)
})

test('a second Ctrl-C is explained and changes nothing', async (t) => {
  const dataDir = testDataDir(t, 'home')
  const home = serve(t, dataDir)
  await home.untilSaid(RUNS)
  // A stopped process cannot hear the order to stop, so that stopping takes long enough to be asked for twice.
  const worker = pidOf(await statusOf(t, dataDir), 'worker-0')
  process.kill(worker, 'SIGSTOP')
  home.child.kill('SIGINT')
  await home.untilSaid('Stopping the home')
  await until('the second Ctrl-C to be explained', () => {
    home.child.kill('SIGINT')
    return /Still stopping[\s\S]*nothing is lost/.test(home.said())
  })
  assert.equal((await home.finished).code, ExitCode.ok)
  assert.equal(processFacts(worker), null)
})

test('when nobody reads any longer what it says, it stops in order', async (t) => {
  const dataDir = testDataDir(t, 'home')
  const home = serve(t, dataDir, setUp(dataDir))
  await home.untilSaid(RUNS)
  const status = await statusOf(t, dataDir)
  home.child.stdout?.destroy()
  home.child.stderr?.destroy()
  // It has something to say.
  process.kill(pidOf(status, 'worker-0'), 'SIGKILL')
  assert.equal((await home.finished).code, ExitCode.ok)
  assert.deepEqual(
    ['database', 'server-0', 'worker-0'].map((part) => processFacts(pidOf(status, part))),
    [null, null, null],
  )
})

test('server, worker and database that are killed come back, and every request after that is answered', async (t) => {
  const dataDir = testDataDir(t, 'home')
  const home = serve(t, dataDir, setUp(dataDir))
  await home.untilSaid(RUNS)
  const port = portOf(home.said(), 'For the public')
  for (const part of ['server-0', 'worker-0', 'database']) {
    const before = pidOf(await statusOf(t, dataDir), part)
    process.kill(before, 'SIGKILL')
    await until(`${part} to come back`, async () => {
      const status = await statusOf(t, dataDir)
      return status.state === 'Running' && pidOf(status, part) !== before
    })
    await until('an answer', async () => (await nodeInfo(port)) === 200)
  }
})

test('after the supervisor was killed its children end, and the next start takes the home over', async (t) => {
  const dataDir = testDataDir(t, 'home')
  const first = serve(t, dataDir, setUp(dataDir))
  await first.untilSaid(RUNS)
  const status = await statusOf(t, dataDir)
  const fixed = { HOMEBIRD_PORT: String(portOf(first.said(), 'For the public')) }
  first.child.kill('SIGKILL')
  await first.finished

  // At once, on the same port: what is left of the first run is waited for, not reported.
  const second = serve(t, dataDir, [], { env: fixed })
  await second.untilSaid(RUNS)
  assert.equal(await nodeInfo(Number(fixed.HOMEBIRD_PORT)), 200)
  assert.match(second.said(), /database of an earlier run/)
  for (const part of ['database', 'server-0', 'worker-0'])
    assert.equal(processFacts(pidOf(status, part)), null, part)
})

test('a home of a user without rights works, and nobody else can read it', asRoot, async (t) => {
  const dataDir = testDataDir(t, 'home')
  mkdirSync(dataDir)
  chownSync(dataDir, NOBODY, NOBODY)
  const home = serve(t, dataDir, [], { uid: NOBODY })
  await home.untilSaid(RUNS)
  assert.doesNotMatch(home.said(), /started by root/)
  const open = readdirSync(dataDir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.parentPath.includes('/postgres/'))
    .filter((entry) => (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0)
  assert.deepEqual(
    open.map((entry) => entry.name),
    [],
  )
  assert.equal(statSync(dataDir).mode & 0o777, 0o700)
  home.child.kill('SIGTERM')
  assert.equal((await home.finished).code, ExitCode.ok)
})

test('a folder with spaces and letters beyond ASCII, deep down, is as good as any', async (t) => {
  const dataDir = testDataDir(t, `Für “Ana” 家/${'sehr-langer-ordner/'.repeat(6)}heim`)
  const home = serve(t, dataDir)
  await home.untilSaid(RUNS)
  assert.equal((await statusOf(t, dataDir))?.state, 'Running')
})

test('only a worker, or only a server, runs beside another home on one external database', async (t) => {
  const lender = testDataDir(t, 'home')
  const home = serve(t, lender, setUp(lender))
  await home.untilSaid(RUNS)
  const password = readFileSync(join(lender, 'secrets', 'postgres-home'), 'utf8').trim()
  const host = join(readLockHolder(dataDirAt(lender))?.controlSocket ?? '', '..', 'db')
  const url = `postgresql://homebird:${password}@/homebird?host=${host}`
  const helper = testDataDir(t, 'home')
  const worker = serve(t, helper, ['--role', 'worker'], {
    env: { HOMEBIRD_DATABASE_URL: url, HOMEBIRD_DB_POOL: '3', HOMEBIRD_DB_RESERVE: '0' },
  })
  await worker.untilSaid(RUNS)
  const status = await statusOf(t, helper)
  assert.deepEqual(
    status.parts.map((part) => part.name),
    ['worker-0'],
  )
  assert.equal(status.publicAddress, null)
  assert.equal(existsSync(join(helper, 'postgres', '18')), false)
})

test('two servers share the public port, and one answers while the other is down', async (t) => {
  const dataDir = testDataDir(t, 'home')
  const home = serve(t, dataDir, setUp(dataDir), { env: { HOMEBIRD_SERVER_PROCESSES: '2' } })
  await home.untilSaid(RUNS)
  const port = portOf(home.said(), 'For the public')
  const before = await statusOf(t, dataDir)
  process.kill(pidOf(before, 'server-1'), 'SIGKILL')
  await until('an answer of the other', async () => (await nodeInfo(port)) === 200)
  await until('both to be there', async () => (await statusOf(t, dataDir)).state === 'Running')
  assert.equal(pidOf(await statusOf(t, dataDir), 'server-0'), pidOf(before, 'server-0'))
})

test('Ctrl-C in the midst of the first start stops it in order, and the next start goes on from there', async (t) => {
  const dataDir = testDataDir(t, 'home')
  const first = serve(t, dataDir)
  await until('the cluster to be in the making', () => existsSync(join(dataDir, 'postgres')))
  first.child.kill('SIGINT')
  assert.equal((await first.finished).code, ExitCode.ok)
  assert.equal(existsSync(join(dataDir, 'homebird.pid')), false)
  const second = serve(t, dataDir)
  await second.untilSaid(RUNS)
  assert.equal((await statusOf(t, dataDir)).state, 'Running')
})
