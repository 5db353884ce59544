/** `homebird serve` from outside: starting, telling, being killed, coming back, stopping. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processFacts } from '../../server/core/process-facts.ts'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { RUNS, nodeInfo, portOf, runToEnd, serve, setUp, statusOf } from '../support/serve-process.ts'
import { pidOf } from '../support/test-appliance.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

test('one command makes a home that answers, tells how it does, and stops without a trace', async (t) => {
  const dataDir = testDataDir(t, 'home')
  const home = serve(t, dataDir, setUp(dataDir))
  await home.untilSaid(RUNS)
  // Server and worker start side by side, both after the database; on a busy machine slowly.
  assert.match(home.said(), /database +Running[\s\S]*server-0 +(?:Running|Slow)/)
  assert.match(home.said(), /database +Running[\s\S]*worker-0 +(?:Running|Slow)/)
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
