import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { sql } from 'kysely'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { defineGraph } from '../../../server/stator/graph.ts'
import type { Database } from '../../../server/db/pool.ts'
import { openTestDatabase } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'
import { addMessages, countByState, gate, message, runnerFor } from './support.ts'

const graph = defineGraph('inbox_messages', {
  received: { next: ['processed'], retryEverySeconds: 60 },
  processed: { next: [] },
})

/** Rows that some worker holds. */
async function countHeld(db: Database): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from inbox_messages where state_lock_token is not null`.execute(db)
  return rows[0]?.count ?? -1
}

test('a stop lets what runs finish and hands back the rest', async (t) => {
  const { db } = await openTestDatabase()
  const ids = await addMessages(db, 8)
  const answers = gate()
  let begun = 0
  const each = async () => {
    begun += 1
    await answers.opened
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }], { concurrencyPerModel: 2 })
  runner.start()
  await until('two calls have begun', () => begun === 2)
  const stopped = runner.stop()
  answers.open()
  await stopped
  assert.equal(begun, 2)
  assert.deepEqual(await countByState(db), { processed: 2, received: 6 })
  assert.equal(await countHeld(db), 0)
  for (const id of ids) {
    const { state_attempts, state_deaths, state_errors } = await message(db, id)
    assert.deepEqual([state_attempts, state_deaths, state_errors], [0, 0, 0])
  }
})

test('a handler that does not end is told to stop, and its row is handed back without an attempt', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const begun = gate()
  const each = async (_row: unknown, { signal }: { signal: AbortSignal }) => {
    begun.open()
    await once(signal, 'abort')
    throw new Error('stopped in the middle')
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }], { drainSeconds: 0.05 })
  runner.start()
  await begun.opened
  await runner.stop()
  const row = await message(db, id)
  assert.deepEqual([row.state, row.state_attempts, row.state_errors], ['received', 0, 0])
  assert.equal(row.state_lock_token, null)
  assert.equal(row.state_error, null)
})

test('a handler that will not stop loses its row, and its late result is refused', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const begun = gate()
  const answers = gate()
  const each = async () => {
    begun.open()
    await answers.opened
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }], { drainSeconds: 0.05 })
  runner.start()
  await begun.opened
  await runner.stop()
  assert.equal(await countHeld(db), 0)
  const next = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => 'processed' } } }])
  assert.equal((await next.runUntilIdle()).moved, 1)
  answers.open()
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal((await message(db, id)).state, 'processed')
})

test('what a handler has said is written although the connections fall at that moment', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 5)
  let calls = 0
  const each = async () => {
    calls += 1
    if (calls === 1) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()`.execute(db)
    }
    return 'processed' as const
  }
  // A claim whose answer was lost comes back by the end of its lease.
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }], {
    concurrencyPerModel: 1,
    leaseSeconds: 1,
  })
  runner.start()
  await until('5 rows are processed', async () => (await countByState(db))['processed'] === 5)
})

test('a worker runs for a while and says what it did', async (t) => {
  const { db } = await openTestDatabase()
  const work = [{ graph, handlers: { received: { each: async () => 'processed' as const } } }]
  const brief = runnerFor(t, db, work)
  assert.equal((await brief.runFor(1)).failed, 0)
  assert.equal((await brief.status()).isStarted, false)
})

test('a run that is stopped early ends early, with all that it did', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 3)
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => 'processed' } } }])
  const ran = runner.runFor(2 ** 31 - 1)
  await until('3 rows are processed', async () => (await countByState(db))['processed'] === 3)
  await runner.stop()
  assert.deepEqual(await ran, { attempts: 3, moved: 3, failed: 0, refused: 0 })
})

test('a duration that no timer can hold is refused', async (t) => {
  const { db } = await openTestDatabase()
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => 'processed' } } }])
  await assert.rejects(runner.runFor(2 ** 31), (error) => isHomebirdError(error, 'USAGE'))
  await assert.rejects(runner.runFor(Number.NaN), (error) => isHomebirdError(error, 'USAGE'))
})

test('a stopped runner does not start again, and stopping twice is stopping once', async (t) => {
  const { db } = await openTestDatabase()
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => 'processed' } } }])
  await Promise.all([runner.stop(), runner.stop()])
  assert.throws(
    () => runner.start(),
    (error) => isHomebirdError(error, 'INTERNAL'),
  )
  await assert.rejects(runner.runUntilIdle(), (error) => isHomebirdError(error, 'INTERNAL'))
})

test('a graph without a handler for an automatic state, or given twice, is refused', async (t) => {
  const { db } = await openTestDatabase()
  const handlers = { received: { each: async () => 'processed' } } as const
  // The compiler refuses it too; here it is hidden from it.
  const none = { graph, handlers: {} as typeof handlers }
  assert.throws(
    () => runnerFor(t, db, [none]),
    (error) => isHomebirdError(error, 'GRAPH_INVALID'),
  )
  assert.throws(
    () =>
      runnerFor(t, db, [
        { graph, handlers },
        { graph, handlers },
      ]),
    (error) => isHomebirdError(error, 'GRAPH_INVALID'),
  )
})
