import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { type Listener, openListener } from '../../../server/db/listen.ts'
import { inTransaction, wakeWorker } from '../../../server/db/transaction.ts'
import { again, defineGraph } from '../../../server/stator/graph.ts'
import { HandClock } from '../../support/hand-clock.ts'
import { type TestDatabase, openTestDatabase } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'
import { addMessages, countByState, gate, runnerFor, silent } from './support.ts'

const graph = defineGraph('inbox_messages', {
  received: { next: ['processed'], retryEverySeconds: 60 },
  processed: { next: [] },
})

async function listenerFor(t: TestContext, { connection }: TestDatabase): Promise<Listener> {
  const listener = openListener(connection, 'homebird test', silent)
  t.after(async () => listener.close())
  await listener.ready
  return listener
}

/**
 * From here on timers fire only when the test says so: no poll can do what an announcement should. Called before the
 * first statement, since a timer that was set before cannot be cleared any more.
 */
function holdTimers(t: TestContext): void {
  t.mock.timers.enable({ apis: ['setTimeout'] })
}

/** Lets the event loop go round until something holds; needs no timers. */
async function turnsUntil(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve))
}

test('an announced row is handled without waiting for a poll', async (t) => {
  const opened = await openTestDatabase()
  const { db } = opened
  const listener = await listenerFor(t, opened)
  holdTimers(t)
  let handled = gate()
  const each = async () => {
    handled.open()
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }], { listener })
  runner.start()
  for (let round = 0; round < 5; round += 1) {
    handled = gate()
    await addMessages(db, 1)
    await wakeWorker(db, 'inbox_messages')
    await handled.opened
    await turnsUntil(async () => (await countByState(db))['processed'] === round + 1)
  }
})

test('a row is announced when its transaction commits, not before', async (t) => {
  const opened = await openTestDatabase()
  const { db } = opened
  const listener = await listenerFor(t, opened)
  let isCommitted = false
  const handled = gate()
  const each = async () => {
    assert.equal(isCommitted, true)
    handled.open()
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }], { listener })
  runner.start()
  await inTransaction(db, async (tx) => {
    await sql`insert into inbox_messages (signer_uri, activity_id, activity_type, host)
              values ('https://a.example/actor', 'x', 'Create', 'a.example')`.execute(tx)
    await wakeWorker(tx, 'inbox_messages')
    assert.equal((await runner.runUntilIdle()).attempts, 0)
    isCommitted = true
  })
  await handled.opened
})

test('rows that come in a stream gather, and what comes alone is handled at once', async (t) => {
  const opened = await openTestDatabase()
  const { db } = opened
  const listener = await listenerFor(t, opened)
  holdTimers(t)
  const clock = new HandClock()
  const batches: number[] = []
  const batch = async (rows: readonly { readonly id: string }[]) => {
    batches.push(rows.length)
    return new Map(rows.map(({ id }) => [id, 'processed' as const]))
  }
  const gathering = defineGraph('inbox_messages', graph.states, { claimSize: 100, gathers: true })
  const runner = runnerFor(t, db, [{ graph: gathering, handlers: { received: { batch } } }], {
    listener,
    clock,
    concurrencyPerHost: 100,
  })
  runner.start()
  let heard = 0
  listener.subscribe('stator', { onNotification: () => void (heard += 1) })
  const arrive = async (count: number): Promise<void> => {
    const before = heard
    await addMessages(db, count)
    await wakeWorker(db, 'inbox_messages')
    await turnsUntil(() => heard > before)
  }
  const areDone = async (count: number): Promise<void> =>
    turnsUntil(async () => (await countByState(db))['processed'] === count)
  await arrive(20)
  await areDone(20)
  await arrive(20)
  await arrive(30)
  assert.deepEqual(batches, [20], 'more is coming')
  await clock.advance(41)
  t.mock.timers.tick(41)
  await areDone(70)
  assert.deepEqual(batches, [20, 50], 'nothing came any more')
  await clock.advance(300)
  for (let alone = 71; alone <= 73; alone += 1) {
    await arrive(1)
    await areDone(alone)
  }
  assert.deepEqual(batches, [20, 50, 1, 1, 1])
})

test('a row that nobody announced is found by the poll', async (t) => {
  const { db } = await openTestDatabase()
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => 'processed' } } }])
  runner.start()
  await addMessages(db, 1)
  await until('1 rows are processed', async () => (await countByState(db))['processed'] === 1)
  await addMessages(db, 1)
  await until('2 rows are processed', async () => (await countByState(db))['processed'] === 2)
})

test('a retry begins when it is due, however long the poll would sleep', async (t) => {
  const { db } = await openTestDatabase()
  holdTimers(t)
  await addMessages(db, 1)
  let attempts = 0
  const each = async () => {
    attempts += 1
    return attempts === 1 ? again({ afterSeconds: 0.2 }) : 'processed'
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }])
  runner.start()
  t.mock.timers.tick(0) // the first poll
  await turnsUntil(async () => {
    const { rows } = await sql<{ due: boolean }>`
      select state_attempts = 1 and state_next_attempt_at <= now() as due from inbox_messages`.execute(db)
    return rows[0]?.due === true
  })
  t.mock.timers.tick(201) // well before the next poll at 500 ms
  await turnsUntil(async () => (await countByState(db))['processed'] === 1)
})

test('after LISTEN was lost the worker looks for what it has missed', async (t) => {
  const opened = await openTestDatabase()
  const { db } = opened
  const listener = await listenerFor(t, opened)
  holdTimers(t)
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => 'processed' } } }], {
    listener,
  })
  const reconnected = gate()
  runner.start()
  listener.subscribe('stator', { onNotification: () => undefined, onConnected: () => reconnected.open() })
  await sql`select pg_terminate_backend(pid) from pg_stat_activity
             where application_name = 'homebird test listen' and datname = current_database()`.execute(db)
  await addMessages(db, 1)
  await wakeWorker(db, 'inbox_messages') // nobody hears it
  let isConnected = false
  void reconnected.opened.then(() => {
    isConnected = true
  })
  await turnsUntil(() => {
    t.mock.timers.tick(1) // the listener waits 200 ms before it connects again
    return isConnected
  })
  t.mock.timers.tick(0)
  await turnsUntil(async () => (await countByState(db))['processed'] === 1)
})

test('an announcement of a graph that this worker does not handle changes nothing', async (t) => {
  const opened = await openTestDatabase()
  const { db } = opened
  const listener = await listenerFor(t, opened)
  holdTimers(t)
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => 'processed' } } }], {
    listener,
  })
  await runner.runUntilIdle()
  runner.start()
  const heard = gate()
  listener.subscribe('stator', { onNotification: () => heard.open() })
  await wakeWorker(db, 'posts')
  const before = opened.statementCount()
  await heard.opened
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(opened.statementCount(), before)
})

test('an idle look costs one statement, whatever the number of graphs', async (t) => {
  const opened = await openTestDatabase()
  const { db } = opened
  holdTimers(t)
  const peers = defineGraph(
    'peers',
    { outdated: { next: ['updated'], retryEverySeconds: 60 }, updated: { next: [] } },
    { key: 'host' },
  )
  const posts = defineGraph('posts', { new: { next: ['done'], retryEverySeconds: 60 }, done: { next: [] } })
  const runner = runnerFor(t, db, [
    { graph, handlers: { received: { each: async () => 'processed' } } },
    { graph: peers, handlers: { outdated: { each: async () => 'updated' } } },
    { graph: posts, handlers: { new: { each: async () => 'done' } } },
  ])
  await runner.runUntilIdle()
  const before = opened.statementCount()
  runner.start()
  t.mock.timers.tick(0)
  await turnsUntil(() => opened.statementCount() > before)
  await runner.stop()
  assert.equal(opened.statementCount() - before, 1)
})
