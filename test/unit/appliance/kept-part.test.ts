/** A part of the home is kept running, and stops when it is told to. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { KeptPart, type Life } from '../../../server/appliance/kept-part.ts'
import { ExitCode } from '../../../server/contracts/exit-code.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { HomebirdError } from '../../../server/core/errors.ts'

/** A life that ends when the test says so. */
function openLife(ready: Promise<unknown> = Promise.resolve()) {
  const { promise: ended, resolve: end } = Promise.withResolvers<{ verdict: number | null; how: string }>()
  const life: Life = {
    pid: 1,
    ready,
    ended,
    isSlow: () => false,
    memoryBytes: () => 1,
    stop: () => {
      end({ verdict: ExitCode.ok, how: 'was stopped' })
      return ended
    },
  }
  return { life, end }
}

function openPart(t: TestContext, lives: readonly (() => Life)[]) {
  const notices: string[] = []
  const gaveUp = Promise.withResolvers<HomebirdError>()
  const patience: { ms: number | null } = { ms: null }
  let opened = 0
  const part = new KeptPart(
    'worker-0',
    () => {
      const open = lives[opened]
      opened += 1
      if (open === undefined) throw new Error('no further life was expected')
      return Promise.resolve(open())
    },
    {
      changed: () => undefined,
      patienceMs: () => patience.ms,
      notice: (_level, message) => notices.push(message),
      gaveUp: gaveUp.resolve,
    },
    systemClock,
  )
  t.after(() => part.stop())
  return { part, notices, patience, gaveUp: gaveUp.promise, opened: () => opened }
}

test('a part that ends is started again and counts it', async (t) => {
  const [first, second] = [openLife(), openLife()]
  const { part, notices } = openPart(t, [() => first.life, () => second.life])
  await part.start()
  assert.equal(part.status().state, 'Running')
  first.end({ verdict: 1, how: 'ended with code 1' })
  await first.life.ended
  assert.equal(part.status().state, 'Retrying')
  await part.whenRunning()
  assert.deepEqual([part.life, part.status().restarts], [second.life, 1])
  assert.match(notices[0] ?? '', /worker-0 ended with code 1, next start in 200 ms/)
})

test('a failure of the first start is the caller’s and is not tried again', async (t) => {
  const failed = new HomebirdError('PORT_TAKEN', 'taken')
  const { part, opened } = openPart(t, [() => openLife(Promise.reject(failed)).life])
  await assert.rejects(part.start(), failed)
  assert.deepEqual([part.status().state, opened()], ['Stopped', 1])
})

test('an end that no restart can mend is handed on with its exit code', async (t) => {
  const first = openLife()
  const { part, gaveUp, opened } = openPart(t, [() => first.life])
  await part.start()
  first.end({ verdict: ExitCode.schemaNewer, how: 'ended with code 12' })
  const error = await gaveUp
  assert.equal(error.details['exitCode'], ExitCode.schemaNewer)
  assert.deepEqual([part.status().state, opened()], ['Stopped', 1])
})

test('a part that is told to stop while it waits for its next start stays stopped', async (t) => {
  const first = openLife()
  const { part, opened } = openPart(t, [() => first.life])
  await part.start()
  first.end({ verdict: null, how: 'was ended by SIGKILL' })
  await first.life.ended
  await part.stop()
  assert.deepEqual([part.status().state, opened()], ['Stopped', 1])
  await part.whenRunning() // whoever waits is let go
})

test('a part that is restarted by hand does not wait for its next start, and ends the life that runs', async (t) => {
  const [first, second, third] = [openLife(), openLife(), openLife()]
  const { part, opened } = openPart(t, [() => first.life, () => second.life, () => third.life])
  await part.start()
  first.end({ verdict: 1, how: 'ended with code 1' })
  await first.life.ended
  assert.equal(part.status().state, 'Retrying')
  await part.restart()
  assert.deepEqual([part.life, part.status().state], [second.life, 'Running'])
  await part.restart()
  await second.life.ended
  assert.deepEqual([part.life, part.status().restarts, opened()], [third.life, 2, 3])
})

test('a part that stops is not restarted by hand', async (t) => {
  const { part } = openPart(t, [() => openLife().life])
  await part.start()
  await part.stop()
  await assert.rejects(part.restart(), /worker-0 is being stopped/)
})

test('a part that something outside keeps down waits as long as it is told, and starts at once when that is over', async (t) => {
  const [first, second, third] = [openLife(), openLife(), openLife()]
  const { part, notices, patience } = openPart(t, [() => first.life, () => second.life, () => third.life])
  await part.start()
  patience.ms = 30_000
  first.end({ verdict: null, how: 'ended with code 1' })
  await first.life.ended
  assert.match(notices[0] ?? '', /next start in 30 s/)
  part.hurry()
  await part.whenRunning()
  assert.equal(part.life, second.life)
  part.hurry()
  assert.equal(part.life, second.life, 'what runs is let be')
  patience.ms = null
  second.end({ verdict: null, how: 'ended with code 1' })
  await second.life.ended
  assert.match(notices.at(-1) ?? '', /next start in 200 ms/)
  await part.whenRunning()
})
