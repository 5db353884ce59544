/** Somebody knows better than the clock: the machine has slept, it is on another network, a person asks. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keepTunnel as keep } from '../../support/kept-tunnel.ts'

test('what was found missing is looked for again after any nudge, and then it goes on by itself', async () => {
  for (const why of ['resume', 'network', 'doctor'] as const) {
    const { provider, clock, keeper } = keep()
    provider.findings = [{ weight: 'stop', code: 'NO_PROGRAM', message: 'frpc is not there' }]
    keeper.start()
    await clock.advance(600_000)
    assert.equal(keeper.status().state, 'blocked')
    provider.findings = []
    keeper.nudge(why)
    await clock.settle()
    assert.deepEqual([keeper.status().state, keeper.status().reason], ['connecting', null])
    await keeper.stop()
  }
})

test('what the other end has refused waits for a person, who may know better', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'lost', reason: 'the host key changed', isFinal: true })
  await clock.settle()
  keeper.nudge('resume')
  keeper.nudge('network')
  await clock.advance(600_000)
  assert.deepEqual([keeper.status().state, provider.runs.length], ['blocked', 1])
  keeper.nudge('doctor')
  await clock.settle()
  assert.deepEqual([keeper.status().state, provider.runs.length], ['connecting', 2])
  await keeper.stop()
  assert.equal(keeper.status().state, 'off')
})

test('a nudge has it proven now, whatever others have proved', async () => {
  let asked = 0
  const { provider, clock, keeper } = keep(async () => {
    asked += 1
    return 20
  })
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  keeper.peerProved()
  await clock.advance(30_000)
  keeper.nudge('doctor')
  await clock.advance(0)
  assert.equal(asked, 2)
  assert.equal(keeper.status().proof?.source, 'loop')
  await keeper.stop()
})

test('a nudge in the midst of a proof has it proven once more after that', async () => {
  const answers: ((ms: number) => void)[] = []
  const { provider, clock, keeper } = keep(
    async () =>
      new Promise<number>((resolve) => {
        answers.push(resolve)
      }),
  )
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  keeper.nudge('network')
  answers[0]?.(20)
  await clock.advance(0)
  assert.equal(answers.length, 2)
  answers[1]?.(20)
  await clock.advance(0)
  assert.equal(answers.length, 2)
  await keeper.stop()
})

test('on another network an attempt that began on the former one begins anew at once, and back-off too', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await clock.settle()
    provider.tell({ type: 'lost', reason: 'network is unreachable' })
    await clock.settle()
    await clock.advance(60_000)
  }
  assert.equal(keeper.status().state, 'connecting')
  const runs = provider.runs.length
  await clock.advance(5_000)
  keeper.nudge('network')
  await clock.advance(0)
  assert.deepEqual([keeper.status().state, provider.runs.length], ['connecting', runs + 1])
  assert.equal(provider.closed, runs)
  // One that has only begun is left alone.
  keeper.nudge('network')
  await clock.advance(0)
  assert.equal(provider.runs.length, runs + 1)
  provider.tell({ type: 'lost', reason: 'no route' })
  await clock.settle()
  assert.ok(Date.parse(keeper.status().nextTryAt ?? '') - clock.now().getTime() <= 1_000)
  await keeper.stop()
})

test('whoever stops it may say what people read meanwhile, and a nudge wakes nothing that is off', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  await clock.settle()
  await keeper.stop('it was closed as before a sleep')
  assert.deepEqual(
    [keeper.status().state, keeper.status().reason],
    ['off', 'it was closed as before a sleep'],
  )
  keeper.nudge('doctor')
  await clock.advance(60_000)
  assert.equal(provider.runs.length, 1)
})
