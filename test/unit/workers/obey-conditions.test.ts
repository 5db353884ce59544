/** How much a worker does at once, by the owner's switch and by what the machine goes through. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../../server/core/clock.ts'
import { createLogger } from '../../../server/core/log.ts'
import type { Database } from '../../../server/db/pool.ts'
import { NOTHING_SWITCHED } from '../../../server/domain/owner/switches.ts'
import type { RunnerLimits } from '../../../server/stator/runner-types.ts'
import { obeySwitches } from '../../../server/workers/obey-switches.ts'

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
    { isOnBattery: true, isMetered: null },
  )
  assert.deepEqual(set.at(-1), { concurrency: 10, concurrencyPerModel: 2, concurrencyPerHost: 1 })
  obeyed.setConditions({ isOnBattery: true, isMetered: true })
  assert.deepEqual(set.at(-1), { concurrency: 5, concurrencyPerModel: 1, concurrencyPerHost: 1 })
  switches = { ...NOTHING_SWITCHED, workShare: 0.2 }
  refresh()
  assert.deepEqual(set.at(-1), { concurrency: 1, concurrencyPerModel: 1, concurrencyPerHost: 1 })
  assert.equal(obeyed.share(), 0.05)
  obeyed.setConditions({ isOnBattery: false, isMetered: false })
  assert.deepEqual(set.at(-1), { concurrency: 4, concurrencyPerModel: 1, concurrencyPerHost: 1 })
  obeyed.end()
})
