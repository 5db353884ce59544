import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import type { Database } from '../../../server/db/pool.ts'
import { defineGraph } from '../../../server/stator/graph.ts'
import { type HandledPoint, Statistics, readStatistics } from '../../../server/stator/statistics.ts'
import { openTestDatabase } from '../../support/test-database.ts'
import { addMessages, runnerFor } from './support.ts'

const graph = defineGraph('inbox_messages', {
  received: { next: ['processed'], retryEverySeconds: 60 },
  processed: { next: [] },
})

function total(points: readonly HandledPoint[]): [handled: number, failed: number] {
  return [
    points.reduce((sum, point) => sum + point.handled, 0),
    points.reduce((sum, point) => sum + point.failed, 0),
  ]
}

/** The counts of the only graph. */
async function counts(db: Database) {
  const [statistics] = await readStatistics(db, ['inbox_messages'])
  assert.ok(statistics)
  return statistics
}

test('what a worker handled is counted by hour, day and month', async (t) => {
  const { db } = await openTestDatabase()
  const ids = await addMessages(db, 10)
  const each = async (row: { id: string }) => {
    if (row.id === ids[0]) throw new Error('no')
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }])
  await runner.runUntilIdle()
  await runner.sweep()
  await runner.sweep() // nothing is counted twice
  const { handledByHour, handledByDay, handledByMonth } = await counts(db)
  assert.deepEqual(total(handledByHour), [9, 1])
  assert.deepEqual(total(handledByDay), [9, 1])
  assert.deepEqual(total(handledByMonth), [9, 1])
  assert.deepEqual([handledByHour.length, handledByDay.length, handledByMonth.length], [50, 62, 120])
})

test('what several workers handled adds up, also what is written when they stop', async (t) => {
  const { db } = await openTestDatabase()
  for (let worker = 0; worker < 3; worker += 1) {
    await addMessages(db, 5)
    const handlers = { received: { each: async () => 'processed' } } as const
    const runner = runnerFor(t, db, [{ graph, handlers }])
    await runner.runUntilIdle()
    await runner.stop()
  }
  assert.deepEqual(total((await counts(db)).handledByDay), [15, 0])
})

test('the queue is counted by minute: what is due, and not what waits or is held', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 7)
  await addMessages(db, 3, { dueInSeconds: 500 })
  await addMessages(db, 2, { state: 'processed', dueInSeconds: null })
  const handlers = { received: { each: async () => 'processed' } } as const
  const runner = runnerFor(t, db, [{ graph, handlers }])
  await runner.sweep()
  const { queuedByMinute } = await counts(db)
  assert.equal(queuedByMinute.length, 120)
  assert.equal(
    queuedByMinute.reduce((sum, point) => sum + point.queued, 0),
    7,
  )
  const status = await runner.status()
  assert.deepEqual(
    status.graphs.map((one) => [one.graph, one.waiting, one.inFlight, one.quarantined]),
    [['inbox_messages', 7, 0, 0]],
  )
  assert.ok((status.graphs[0]?.oldestSeconds ?? -1) >= 0)
})

test('an idle home writes no statistics', async (t) => {
  const { db } = await openTestDatabase()
  const handlers = { received: { each: async () => 'processed' } } as const
  await runnerFor(t, db, [{ graph, handlers }]).sweep()
  assert.deepEqual(await db.selectFrom('stator_counts').selectAll().execute(), [])
})

test('counts older than their window are deleted', async (t) => {
  const { db } = await openTestDatabase()
  await sql`
    insert into stator_counts (graph, grain, starts_at, handled) values
      ('a', 'minute', now() - interval '121 minutes', 1), ('b', 'minute', now() - interval '119 minutes', 1),
      ('a', 'hour', now() - interval '51 hours', 1), ('b', 'hour', now() - interval '49 hours', 1),
      ('a', 'day', now() - interval '63 days', 1), ('b', 'day', now() - interval '61 days', 1),
      ('a', 'month', now() - interval '3654 days', 1), ('b', 'month', now() - interval '3652 days', 1)`.execute(
    db,
  )
  await runnerFor(t, db, []).sweep()
  const left = await db.selectFrom('stator_counts').select(['graph', 'grain']).orderBy('grain').execute()
  assert.deepEqual(
    left.map((row) => `${row.graph} ${row.grain}`),
    ['b day', 'b hour', 'b minute', 'b month'],
  )
})

test('counts that could not be written are written the next time', async () => {
  const { db } = await openTestDatabase()
  const statistics = new Statistics([graph])
  statistics.add('inbox_messages', 4, 1)
  await sql`alter table stator_counts rename to stator_counts_away`.execute(db)
  await assert.rejects(statistics.flush(db, false))
  await sql`alter table stator_counts_away rename to stator_counts`.execute(db)
  statistics.add('inbox_messages', 1, 0)
  await statistics.flush(db, false)
  assert.deepEqual(total((await counts(db)).handledByHour), [5, 1])
})
