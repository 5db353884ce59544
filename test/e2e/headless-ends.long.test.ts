/** The ends of `homebird serve` that are not the usual one: killed parts, an impatient hand, a reader that is gone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processFacts } from '../../server/core/process-facts.ts'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { RUNS, nodeInfo, portOf, serve, setUp, statusOf } from '../support/serve-process.ts'
import { pidOf } from '../support/test-appliance.ts'
import { testDataDir } from '../support/test-ground.ts'
import { until } from '../support/until.ts'

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
