/** `homebird serve` from outside: starting, telling, stopping. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processFacts } from '../../server/core/process-facts.ts'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { RUNS, nodeInfo, portOf, runToEnd, serve, setUp, statusOf } from '../support/serve-process.ts'
import { pidOf } from '../support/test-appliance.ts'
import { testDataDir } from '../support/test-ground.ts'

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
