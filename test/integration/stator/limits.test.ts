import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openListener } from '../../../server/db/listen.ts'
import { wakeWorker } from '../../../server/db/transaction.ts'
import { defineGraph } from '../../../server/stator/graph.ts'
import { openTestDatabase } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'
import { addMessages, countByState, gate, runnerFor, silent } from './support.ts'

const states = { received: { next: ['processed'], retryEverySeconds: 60 }, processed: { next: [] } } as const
const plain = defineGraph('inbox_messages', states)
const perHost = defineGraph('inbox_messages', states, {
  hostColumn: 'host',
  concurrencyFactor: 4,
  claimSize: 64,
})
const shared = defineGraph('inbox_messages', states, { hostColumn: 'host', hostShare: 0.25, claimSize: 8 })
const peers = defineGraph(
  'peers',
  {
    outdated: { next: ['updated'], retryEverySeconds: 60, initial: true },
    updated: { next: ['outdated'] },
  },
  { key: 'host' },
)

interface HostRow {
  readonly id: string
  readonly host: string
  readonly state_priority: number
}

/** Counts how many calls run at once, in all and by name. */
function counter(): {
  most: number
  mostOf: Map<string, number>
  enter(name: string): void
  leave(name: string): void
} {
  const running = new Map<string, number>()
  return {
    most: 0,
    mostOf: new Map(),
    enter(name) {
      running.set(name, (running.get(name) ?? 0) + 1)
      this.mostOf.set(name, Math.max(this.mostOf.get(name) ?? 0, running.get(name) ?? 0))
      this.most = Math.max(
        this.most,
        [...running.values()].reduce((sum, count) => sum + count, 0),
      )
    },
    leave(name) {
      running.set(name, (running.get(name) ?? 0) - 1)
    },
  }
}

test('no more handlers run at once than the limits say', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 60)
  const calls = counter()
  const each = async () => {
    calls.enter('any')
    await new Promise(setImmediate)
    calls.leave('any')
    return 'processed' as const
  }
  const limits = { concurrency: 20, concurrencyPerModel: 5 }
  await runnerFor(t, db, [{ graph: plain, handlers: { received: { each } } }], limits).runUntilIdle()
  assert.ok(calls.most > 1 && calls.most <= 5, `${calls.most} at once`)
  assert.deepEqual(await countByState(db), { processed: 60 })
})

test('the limit over all graphs holds, and can be lowered while they run', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 40)
  const calls = counter()
  const runner = runnerFor(
    t,
    db,
    [
      {
        graph: plain,
        handlers: {
          received: {
            each: async () => {
              calls.enter('any')
              await new Promise(setImmediate)
              calls.leave('any')
              return 'processed' as const
            },
          },
        },
      },
    ],
    { concurrency: 3, concurrencyPerModel: 10 },
  )
  await runner.runUntilIdle()
  assert.ok(calls.most <= 3, `${calls.most} at once`)
  runner.setLimits({ concurrency: 1 })
  calls.most = 0
  await addMessages(db, 40)
  await runner.runUntilIdle()
  assert.equal(calls.most, 1)
  assert.equal((await runner.status()).limits.concurrency, 1)
})

test('one slow host never delays the others, however many rows wait for it', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 500, { host: 'slow.example' }) // all of them before the others
  await addMessages(db, 100, { host: 'quick.example' })
  await addMessages(db, 1, { host: 'late.example' })
  const answers = gate()
  const calls = counter()
  const each = async (row: HostRow) => {
    calls.enter(row.host)
    if (row.host === 'slow.example') await answers.opened
    calls.leave(row.host)
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph: perHost, handlers: { received: { each } } }])
  const idle = runner.runUntilIdle()
  await until('101 rows are processed', async () => (await countByState(db))['processed'] === 101)
  assert.equal(calls.mostOf.get('slow.example'), 4)
  answers.open()
  await idle
  assert.deepEqual(await countByState(db), { processed: 601 })
  for (const [host, most] of calls.mostOf) assert.ok(most <= 4, `${host}: ${most} at once`)
})

test('many slow hosts do not hide the one behind them', async (t) => {
  const { db } = await openTestDatabase()
  for (let host = 0; host < 3; host += 1) await addMessages(db, 300, { host: `slow${host}.example` })
  await addMessages(db, 1, { host: 'quick.example' })
  const answers = gate()
  const quick = gate()
  const each = async (row: HostRow) => {
    if (row.host === 'quick.example') quick.open()
    else await answers.opened
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph: perHost, handlers: { received: { each } } }])
  const idle = runner.runUntilIdle()
  await quick.opened
  answers.open()
  await idle
  assert.deepEqual(await countByState(db), { processed: 901 })
})

test('a batch holds no more rows of one host than the bound', async (t) => {
  const { db } = await openTestDatabase()
  for (const host of ['a.example', 'b.example', 'c.example']) await addMessages(db, 10, { host })
  const batch = async (rows: readonly HostRow[]) => {
    const hosts = Map.groupBy(rows, (row) => row.host)
    for (const [host, some] of hosts) assert.ok(some.length <= 4, `${some.length} of ${host}`)
    return new Map(rows.map((row) => [row.id, 'processed'] as const))
  }
  const runner = runnerFor(t, db, [{ graph: perHost, handlers: { received: { batch } } }])
  assert.deepEqual(await runner.runUntilIdle(), { attempts: 30, moved: 30, failed: 0, refused: 0 })
})

test('a busy host takes a quarter of a claim while others wait, and all of it when they do not', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 30, { host: 'busy.example' })
  for (let host = 0; host < 6; host += 1) await addMessages(db, 1, { host: `h${host}.example` })
  const claims: string[][] = []
  const batch = async (rows: readonly HostRow[]) => {
    claims.push(rows.map((row) => row.host))
    return new Map(rows.map((row) => [row.id, 'processed'] as const))
  }
  const limits = { concurrencyPerModel: 1 }
  await runnerFor(t, db, [{ graph: shared, handlers: { received: { batch } } }], limits).runUntilIdle()
  const [first = [], second = []] = claims
  assert.equal(first.filter((host) => host === 'busy.example').length, 2)
  assert.equal(first.length, 8)
  assert.equal(second.filter((host) => host === 'busy.example').length, 8)
  assert.deepEqual(await countByState(db), { processed: 36 })
})

test('a busy host that fills its share in flight leaves room for a host behind it', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 600, { host: 'busy.example' }) // more than a claim looks at
  await addMessages(db, 1, { host: 'other.example' })
  const answers = gate()
  const other = gate()
  const batch = async (rows: readonly HostRow[]) => {
    if (rows.some((row) => row.host === 'other.example')) other.open()
    else await answers.opened
    return new Map(rows.map((row) => [row.id, 'processed'] as const))
  }
  const runner = runnerFor(t, db, [{ graph: shared, handlers: { received: { batch } } }])
  const idle = runner.runUntilIdle()
  await other.opened
  answers.open()
  await idle
  assert.deepEqual(await countByState(db), { processed: 601 })
})

test("the owner's own work comes first, in a graph and across graphs", async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 10)
  const hosts = Array.from({ length: 10 }, (_, index) => ({ host: `h${index}.example` }))
  await db.insertInto('peers').values(hosts).execute()
  await addMessages(db, 5, { priority: 0 })
  const order: string[] = []
  const note = async (name: string) => {
    // The first call lasts until everything is claimed: what comes after it is a matter of order alone.
    if (order.push(name) === 1)
      await until('everything is claimed', async () => (await runner.status()).inFlight === 25)
  }
  const peer = async () => {
    await note('peer')
    return 'updated' as const
  }
  const received = async (row: HostRow) => {
    await note(row.state_priority === 0 ? 'own' : 'message')
    return 'processed' as const
  }
  const runner = runnerFor(
    t,
    db,
    [
      { graph: peers, handlers: { outdated: { each: peer } } },
      { graph: plain, handlers: { received: { each: received } } },
    ],
    { concurrency: 1, concurrencyPerModel: 50 },
  )
  await runner.runUntilIdle()
  assert.equal(order.length, 25)
  assert.equal(order.slice(0, 6).filter((name) => name === 'own').length, 5, order.join(' '))
})

test("the owner's own work finds a free handler although slow work of others fills the rest", async (t) => {
  const { db, connection } = await openTestDatabase()
  const listener = openListener(connection, 'homebird test', silent)
  t.after(async () => listener.close())
  await listener.ready
  await addMessages(db, 50)
  const answers = gate()
  const own = gate()
  let waiting = 0
  const full = gate()
  const each = async (row: HostRow) => {
    if (row.state_priority === 0) own.open()
    else {
      waiting += 1
      if (waiting === 3) full.open()
      await answers.opened
    }
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph: plain, handlers: { received: { each } } }], {
    concurrencyPerModel: 4,
    listener,
  })
  runner.start()
  await full.opened
  await addMessages(db, 1, { priority: 0 })
  await wakeWorker(db, 'inbox_messages')
  await own.opened
  assert.equal(waiting, 3)
  answers.open()
  await until('51 rows are processed', async () => (await countByState(db))['processed'] === 51)
})

test('a paused graph is left alone until it is resumed, the others go on', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 5)
  await db.insertInto('peers').values({ host: 'a.example' }).execute()
  const runner = runnerFor(t, db, [
    { graph: plain, handlers: { received: { each: async () => 'processed' } } },
    { graph: peers, handlers: { outdated: { each: async () => 'updated' } } },
  ])
  runner.pause('inbox_messages')
  assert.equal((await runner.runUntilIdle()).moved, 1)
  assert.deepEqual(await countByState(db), { received: 5 })
  const paused = await runner.status()
  assert.equal(paused.isPaused, false)
  assert.deepEqual(
    paused.graphs.map(({ graph, waiting, isPaused }) => ({ graph, waiting, isPaused })),
    [
      { graph: 'inbox_messages', waiting: 5, isPaused: true },
      { graph: 'peers', waiting: 0, isPaused: false },
    ],
  )
  runner.resume()
  assert.equal((await runner.runUntilIdle()).moved, 5)
})

test('pausing hands back what was claimed and does not run yet', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 8)
  const begun = gate()
  const answers = gate()
  const each = async () => {
    begun.open()
    await answers.opened
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph: plain, handlers: { received: { each } } }], {
    concurrencyPerModel: 2,
  })
  const idle = runner.runUntilIdle()
  await begun.opened
  runner.pause()
  answers.open()
  await idle
  assert.deepEqual(await countByState(db), { processed: 2, received: 6 })
  const held = await db
    .selectFrom('inbox_messages')
    .select('id')
    .where('state_lock_token', 'is not', null)
    .execute()
  assert.deepEqual(held, [])
})
