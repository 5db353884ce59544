import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startsOf } from '../../../server/stator/statistics.ts'

const at = new Date('2026-03-01T00:30:45.678Z')

test('the points of a window end with the present period and have no gaps', () => {
  const minutes = startsOf('minute', at)
  assert.equal(minutes.length, 120)
  assert.equal(minutes.at(-1)?.toISOString(), '2026-03-01T00:30:00.000Z')
  assert.equal(minutes[0]?.toISOString(), '2026-02-28T22:31:00.000Z')
  const hours = startsOf('hour', at)
  assert.equal(hours.length, 50)
  assert.equal(hours.at(-2)?.toISOString(), '2026-02-28T23:00:00.000Z')
})

test('days and months are cut as the calendar does, in UTC', () => {
  const days = startsOf('day', at)
  assert.equal(days.length, 62)
  assert.equal(days.at(-2)?.toISOString(), '2026-02-28T00:00:00.000Z')
  const months = startsOf('month', new Date('2026-03-31T23:59:59Z'))
  assert.equal(months.length, 120)
  assert.deepEqual(
    months.slice(-3).map((month) => month.toISOString()),
    ['2026-01-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  )
  assert.equal(months[0]?.toISOString(), '2016-04-01T00:00:00.000Z')
})
