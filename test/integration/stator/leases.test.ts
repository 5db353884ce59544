import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { CompiledQuery, sql } from 'kysely'
import { claimText, hostClaimText } from '../../../server/stator/claim-sql.ts'
import { Claims, workerTag } from '../../../server/stator/claim.ts'
import { again, defineGraph } from '../../../server/stator/graph.ts'
import { moveRows } from '../../../server/stator/move.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { openTestDatabase } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'
import { addMessages, claimAndDie, countByState, gate, message, runnerFor } from './support.ts'

const states = {
  received: { next: ['processed', 'dropped'], retryEverySeconds: 60 },
  processed: { next: [] },
  dropped: { next: [] },
} as const
const graph = defineGraph('inbox_messages', states, { claimSize: 100 })
const byHost = defineGraph('inbox_messages', states, { claimSize: 100, hostColumn: 'host' })

test('two workers side by side handle every row once', async (t) => {
  const { db } = await openTestDatabase()
  for (const [name, declared] of [
    ['plain', graph],
    ['by host', byHost],
  ] as const) {
    for (let host = 0; host < 10; host += 1) await addMessages(db, 40, { host: `h${host}.example` })
    const handled: string[] = []
    const each = async (row: { id: string }) => {
      handled.push(row.id)
      await Promise.resolve()
      return 'processed' as const
    }
    const work = [{ graph: declared, handlers: { received: { each } } }]
    const runners = [runnerFor(t, db, work), runnerFor(t, db, work)]
    await Promise.all(runners.map(async (runner) => runner.runUntilIdle()))
    assert.equal(handled.length, 400, name)
    assert.equal(new Set(handled).size, 400, name)
    assert.deepEqual(await countByState(db), { processed: 400 }, name)
    await db.deleteFrom('inbox_messages').execute()
  }
})

test('rows of a claim come in the order of their age, the own ones first', async () => {
  const { db } = await openTestDatabase()
  const theirs = await addMessages(db, 5, { dueInSeconds: -1 })
  const late = await addMessages(db, 5, { dueInSeconds: -500 })
  const own = await addMessages(db, 2, { priority: 0 })
  for (const declared of [graph, byHost]) {
    assert.deepEqual(await claimAndDie(db, declared), [...own, ...theirs, ...late])
    await sql`update inbox_messages set state_lock_token = null, state_deaths = 0`.execute(db)
  }
})

test('a claim finds its rows by the primary key, although the statistics know of none that is due', async () => {
  const { db } = await openTestDatabase()
  await addMessages(db, 6_000, { dueInSeconds: 3_600 })
  await sql`analyze inbox_messages`.execute(db)
  await addMessages(db, 1_000)
  const values = [randomUUID(), 45, 0, 100, [], 1]
  for (const [text, parameters] of [
    [claimText(graph), values],
    [hostClaimText(byHost, 'host'), [...values, [], [], [], 25]],
  ] as const) {
    const { rows } = await db.executeQuery<{ 'QUERY PLAN': string }>(
      CompiledQuery.raw(`explain ${text}`, [...parameters]),
    )
    const scans = rows.map((row) => row['QUERY PLAN']).filter((line) => line.includes(' Scan '))
    assert.equal(scans.filter((line) => line.includes('Seq Scan')).length, 0, scans.join('\n'))
    assert.equal(scans.filter((line) => line.includes('inbox_messages_due')).length, 1, scans.join('\n'))
  }
})

test('a claimed row is hidden from others until its lease ends, and then a death is counted', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  assert.deepEqual(await claimAndDie(db, graph), [id])
  let deaths = -1
  const each = async (row: { state_deaths: number }) => {
    deaths = row.state_deaths
    const others = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => 'dropped' } } }])
    assert.equal((await others.runUntilIdle({ dueWithinSeconds: 10_000 })).attempts, 0)
    return 'processed' as const
  }
  await runnerFor(t, db, [{ graph, handlers: { received: { each } } }]).runUntilIdle()
  assert.equal(deaths, 1)
  const row = await message(db, id)
  assert.deepEqual([row.state, row.state_deaths], ['processed', 0])
})

test('a held row stays held although somebody makes it due', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 1)
  let attempts = 0
  const each = async () => {
    attempts += 1
    await sql`update inbox_messages set state_next_attempt_at = now() - interval '1 hour'`.execute(db)
    const other = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => 'dropped' } } }])
    await other.runUntilIdle()
    return 'processed' as const
  }
  await runnerFor(t, db, [{ graph, handlers: { received: { each } } }]).runUntilIdle()
  assert.equal(attempts, 1)
  assert.deepEqual(await countByState(db), { processed: 1 })
})

test('the rows of a killed worker come back by themselves', async (t) => {
  const { db, connection } = await openTestDatabase()
  await addMessages(db, 20)
  const script = join(import.meta.dirname, '../../support/children/stator-worker.ts')
  const child = spawn(process.execPath, [script, JSON.stringify(connection)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  assert.equal(line, 'holding 20')
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
  const everyRow = gate()
  let handled = 0
  const batch = async (rows: readonly { id: string; state_deaths: number }[]) => {
    for (const row of rows) assert.equal(row.state_deaths, 1)
    handled += rows.length
    if (handled === 20) everyRow.open()
    return new Map(rows.map((row) => [row.id, 'processed'] as const))
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { batch } } }])
  runner.start()
  await everyRow.opened
  await until('20 rows are processed', async () => (await countByState(db))['processed'] === 20)
})

test('a worker that starts again frees at once what its former process held, and nothing else', async (t) => {
  const { db } = await openTestDatabase()
  const [ours = '', theirs = ''] = await addMessages(db, 2)
  const request = { leaseSeconds: 60, limit: 1, aheadSeconds: 0, exceptKeys: [], isOwnOnly: false }
  for (const worker of ['worker 0', 'worker 1']) {
    await new Claims(graph, workerTag(worker)).take(db, request, { rooms: new Map(), room: 1 }, 0)
  }
  const deaths: number[] = []
  const each = async (row: { state_deaths: number }) => {
    deaths.push(row.state_deaths)
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }], { workerId: 'worker 0' })
  runner.start()
  await until('the row is processed', async () => (await message(db, ours)).state === 'processed')
  assert.deepEqual(deaths, [1])
  assert.equal((await message(db, theirs)).state, 'received')
})

test('a long handler keeps its lease', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const each = async (row: { state_locked_until: Date | null }) => {
    const claimedUntil = row.state_locked_until?.getTime() ?? 0
    // Well after the end of the first lease the row is still ours.
    await until('the first lease is over', async () => {
      const { rows } = await sql<{ over: boolean; held: boolean }>`
        select now() > ${new Date(claimedUntil + 300)} as over, state_locked_until > now() as held
          from inbox_messages`.execute(db)
      assert.equal(rows[0]?.held, true)
      return rows[0].over
    })
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }], { leaseSeconds: 0.6 })
  assert.deepEqual(await runner.runUntilIdle(), { attempts: 1, moved: 1, failed: 0, refused: 0 })
  assert.equal((await message(db, id)).state_deaths, 0)
})

test('a result that comes after the lease was lost is refused', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const each = async () => {
    // Another worker takes the row over, as if this one had been asleep for a minute.
    await sql`update inbox_messages set state_lock_token = gen_random_uuid(), state_error = 'theirs'`.execute(
      db,
    )
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }])
  const tally = await runner.runUntilIdle()
  assert.deepEqual(tally, { attempts: 1, moved: 0, failed: 0, refused: 1 })
  const row = await message(db, id)
  assert.deepEqual([row.state, row.state_error], ['received', 'theirs'])
})

test('a row that is moved from outside while it is handled belongs to the mover', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const each = async () => {
    await inTransaction(db, async (tx) => moveRows(tx, graph, [id], 'dropped', { note: 'by the owner' }))
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }])
  assert.equal((await runner.runUntilIdle()).refused, 1)
  const row = await message(db, id)
  assert.deepEqual([row.state, row.state_error, row.state_lock_token], ['dropped', 'by the owner', null])
})

test('a handler is told to stop when its lease is lost', async (t) => {
  const { db } = await openTestDatabase()
  await addMessages(db, 1)
  const each = async (_row: unknown, { signal }: { signal: AbortSignal }) => {
    await sql`update inbox_messages set state_lock_token = gen_random_uuid(),
                     state_next_attempt_at = now() + interval '1 hour'`.execute(db)
    await once(signal, 'abort')
    return 'processed' as const
  }
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each } } }], { leaseSeconds: 0.5 })
  await runner.runUntilIdle()
  assert.deepEqual(await countByState(db), { received: 1 })
})

test('rows that were held in two deaths are tried alone; the third death puts one in quarantine', async (t) => {
  const { db } = await openTestDatabase()
  const ids = await addMessages(db, 10)
  const killer = ids[3] ?? ''
  assert.equal((await claimAndDie(db, graph)).length, 10)
  assert.equal((await claimAndDie(db, graph)).length, 10)
  assert.deepEqual(await claimAndDie(db, graph), [], 'no ordinary claim takes them any more')
  const calls: string[][] = []
  const batch = async (rows: readonly { id: string }[]) => {
    calls.push(rows.map((row) => row.id))
    return new Map(rows.filter((row) => row.id !== killer).map((row) => [row.id, 'processed'] as const))
  }
  const suspects = new Claims(graph, workerTag(undefined))
  for (;;) {
    // A worker that tries them one by one and dies of the killer.
    const found = await suspects.takeSuspect(db, 0, 0)
    if (found === null || found.task.key === killer) break
    await suspects.release(db, [found.task])
    await sql`update inbox_messages set state_next_attempt_at = now() where id = ${found.task.key}`.execute(
      db,
    )
  }
  await runnerFor(t, db, [{ graph, handlers: { received: { batch } } }]).runUntilIdle()
  assert.deepEqual(
    calls.map((call) => call.length),
    Array.from({ length: 9 }, () => 1),
  )
  assert.deepEqual(await countByState(db), { processed: 9, received: 1 })
  const row = await message(db, killer)
  assert.deepEqual([row.state_deaths, row.state_next_attempt_at, row.state_lock_token], [3, null, null])
  assert.match(row.state_error ?? '', /died 3 times/)
})

test('deaths that lie between good attempts do not add up', async (t) => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1)
  const runner = runnerFor(t, db, [{ graph, handlers: { received: { each: async () => again() } } }])
  for (let round = 0; round < 4; round += 1) {
    await sql`update inbox_messages set state_next_attempt_at = now()`.execute(db)
    assert.equal((await claimAndDie(db, graph)).length, 1)
    assert.equal((await runner.runUntilIdle()).attempts, 1)
    assert.equal((await message(db, id)).state_deaths, 0)
  }
})
