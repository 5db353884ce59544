/** The supervisor over real processes: order, restarts, refusals, and what is left behind. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { ApplianceEvent } from '../../../server/appliance/index.ts'
import { openApplianceStore } from '../../../server/appliance/appliance-store.ts'
import { dataDirAt } from '../../../server/core/data-dir.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { openTestAppliance, pidOf, untilWell } from '../../support/test-appliance.ts'

function firstStates(events: readonly ApplianceEvent[], wanted: string): string[] {
  return events.flatMap((event) =>
    event.kind === 'part' && event.part.state === wanted ? [event.part.name] : [],
  )
}

async function takenPort(t: TestContext): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test('parts start in the order database, server, worker, and a stopped home leaves no socket, lock or process', async (t) => {
  const { start, events, dataDir } = openTestAppliance(t)
  const appliance = await start()
  assert.deepEqual(firstStates(events, 'Starting'), ['database', 'server-0', 'worker-0'])
  assert.equal(firstStates(events, 'Running')[0], 'database')
  const status = await appliance.status()
  assert.equal(status.state, 'Running')
  assert.ok(status.parts.every((part) => (part.memoryBytes ?? 0) > 1_000_000))
  await appliance.stop()
  const stopped = firstStates(events, 'Stopped')
  assert.equal(stopped.at(-1), 'database')
  assert.equal(await appliance.ended, null)
  for (const part of status.parts) assert.throws(() => process.kill(part.pid ?? 0, 0), /ESRCH/, part.name)
  assert.equal(existsSync(join(dataDir, 'homebird.pid')), false)
})

test('the server learns the hash of the one-time key, and never the key', async (t) => {
  const appliance = await openTestAppliance(t).start()
  const { details } = await appliance.status()
  assert.deepEqual(details['server-0'], {
    connections: 12,
    oneTimeKeyHash: createHash('sha256').update(appliance.oneTimeKey.key).digest('hex'),
  })
})

test('a killed server comes back on the port that it had', async (t) => {
  const appliance = await openTestAppliance(t).start()
  const address = appliance.publicAddress ?? ''
  const before = pidOf(await appliance.status(), 'server-0')
  assert.equal(await (await fetch(address)).text(), String(before))
  process.kill(before, 'SIGKILL')
  const status = await untilWell(appliance, ({ parts }) => parts.some((part) => part.restarts === 1))
  assert.equal(appliance.publicAddress, address)
  assert.equal(await (await fetch(address)).text(), String(pidOf(status, 'server-0')))
})

test('a killed worker and a killed database come back, and the others stay', async (t) => {
  const appliance = await openTestAppliance(t).start()
  const before = await appliance.status()
  process.kill(pidOf(before, 'worker-0'), 'SIGKILL')
  process.kill(pidOf(before, 'database'), 'SIGKILL')
  const after = await untilWell(
    appliance,
    ({ parts }) => parts.filter((part) => part.restarts === 1).length === 2,
  )
  assert.equal(pidOf(after, 'server-0'), pidOf(before, 'server-0'))
  assert.notEqual(pidOf(after, 'worker-0'), pidOf(before, 'worker-0'))
  assert.notEqual(pidOf(after, 'database'), pidOf(before, 'database'))
})

test('a start tells its steps in order, and a part is restarted by hand', async (t) => {
  const { start, events } = openTestAppliance(t)
  const appliance = await start()
  assert.deepEqual(
    events.flatMap((event) => (event.kind === 'step' ? [event.step] : [])),
    ['check', 'database', 'schema', 'parts'],
  )
  assert.equal(appliance.busyWith(), null)
  const before = await appliance.status()
  await appliance.restartPart('worker-0')
  const after = await untilWell(appliance, ({ parts }) => parts.some((part) => part.restarts === 1))
  assert.notEqual(pidOf(after, 'worker-0'), pidOf(before, 'worker-0'))
  assert.equal(pidOf(after, 'server-0'), pidOf(before, 'server-0'))
  await assert.rejects(appliance.restartPart('mail'), /"mail" is no part of this home.*database, server-0/)
})

test('what happened stands in the journal, and lines of children in the log, bare ones wrapped', async (t) => {
  const { start, dataDir } = openTestAppliance(t)
  const appliance = await start()
  process.kill(pidOf(await appliance.status(), 'worker-0'), 'SIGKILL')
  await untilWell(appliance, ({ parts }) => parts.some((part) => part.restarts === 1))
  await appliance.stop()
  const store = openApplianceStore(dataDirAt(dataDir), 'read')
  const journal = store.journalTail(50).map((line) => `${line.level} ${line.part}: ${line.message}`)
  store.close()
  assert.ok(
    journal.some((line) => /warn worker-0: worker-0 was ended by SIGKILL, next start in 200 ms/.test(line)),
    journal.join('\n'),
  )
  const log = readFileSync(join(dataDir, 'logs', 'homebird.log'), 'utf8')
    .trim()
    .split('\n')
  const lines = log.map((line) => JSON.parse(line) as Record<string, unknown>)
  assert.ok(lines.some((line) => line['event'] === 'part.ready' && line['role'] === 'server'))
  assert.ok(lines.some((line) => line['event'] === 'process.output' && line['message'] === 'a bare line'))
})

test('a taken port is told before anything is written', async (t) => {
  const { start, dataDir } = openTestAppliance(t, 'home')
  const port = await takenPort(t)
  await assert.rejects(
    start({ HOMEBIRD_PORT: String(port) }),
    (error) =>
      isHomebirdError(error, 'PORT_TAKEN') &&
      error.message.includes(`127.0.0.1:${port} is taken`) &&
      error.message.includes('HOMEBIRD_PORT'),
  )
  assert.equal(existsSync(dataDir), false)
})

test('one port for both listeners is told before anything is written', async (t) => {
  const { start, dataDir } = openTestAppliance(t, 'home')
  await assert.rejects(
    start({ HOMEBIRD_PORT: '4999', HOMEBIRD_PRIVATE_LISTEN: '127.0.0.1:4999' }),
    /HOMEBIRD_PORT and HOMEBIRD_PRIVATE_LISTEN both name 127\.0\.0\.1:4999/,
  )
  assert.equal(existsSync(dataDir), false)
})

test('an impossible budget is told with its numbers before anything is written', async (t) => {
  const { start, dataDir } = openTestAppliance(t, 'home')
  await assert.rejects(start({ HOMEBIRD_DB_RESERVE: '1000' }), (error) =>
    isHomebirdError(error, 'CONNECTION_BUDGET'),
  )
  assert.equal(existsSync(dataDir), false)
})

test('a second appliance on the folder is refused, and the first goes on', async (t) => {
  const { start } = openTestAppliance(t)
  const first = await start()
  // The lock is per process, so the second one is a process of its own in the tests of the command line; here the
  // same process meets its own lock, which SQLite keeps apart by connection.
  await assert.rejects(
    start(),
    (error) => isHomebirdError(error, 'DATA_DIR_LOCKED') && error.message.includes(`${process.pid}`),
  )
  assert.equal((await first.status()).state, 'Running')
})
