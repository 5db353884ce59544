import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { again, defineGraph } from '../../../server/stator/graph.ts'
import type { Sweep } from '../../../server/stator/sweeper.ts'
import { openTestDatabase } from '../../support/test-database.ts'
import { addMessages, countByState, gate, message, runnerFor } from './support.ts'

const graph = defineGraph('inbox_messages', {
  received: {
    next: ['processed', 'waiting'],
    retryEverySeconds: 60,
    timeoutSeconds: 86_400,
    timeoutState: 'dropped',
  },
  waiting: { next: ['processed'], timeoutSeconds: 3_600, timeoutState: 'dropped' },
  processed: { next: [], deleteAfterSeconds: 600 },
  dropped: { next: [] },
})
const handlers = { received: { each: async () => 'processed' } } as const
const work = [{ graph, handlers }] as const

test('rows are deleted when their time in a state is over, and not before', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 1_203, { state: 'processed', dueInSeconds: null, changedSecondsAgo: 601 })
  await addMessages(db, 2, { state: 'processed', dueInSeconds: null, changedSecondsAgo: 590 })
  await addMessages(db, 3, { state: 'dropped', dueInSeconds: null, changedSecondsAgo: 1_000_000 })
  await runnerFor(t, db, work).sweep()
  assert.deepEqual(await countByState(db), { processed: 2, dropped: 3 })
})

test('a state without handler times out', async (t) => {
  const { db } = await openTestDatabase()
  const [late = ''] = await addMessages(db, 1, {
    state: 'waiting',
    dueInSeconds: null,
    changedSecondsAgo: 3_700,
  })
  const [young = ''] = await addMessages(db, 1, {
    state: 'waiting',
    dueInSeconds: null,
    changedSecondsAgo: 3_500,
  })
  await runnerFor(t, db, work).sweep()
  const row = await message(db, late)
  assert.deepEqual([row.state, row.state_error], ['dropped', 'timed out'])
  assert.equal((await message(db, young)).state, 'waiting')
})

test('what a clock planned that was a year ahead is tried now that it is set right; what a person has planned looks at its moment', async (t) => {
  const { db } = await openTestDatabase()
  const year = 365 * 86_400
  const [tried = '', held = '', fresh = '', uncounted = '', planned = ''] = [
    ...(await addMessages(db, 2, { dueInSeconds: year })),
    ...(await addMessages(db, 1, { dueInSeconds: year, changedSecondsAgo: -year })),
    ...(await addMessages(db, 2, { dueInSeconds: year, changedSecondsAgo: 5 })),
  ]
  await sql`update inbox_messages set state_attempts = 2, state_error = 'silent' where id = ${tried}`.execute(
    db,
  )
  await sql`
    update inbox_messages set state_lock_token = gen_random_uuid(), state_locked_until = now() + interval '1 year'
     where id = ${held}`.execute(db)
  let looks = 0
  const looksAtItsMoment = {
    received: {
      each: async ({ id }: { readonly id: string }) => {
        if (id !== planned) return 'processed'
        looks += 1
        return again({ afterSeconds: year, isUncounted: true, reason: 'its time has not come' })
      },
    },
  } as const
  const runner = runnerFor(t, db, [{ graph, handlers: looksAtItsMoment }])
  for (const _ of ['first', 'second']) {
    await runner.sweep()
    await runner.runUntilIdle()
  }
  const states = await Promise.all(
    [tried, held, fresh, uncounted].map(async (id) => (await message(db, id)).state),
  )
  assert.deepEqual(
    states,
    Array.from({ length: 4 }, () => 'processed'),
  )
  const { state, state_next_attempt_at: next } = await message(db, planned)
  assert.equal(state, 'received')
  const days = ((next?.getTime() ?? 0) - Date.now()) / 86_400_000
  assert.ok(days > 20 && days < 22, `it is looked at again in ${days} days, which no sweep takes for far`)
  assert.equal(looks, 1)
})

test('a start under a clock that is far behind brings no timeout nearer', async (t) => {
  const { db } = await openTestDatabase()
  const behind = 40 * 86_400
  await addMessages(db, 2, { changedSecondsAgo: -behind, dueInSeconds: behind })
  await runnerFor(t, db, work).sweep()
  const { rows: due } = await sql`select from inbox_messages where state_next_attempt_at <= now()`.execute(db)
  assert.equal(due.length, 2)
  // What sets the clock right lets all that is written down be so much older.
  await sql`
    update inbox_messages set state_changed_at = state_changed_at - ${behind}::float8 * interval '1 second',
      state_next_attempt_at = state_next_attempt_at - ${behind}::float8 * interval '1 second'`.execute(db)
  const silentHost = { received: { each: async () => again({ reason: 'silent' }) } } as const
  const runner = runnerFor(t, db, [{ graph, handlers: silentHost }])
  await runner.runUntilIdle()
  await runner.sweep()
  assert.deepEqual(await countByState(db), { received: 2 })
})

test('a row whose next attempt lies beyond the timeout does not wait for it', async (t) => {
  const { db } = await openTestDatabase()
  const old = { changedSecondsAgo: 90_000 }
  const [waiting = ''] = await addMessages(db, 1, { ...old, dueInSeconds: 5_000 })
  await sql`update inbox_messages set state_error = 'silent' where id = ${waiting}`.execute(db)
  await runnerFor(t, db, work).sweep()
  const row = await message(db, waiting)
  assert.deepEqual(
    [row.state, row.state_error, row.state_next_attempt_at],
    ['dropped', 'timed out: silent', null],
  )
})

test('what fell due while the machine was off gets its attempt before its timeout', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 2, { changedSecondsAgo: 900_000, dueInSeconds: -800_000 })
  const runner = runnerFor(t, db, work)
  await runner.sweep()
  assert.deepEqual(await countByState(db), { received: 2 })
  await runner.runUntilIdle()
  assert.deepEqual(await countByState(db), { processed: 2 })
})

test('a row that was due for hours although the worker ran times out', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 2, { changedSecondsAgo: 900_000, dueInSeconds: -800_000 })
  let nowMs = 0
  const clock = { now: () => new Date(), monotonicMs: () => nowMs }
  const runner = runnerFor(t, db, work, { clock })
  nowMs = 2 * 3_600_000
  await runner.sweep()
  assert.deepEqual(await countByState(db), { dropped: 2 })
})

test('a quarantined row and a held row do not time out', async (t) => {
  const { db } = await openTestDatabase()
  const old = { changedSecondsAgo: 900_000 }
  await addMessages(db, 1, { ...old, dueInSeconds: null })
  const [held = ''] = await addMessages(db, 1, { ...old, dueInSeconds: 40 })
  await sql`update inbox_messages set state_lock_token = gen_random_uuid() where id = ${held}`.execute(db)
  await runnerFor(t, db, work).sweep()
  assert.deepEqual(await countByState(db), { received: 2 })
})

test('a row that was stored as due in a state without handler is put to rest', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1, { state: 'dropped' })
  await runnerFor(t, db, work).sweep()
  assert.equal((await message(db, id)).state_next_attempt_at, null)
})

test('one worker sweeps at a time', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 1, { state: 'processed', dueInSeconds: null, changedSecondsAgo: 700 })
  const begun = gate()
  const rest = gate()
  const slow: Sweep = {
    name: 'slow',
    async run() {
      begun.open()
      await rest.opened
      return 0
    },
  }
  const first = runnerFor(t, db, [], { sweeps: [slow] })
  const second = runnerFor(t, db, work)
  const sweeping = first.sweep()
  await begun.opened
  await second.sweep()
  assert.deepEqual(await countByState(db), { processed: 1 })
  rest.open()
  await sweeping
  await second.sweep()
  assert.deepEqual(await countByState(db), {})
})

test('further sweeps get their turns until they are done, and a failing one stops no other', async (t) => {
  const { db } = await openTestDatabase()
  const runs: string[] = []
  let turns = 0
  const long: Sweep = {
    name: 'long',
    async run(_db, batchSize) {
      runs.push('long')
      turns += 1
      return turns < 3 ? batchSize : 0
    },
  }
  const broken: Sweep = {
    name: 'broken',
    async run() {
      runs.push('broken')
      throw new Error('no such table')
    },
  }
  const rare: Sweep = {
    name: 'rare',
    everySeconds: 3_600,
    async run() {
      runs.push('rare')
      return 1
    },
  }
  const runner = runnerFor(t, db, [], { sweeps: [broken, long, rare] })
  await runner.sweep()
  assert.deepEqual(runs, ['broken', 'long', 'rare', 'long', 'long'])
  runs.length = 0
  await runner.sweep()
  assert.deepEqual(runs, ['broken', 'long'])
})
