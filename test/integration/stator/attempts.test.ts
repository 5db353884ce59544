import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { archiveGraph } from '../../../server/domain/archives/archive-graph.ts'
import { exportGraph } from '../../../server/domain/exports/export-graph.ts'
import { farewellGraph } from '../../../server/domain/farewells/farewell-graph.ts'
import { again, defineGraph } from '../../../server/stator/graph.ts'
import { openTestDatabase } from '../../support/test-database.ts'
import { addMessages, countByState, message, runnerFor } from './support.ts'

const graph = defineGraph(
  'inbox_messages',
  {
    received: {
      initial: true,
      next: ['checked', 'processed'],
      retryEverySeconds: 60,
      backOffToSeconds: 3_600,
      timeoutSeconds: 86_400,
      timeoutState: 'dropped',
    },
    checked: { next: ['processed'], retryEverySeconds: 30 },
    dropped: { next: [] },
    processed: { next: ['received'] },
  },
  { claimSize: 10 },
)
const unused = { each: async () => 'processed' } as const

/** Seconds from now until the next attempt. */
function dueInSeconds(row: { state_next_attempt_at: Date | null }): number {
  assert.ok(row.state_next_attempt_at)
  return (row.state_next_attempt_at.getTime() - Date.now()) / 1000
}

function assertBetween(value: number, low: number, high: number): void {
  assert.ok(value >= low && value <= high, `${value} does not lie between ${low} and ${high}`)
}

test('rows move through their states until nothing is due', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 25)
  const handlers = {
    received: { each: async () => 'checked' },
    checked: {
      batch: async (rows: readonly { id: string }[]) =>
        new Map(rows.map((row) => [row.id, 'processed'] as const)),
    },
  } as const
  const runner = runnerFor(t, db, [{ graph, handlers }])
  const tally = await runner.runUntilIdle()
  assert.deepEqual(await countByState(db), { processed: 25 })
  assert.deepEqual(tally, { attempts: 50, moved: 50, failed: 0, refused: 0 })
  assert.deepEqual(await runner.runUntilIdle(), { attempts: 0, moved: 0, failed: 0, refused: 0 })
})

test('a finished row is free: no lease, no counts, the note of its move', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const each = async () => ({ to: 'processed', note: 'as told' }) as const
  await runnerFor(t, db, [{ graph, handlers: { received: { each }, checked: unused } }]).runUntilIdle()
  const row = await message(db, id)
  assert.equal(row.state, 'processed')
  assert.equal(row.state_error, 'as told')
  assert.equal(row.state_next_attempt_at, null)
  assert.equal(row.state_lock_token, null)
  assert.equal(row.state_locked_until, null)
  assert.equal(row.state_attempts, 0)
})

test('a row that is to be tried again waits for the delay it asked for, with its reason', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const each = async () => again({ afterSeconds: 500, reason: 'the peer is silent' })
  await runnerFor(t, db, [{ graph, handlers: { received: { each }, checked: unused } }]).runUntilIdle()
  const row = await message(db, id)
  assert.equal(row.state, 'received')
  assert.equal(row.state_error, 'the peer is silent')
  assert.equal(row.state_attempts, 1)
  assert.equal(row.state_errors, 0)
  assertBetween(dueInSeconds(row), 490, 501)
})

test('a row that only waits its turn has no attempt counted', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const each = async () => again({ afterSeconds: 60, isUncounted: true })
  await runnerFor(t, db, [{ graph, handlers: { received: { each }, checked: unused } }]).runUntilIdle()
  assert.equal((await message(db, id)).state_attempts, 0)
})

test('without a delay the interval grows with the attempts, which a move sets back', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  let attempts = 0
  const each = async () => {
    attempts += 1
    return attempts < 4 ? again() : 'processed'
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each }, checked: unused } }])
  for (const [low, high] of [
    [45, 75],
    [90, 150],
    [180, 300],
  ] as const) {
    await runner.runUntilIdle({ dueWithinSeconds: 3_600 })
    assertBetween(dueInSeconds(await message(db, id)), low - 5, high)
  }
  await runner.runUntilIdle({ dueWithinSeconds: 3_600 })
  const row = await message(db, id)
  assert.deepEqual([row.state, row.state_attempts], ['processed', 0])
})

test('looking ahead tries each row once, and leaves what lies beyond', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 1, { dueInSeconds: 100 })
  await addMessages(db, 1, { dueInSeconds: 1_000 })
  const runner = runnerFor(t, db, [
    { graph, handlers: { received: { each: async () => again() }, checked: unused } },
  ])
  assert.equal((await runner.runUntilIdle()).attempts, 0)
  assert.equal((await runner.runUntilIdle({ dueWithinSeconds: 200 })).attempts, 1)
  assert.equal((await runner.runUntilIdle({ dueWithinSeconds: 2_000 })).attempts, 2)
})

test('an error is stored with the row, bounded, and counted', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const each = async () => {
    throw new Error(`cannot read \0 ${'x'.repeat(9_000)}`, { cause: new Error('deep') })
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each }, checked: unused } }])
  assert.deepEqual(await runner.runUntilIdle(), { attempts: 1, moved: 0, failed: 1, refused: 0 })
  const row = await message(db, id)
  assert.equal(row.state, 'received')
  assert.match(row.state_error ?? '', /^Error: cannot read/)
  assert.equal(row.state_error?.length, 2_000)
  assert.deepEqual([row.state_errors, row.state_attempts], [1, 1])
  assertBetween(dueInSeconds(row), 40, 75)
})

test('an attempt that ends well clears the count of errors', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  let attempts = 0
  const each = async () => {
    attempts += 1
    if (attempts < 3) throw new Error('not yet')
    return again()
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each }, checked: unused } }])
  await runner.runUntilIdle({ dueWithinSeconds: 3_600 })
  await runner.runUntilIdle({ dueWithinSeconds: 3_600 })
  assert.equal((await message(db, id)).state_errors, 2)
  await runner.runUntilIdle({ dueWithinSeconds: 3_600 })
  assert.equal((await message(db, id)).state_errors, 0)
})

test('after twelve errors a row is in quarantine: it keeps its state and error, and is not tried again', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const each = async () => {
    throw new Error('poison')
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each }, checked: unused } }])
  for (let attempt = 1; attempt <= 12; attempt += 1) await runner.runUntilIdle({ dueWithinSeconds: 10_000 })
  const row = await message(db, id)
  assert.deepEqual([row.state, row.state_errors, row.state_next_attempt_at], ['received', 12, null])
  assert.match(row.state_error ?? '', /poison/)
  assert.equal((await runner.runUntilIdle({ dueWithinSeconds: 1_000_000 })).attempts, 0)
})

test('a row that is past the timeout of its state is tried once more, then moves', async (t) => {
  const { db } = await openTestDatabase()
  const old = { changedSecondsAgo: 90_000 }
  const [silent = '', lucky = '', broken = ''] = await addMessages(db, 3, old)
  const each = async (row: { id: string }) => {
    if (row.id === broken) throw new Error('no use')
    return row.id === lucky ? 'processed' : again({ reason: 'still silent' })
  }
  await runnerFor(t, db, [{ graph, handlers: { received: { each }, checked: unused } }]).runUntilIdle()
  const late = await message(db, silent)
  assert.deepEqual([late.state, late.state_error], ['dropped', 'timed out: still silent'])
  assert.deepEqual([late.state_next_attempt_at, late.state_attempts], [null, 0])
  assert.equal((await message(db, lucky)).state, 'processed')
  assert.deepEqual(
    await db
      .selectFrom('inbox_messages')
      .select(['state', 'state_error', 'state_errors'])
      .where('id', '=', broken)
      .execute(),
    [{ state: 'dropped', state_error: 'timed out: Error: no use', state_errors: 0 }],
  )
})

test('a poison row in a batch harms only itself', async (t) => {
  const { db } = await openTestDatabase()
  const ids = await addMessages(db, 30)
  const poison = ids[4] ?? ''
  const batch = async (rows: readonly { id: string }[]) => {
    if (rows.some((row) => row.id === poison)) throw new Error('poison')
    return new Map(rows.map((row) => [row.id, 'processed'] as const))
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { batch }, checked: unused } }])
  assert.deepEqual(await runner.runUntilIdle(), { attempts: 30, moved: 29, failed: 1, refused: 0 })
  assert.deepEqual(await countByState(db), { processed: 29, received: 1 })
  assert.equal((await message(db, poison)).state_errors, 1)
})

test('a state that does not attempt immediately waits one interval first', async (t) => {
  const { db } = await openTestDatabase()
  const waiting = defineGraph('inbox_messages', {
    received: { next: ['resting'], retryEverySeconds: 60 },
    resting: { next: ['processed'], retryEverySeconds: 600, attemptsImmediately: false },
    processed: { next: [] },
  })
  const [id = ''] = await addMessages(db, 1)
  const handlers = { received: { each: async () => 'resting' }, resting: unused } as const
  const runner = runnerFor(t, db, [{ graph: waiting, handlers }])
  await runner.runUntilIdle()
  const row = await message(db, id)
  assert.equal(row.state, 'resting')
  assertBetween(dueInSeconds(row), 590, 601)
  await runner.runUntilIdle({ dueWithinSeconds: 700 })
  assert.deepEqual(await countByState(db), { processed: 1 })
})

test('a move that the database refuses is an error of that row, and its neighbours are written', async (t) => {
  const { db } = await openTestDatabase()
  await sql`create unique index one_processed on inbox_messages (host) where state = 'processed'`.execute(db)
  await addMessages(db, 3)
  const handlers = { received: { each: async () => 'processed' }, checked: unused } as const
  const runner = runnerFor(t, db, [{ graph, handlers }])
  assert.deepEqual(await runner.runUntilIdle(), { attempts: 3, moved: 1, failed: 2, refused: 0 })
  assert.deepEqual(await countByState(db), { processed: 1, received: 2 })
  const stuck = await db
    .selectFrom('inbox_messages')
    .select(['state_error', 'state_lock_token'])
    .where('state', '=', 'received')
    .execute()
  for (const row of stuck) {
    assert.match(row.state_error ?? '', /move cannot be written: .*one_processed/)
    assert.equal(row.state_lock_token, null)
  }
})

test('a handler that takes too long is aborted, and its attempt counts as an error', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const each = async (_row: unknown, { signal }: { signal: AbortSignal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each }, checked: unused } }], {
    leaseSeconds: 1,
    handlerSeconds: 0.1,
  })
  assert.equal((await runner.runUntilIdle()).failed, 1)
  const row = await message(db, id)
  assert.deepEqual([row.state, row.state_errors], ['received', 1])
  assert.match(row.state_error ?? '', /longer than 0.1 s/)
})

test('how long a handler may take is what its graph says, where it says something', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 1)
  const each = async (_row: unknown, { signal }: { signal: AbortSignal }) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return 'processed' as const
  }
  const bounded = { ...graph, handlerSeconds: 0.2 }
  const work = { graph: bounded, handlers: { received: { each }, checked: unused } }
  const runner = runnerFor(t, db, [work], { leaseSeconds: 1, handlerSeconds: 600 })
  assert.equal((await runner.runUntilIdle()).failed, 1)
  const row = await db.selectFrom('inbox_messages').select('state_error').executeTakeFirstOrThrow()
  assert.match(row.state_error ?? '', /longer than 0.2 s/)
})

test('what is made of a whole home has hours, not minutes', () => {
  for (const { table, handlerSeconds } of [archiveGraph, exportGraph, farewellGraph]) {
    assert.ok((handlerSeconds ?? 0) >= 4 * 3_600, table)
  }
})

test('a graph whose key is not an id works the same', async (t) => {
  const { db } = await openTestDatabase()
  const peers = defineGraph(
    'peers',
    {
      outdated: { next: ['updated'], retryEverySeconds: 60, initial: true },
      updated: { next: ['outdated'], retryEverySeconds: 600, attemptsImmediately: false },
    },
    { key: 'host', hostColumn: 'host' },
  )
  await sql`insert into peers (host) values ('a.example'), ('b.example')`.execute(db)
  const handlers = {
    outdated: { each: async () => 'updated' },
    updated: { each: async () => 'outdated' },
  } as const
  const runner = runnerFor(t, db, [{ graph: peers, handlers }])
  assert.equal((await runner.runUntilIdle()).moved, 2)
  const rows = await db.selectFrom('peers').select('state').execute()
  assert.deepEqual(rows, [{ state: 'updated' }, { state: 'updated' }])
})
