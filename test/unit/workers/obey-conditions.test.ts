/** How much a worker does at once, by the owner's switch and by what the machine goes through. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { USUAL_CONDITIONS } from '../../../server/contracts/child-message.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { createLogger } from '../../../server/core/log.ts'
import type { Database } from '../../../server/db/pool.ts'
import { fanOutGraph } from '../../../server/domain/fan-outs/fan-out-graph.ts'
import { NOTHING_SWITCHED } from '../../../server/domain/owner/switches.ts'
import { postGraph } from '../../../server/domain/posts/post-graph.ts'
import type { RunnerLimits } from '../../../server/stator/runner-types.ts'
import { obeySwitches } from '../../../server/workers/obey-switches.ts'
import { until } from '../../support/until.ts'

test('battery halves, a metered line halves again, and the owner’s own share counts besides', () => {
  const set: Partial<RunnerLimits>[] = []
  let switches = NOTHING_SWITCHED
  let refresh: () => void = () => undefined
  const obeyed = obeySwitches(
    {
      db: null as unknown as Database, // nothing is written where no pause ends
      home: {
        switches: () => switches,
        onRefreshed: (listener) => {
          refresh = listener
          return () => undefined
        },
      },
      clock: systemClock,
      log: createLogger('test', 'silent'),
    },
    {
      runner: {
        pause: () => undefined,
        resume: () => undefined,
        setLimits: (limits) => void set.push(limits),
      },
      graphs: [],
      limits: { concurrency: 20, concurrencyPerModel: 4, concurrencyPerHost: 2 },
    },
    { ...USUAL_CONDITIONS, isOnBattery: true },
  )
  assert.deepEqual(set.at(-1), { concurrency: 10, concurrencyPerModel: 2, concurrencyPerHost: 1 })
  obeyed.setConditions({ ...USUAL_CONDITIONS, isOnBattery: true, isMetered: true })
  assert.deepEqual(set.at(-1), { concurrency: 5, concurrencyPerModel: 1, concurrencyPerHost: 1 })
  switches = { ...NOTHING_SWITCHED, workShare: 0.2 }
  refresh()
  assert.deepEqual(set.at(-1), { concurrency: 1, concurrencyPerModel: 1, concurrencyPerHost: 1 })
  assert.equal(obeyed.share(), 0.05)
  obeyed.setConditions({ ...USUAL_CONDITIONS, isMetered: false })
  assert.deepEqual(set.at(-1), { concurrency: 4, concurrencyPerModel: 1, concurrencyPerHost: 1 })
  obeyed.end()
})

test('without room every graph rests, and with it only those stay that the owner or the line has paused', async () => {
  const calls: string[] = []
  let switches = NOTHING_SWITCHED
  let refresh: () => void = () => undefined
  const obeyed = obeySwitches(
    {
      db: null as unknown as Database, // nothing is written where no pause ends
      home: {
        switches: () => switches,
        onRefreshed: (listener) => {
          refresh = listener
          return () => undefined
        },
      },
      clock: systemClock,
      log: createLogger('test', 'silent'),
    },
    {
      runner: {
        pause: (graph) => void calls.push(`pause ${graph}`),
        resume: (graph) => void calls.push(`resume ${graph}`),
        setLimits: () => undefined,
      },
      graphs: [{ graph: fanOutGraph }, { graph: postGraph }],
      limits: { concurrency: 20, concurrencyPerModel: 4, concurrencyPerHost: 2 },
    },
  )
  const said = (): string[] => calls.splice(0)
  obeyed.setConditions({ ...USUAL_CONDITIONS, hasRoom: false })
  assert.deepEqual(said(), ['pause fan_outs', 'pause posts'])
  switches = { ...NOTHING_SWITCHED, pause: { since: new Date(0), until: null } }
  refresh()
  assert.deepEqual(said(), [])
  obeyed.setConditions(USUAL_CONDITIONS)
  assert.deepEqual(said(), ['resume posts'])
  switches = NOTHING_SWITCHED
  refresh()
  assert.deepEqual(said(), ['resume fan_outs'])

  obeyed.restDeliveries(60_000)
  assert.deepEqual(said(), ['pause fan_outs'], 'while the line of this machine is down')
  switches = { ...NOTHING_SWITCHED, pause: { since: new Date(0), until: null } }
  refresh()
  obeyed.restDeliveries(0)
  assert.deepEqual(said(), [], 'the owner’s word still stands')
  switches = NOTHING_SWITCHED
  refresh()
  assert.deepEqual(said(), ['resume fan_outs'])
  obeyed.restDeliveries(1)
  await until('deliveries to be taken up again by themselves', () => calls.includes('resume fan_outs'))
  assert.deepEqual(said(), ['pause fan_outs', 'resume fan_outs'])
  obeyed.end()
})
