/** The ends of `homebird serve` that are not the usual one: an impatient hand, and a reader that is gone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processFacts } from '../../server/core/process-facts.ts'
import { ExitCode } from '../../server/contracts/exit-code.ts'
import { RUNS, serve, setUp, statusOf } from '../support/serve-process.ts'
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
