/** `homebird serve` in places and shapes that fewer homes have: other users, odd folders, parts of a home, a broken start. */
import assert from 'node:assert/strict'
import { chownSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readLockHolder } from '../../server/appliance/data-dir-lock.ts'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { dataDirAt } from '../../server/core/data-dir.ts'
import { RUNS, nodeInfo, portOf, serve, setUp, statusOf } from '../support/serve-process.ts'
import { pidOf } from '../support/test-appliance.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

const asRoot = { skip: process.getuid?.() !== 0 && 'needs root to become another user' }
const NOBODY = 65_534

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
