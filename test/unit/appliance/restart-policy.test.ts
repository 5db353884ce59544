/** When a part that ended is started again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ExitCode } from '../../../server/contracts/exit-code.ts'
import { RestartHistory, decideRestart } from '../../../server/appliance/restart-policy.ts'

test('the first end is followed by a start after 0.2 s, and each further end in the minute doubles the wait', () => {
  const history = new RestartHistory()
  const waits = [0, 1_000, 2_000, 3_000].map((now) => history.ended(ExitCode.failure, now))
  assert.deepEqual(
    waits.map((decision) => (decision.kind === 'restart' ? decision.afterMs : null)),
    [200, 400, 800, 1_600],
  )
})

test('the fifth end within a minute is degraded and tried once a minute, for as long as it fails', () => {
  const history = new RestartHistory()
  for (const now of [0, 300, 700, 1_500]) history.ended(null, now)
  const degraded = { kind: 'restart', afterMs: 60_000, isDegraded: true }
  assert.deepEqual(history.ended(null, 3_100), degraded)
  assert.deepEqual(history.ended(null, 63_200), degraded)
  assert.deepEqual(history.ended(null, 123_300), degraded)
})

test('a degraded part that then ran well for longer than a minute begins anew', () => {
  const history = new RestartHistory()
  for (const now of [0, 1, 2, 3, 4]) history.ended(null, now)
  assert.deepEqual(history.ended(null, 60_004 + 3_600_000), {
    kind: 'restart',
    afterMs: 200,
    isDegraded: false,
  })
})

test('ends that lie more than a minute back do not count', () => {
  assert.deepEqual(decideRestart(null, [0, 10, 20, 30, 60_031]), {
    kind: 'restart',
    afterMs: 200,
    isDegraded: false,
  })
})

test('an exit code that a restart cannot help ends it, whatever happened before', () => {
  for (const code of [ExitCode.schemaNewer, ExitCode.portTaken, ExitCode.usage, ExitCode.connectionBudget]) {
    assert.deepEqual(new RestartHistory().ended(code, 0), { kind: 'final' })
  }
})

test('an orderly end, a lost channel and a stuck loop are started again', () => {
  for (const code of [ExitCode.ok, ExitCode.failure, ExitCode.channelLost, ExitCode.stuck, 139]) {
    assert.equal(new RestartHistory().ended(code, 0).kind, 'restart')
  }
})
