import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommandProvider } from '../../../server/tunnels/command/command-provider.ts'
import { PROGRAM_CONNECT_LIMIT_MS } from '../../../server/tunnels/program.ts'
import { TailscaleProvider } from '../../../server/tunnels/tailscale/tailscale-provider.ts'
import { keepTunnel as keep } from '../../support/kept-tunnel.ts'

test('a way in is prepared, connected and proven', async () => {
  const { provider, clock, states, keeper } = keep()
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'connected', to: 'fra1' })
  await clock.advance(0)
  assert.deepEqual(states, ['preparing', 'connecting', 'connected', 'verified'])
  const { proof, notice } = keeper.status()
  assert.deepEqual([proof?.source, proof?.ms, notice], ['loop', 40, 'fra1'])
  await keeper.stop()
  assert.equal(states.at(-1), 'off')
  assert.equal(provider.closed, 1)
})

test('what can only be mended by a person blocks, before or during an attempt', async () => {
  const first = keep()
  first.provider.findings = [{ weight: 'stop', code: 'NO_PROGRAM', message: 'frpc is not there' }]
  first.keeper.start()
  await first.clock.settle()
  assert.deepEqual(
    [first.keeper.status().state, first.keeper.status().reason],
    ['blocked', 'frpc is not there'],
  )
  assert.equal(first.provider.runs.length, 0)
  const second = keep()
  second.keeper.start()
  await second.clock.settle()
  second.provider.tell({ type: 'lost', reason: 'the host key changed', isFinal: true })
  await second.clock.settle()
  assert.equal(second.keeper.status().state, 'blocked')
  await second.clock.advance(600_000)
  assert.equal(second.provider.runs.length, 1)
})

test('losses are waited out twice as long each time, up to a minute', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  const waits: number[] = []
  for (let attempt = 0; attempt < 9; attempt += 1) {
    await clock.settle()
    provider.tell({ type: 'lost', reason: 'refused' })
    await clock.settle()
    const { state, nextTryAt } = keeper.status()
    assert.equal(state, 'waiting')
    const ms = Date.parse(nextTryAt ?? '') - clock.now().getTime()
    waits.push(ms)
    await clock.advance(ms)
  }
  assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000])
  await keeper.stop()
})

test('a minute of being up makes the next loss a new matter', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await clock.settle()
    provider.tell({ type: 'lost', reason: 'refused' })
    await clock.settle()
    await clock.advance(60_000)
  }
  provider.tell({ type: 'connected' })
  await clock.advance(61_000)
  provider.tell({ type: 'lost', reason: 'reset' })
  await clock.settle()
  assert.equal(Date.parse(keeper.status().nextTryAt ?? '') - clock.now().getTime(), 500)
  await keeper.stop()
})

test('an attempt that takes ten seconds is given up and closed', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  await clock.settle()
  await clock.advance(9_999)
  assert.equal(keeper.status().state, 'connecting')
  await clock.advance(1)
  assert.equal(keeper.status().state, 'waiting')
  assert.match(keeper.status().reason ?? '', /within 10 s/)
  assert.equal(provider.closed, 1)
  await keeper.stop()
})

test('a program that tries several ways by itself has the time that it needs', async () => {
  const environment = {}
  for (const { connectLimitMs } of [
    new TailscaleProvider(null, environment),
    new CommandProvider({ argv: [], readyPattern: null, secrets: {} }, environment),
  ])
    assert.equal(connectLimitMs, PROGRAM_CONNECT_LIMIT_MS)
  const { provider, clock, keeper } = keep()
  provider.connectLimitMs = PROGRAM_CONNECT_LIMIT_MS
  keeper.start()
  await clock.settle()
  await clock.advance(PROGRAM_CONNECT_LIMIT_MS - 1)
  assert.equal(keeper.status().state, 'connecting')
  await clock.advance(1)
  assert.match(keeper.status().reason ?? '', /within 45 s/)
  assert.equal(provider.closed, 1)
  await keeper.stop()
})

test('a nudge ends the waiting at once, and has a transport that is up looked at', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'lost', reason: 'network is unreachable' })
  await clock.settle()
  keeper.nudge('network')
  await clock.settle()
  assert.equal(provider.runs.length, 2)
  provider.tell({ type: 'connected' })
  await clock.settle()
  keeper.nudge('resume')
  assert.deepEqual(provider.nudges, ['resume'])
  await keeper.stop()
})

test('three failures in a row are told, and the transport is set up anew once an hour', async () => {
  const { provider, clock, states, keeper, doubts } = keep(async () => {
    throw new Error('502 from the edge')
  })
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  assert.equal(keeper.status().state, 'connected')
  await clock.advance(5_000)
  await clock.advance(15_000)
  await clock.settle()
  assert.ok(states.includes('degraded'))
  assert.equal(doubts(), 1)
  assert.match(keeper.status().reason ?? '', /502/)
  assert.equal(keeper.status().state, 'waiting')
  await clock.advance(500)
  assert.equal(provider.runs.length, 2)
  provider.tell({ type: 'connected' })
  for (let minute = 0; minute < 30; minute += 1) await clock.advance(60_000)
  assert.equal(keeper.status().state, 'degraded')
  assert.equal(provider.runs.length, 2)
  await keeper.stop()
})

test('while others prove it, nothing is asked', async () => {
  let asked = 0
  const { provider, clock, keeper } = keep(async () => {
    asked += 1
    return 20
  })
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  assert.equal(asked, 1)
  for (let minute = 0; minute < 10; minute += 1) {
    keeper.peerProved()
    await clock.advance(60_000)
  }
  assert.equal(asked, 1)
  assert.equal(keeper.status().proof?.source, 'peer')
  await clock.advance(240_000)
  await clock.advance(60_000)
  assert.ok(asked >= 2)
  await keeper.stop()
})

test('a transport that came up anew is proven anew, whatever others proved of the one before', async () => {
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
  provider.tell({ type: 'lost', reason: 'reset' })
  await clock.advance(500)
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  assert.equal(asked, 2)
  assert.equal(keeper.status().state, 'verified')
  await keeper.stop()
})

test('a loss and a stop wait for no proof that is still asked for, and it proves nothing any more', async () => {
  const answers: ((ms: number) => void)[] = []
  const { provider, clock, states, keeper } = keep(
    async () =>
      new Promise<number>((resolve) => {
        answers.push(resolve)
      }),
  )
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  assert.equal(answers.length, 1)
  provider.tell({ type: 'lost', reason: 'reset' })
  await clock.settle()
  assert.equal(keeper.status().state, 'waiting')
  answers[0]?.(20)
  await clock.advance(500)
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  assert.equal(answers.length, 2)
  await keeper.stop()
  assert.ok(!states.includes('verified'))
})

test('a stop waits for nothing that is still looked at beforehand', async () => {
  const { provider, clock, keeper } = keep()
  provider.prepare = async () => new Promise(() => undefined)
  keeper.start()
  await clock.settle()
  assert.equal(keeper.status().state, 'preparing')
  await keeper.stop()
  assert.deepEqual([keeper.status().state, provider.runs.length], ['off', 0])
})

test('a stop in the midst of anything closes the transport and starts nothing', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'lost', reason: 'x' })
  await clock.settle()
  await keeper.stop()
  await clock.advance(600_000)
  assert.equal(provider.runs.length, 1)
  keeper.start()
  await clock.settle()
  assert.equal(provider.runs.length, 2)
  await keeper.stop()
})

test('what a doctor found broken stays so whatever else proves the way, until a doctor finds it mended', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  assert.equal(keeper.status().state, 'verified')
  keeper.judged(false, 'the doctor found BODY_REWRITTEN', clock.now())
  keeper.peerProved()
  await clock.advance(120_000)
  const { state, reason } = keeper.status()
  assert.deepEqual([state, reason], ['degraded', 'the doctor found BODY_REWRITTEN'])
  keeper.judged(true, null, clock.now())
  assert.equal(keeper.status().state, 'verified')
  await keeper.stop()
})

test('what a doctor saw of an earlier transport says nothing of this one', async () => {
  const { provider, clock, keeper } = keep()
  keeper.start()
  await clock.settle()
  const beganAt = clock.now()
  await clock.advance(1_000)
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  keeper.judged(false, 'the doctor found TUNNEL_DOWN', beganAt)
  assert.equal(keeper.status().state, 'verified')
  await keeper.stop()
})

test('another server that gets through disproves that nobody does, and nothing else of what was found', async () => {
  const { provider, clock, keeper } = keep(async () => Promise.reject(new Error('no answer')))
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'connected' })
  await clock.advance(0)
  const beganAt = clock.now()
  keeper.judged(false, 'the doctor found PORT_CLOSED', beganAt, true)
  assert.equal(keeper.status().state, 'degraded')
  await clock.advance(1_000)
  keeper.peerProved()
  assert.deepEqual([keeper.status().state, keeper.status().proof?.source], ['verified', 'peer'])
  keeper.judged(false, 'the doctor found PORT_CLOSED', beganAt, true)
  assert.equal(keeper.status().state, 'verified', 'a run that began before says nothing against it')
  await clock.advance(1_000)
  keeper.judged(false, 'the doctor found PORT_CLOSED', clock.now(), true)
  keeper.judged(false, 'the doctor found BODY_REWRITTEN', clock.now())
  keeper.peerProved()
  assert.equal(keeper.status().state, 'degraded')
  await keeper.stop()
})

test('a home that never gets through to itself while others do is proven by them alone, and is in doubt no more', async () => {
  const { provider, clock, states, keeper, doubts } = keep(async () => Promise.reject(new Error('no answer')))
  keeper.start()
  await clock.settle()
  provider.tell({ type: 'connected' })
  await clock.advance(1)
  keeper.peerProved()
  assert.equal(keeper.status().state, 'verified')
  const runs = provider.runs.length
  for (let rounds = 0; rounds < 30; rounds += 1) await clock.advance(60_000)
  assert.deepEqual([keeper.status().state, keeper.status().reason], ['connected', 'Error: no answer'])
  assert.deepEqual([doubts(), provider.runs.length, states.includes('degraded')], [0, runs, false])
  keeper.peerProved()
  assert.equal(keeper.status().state, 'verified')
  await keeper.stop()
})
