import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { openListener } from '../../../server/db/listen.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { defineGraph } from '../../../server/stator/graph.ts'
import { hastenHost, listQuarantined, moveRows, redrive } from '../../../server/stator/move.ts'
import { openTestDatabase } from '../../support/test-database.ts'
import { addMessages, countByState, message, runnerFor, silent } from './support.ts'

const graph = defineGraph(
  'inbox_messages',
  {
    received: {
      next: ['processed'],
      initial: true,
      retryEverySeconds: 60,
      timeoutSeconds: 60,
      timeoutState: 'dropped',
    },
    processed: { next: ['received', 'dropped'] },
    dropped: { next: ['received', 'later'] },
    later: { next: ['processed'], retryEverySeconds: 600, attemptsImmediately: false },
  },
  { hostColumn: 'host' },
)

test('rows move along declared moves only, and the caller learns which did', async () => {
  const { db } = await openTestDatabase()
  const [processed = ''] = await addMessages(db, 1, { state: 'processed', dueInSeconds: null })
  const [received = ''] = await addMessages(db, 1)
  const moved = await inTransaction(db, async (tx) =>
    moveRows(tx, graph, [processed, received, '1'], 'dropped', { note: 'not wanted', priority: 0 }),
  )
  // `received` times out to `dropped`, but nobody may move it there.
  assert.deepEqual(moved, [processed])
  const row = await message(db, processed)
  assert.deepEqual([row.state, row.state_error, row.state_priority], ['dropped', 'not wanted', 0])
  assert.equal(row.state_next_attempt_at, null)
  assert.equal((await message(db, received)).state, 'received')
})

test('a move starts the state afresh and makes an automatic one due', async () => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1, { state: 'dropped', dueInSeconds: null, changedSecondsAgo: 999 })
  await sql`update inbox_messages set state_attempts = 4, state_errors = 3, state_deaths = 2, state_error = 'old'`.execute(
    db,
  )
  await inTransaction(db, async (tx) => moveRows(tx, graph, [id], 'received'))
  const { rows } = await sql<{ fresh: boolean; due: boolean }>`
    select state_changed_at > now() - interval '1 minute' as fresh, state_next_attempt_at <= now() as due
      from inbox_messages`.execute(db)
  assert.deepEqual(rows, [{ fresh: true, due: true }])
  const row = await message(db, id)
  assert.deepEqual([row.state_attempts, row.state_errors, row.state_deaths, row.state_error], [0, 0, 0, null])
})

test('a state that does not attempt immediately is due after its interval', async () => {
  const { db } = await openTestDatabase()
  const [id = ''] = await addMessages(db, 1, { state: 'dropped', dueInSeconds: null })
  await inTransaction(db, async (tx) => moveRows(tx, graph, [id], 'later'))
  const { rows } = await sql<{ minutes: number }>`
    select round(extract(epoch from state_next_attempt_at - state_changed_at) / 60)::int as minutes
      from inbox_messages`.execute(db)
  assert.deepEqual(rows, [{ minutes: 10 }])
})

test('a move to a state that nothing leads to is a mistake of the program', async () => {
  const { db } = await openTestDatabase()
  const orphan = defineGraph('inbox_messages', { received: { next: ['processed'] }, processed: { next: [] } })
  await assert.rejects(
    inTransaction(db, async (tx) => moveRows(tx, orphan, ['1'], 'received')),
    (error) => isHomebirdError(error, 'STATE_UNDECLARED'),
  )
})

test('a move wakes the worker when it commits, and only where there is something to do', async (t) => {
  const { db, connection } = await openTestDatabase()
  const [a = '', b = ''] = await addMessages(db, 2, { state: 'processed', dueInSeconds: null })
  const listener = openListener(connection, 'homebird test', silent)
  t.after(async () => listener.close())
  await listener.ready
  const heard: string[] = []
  const last = Promise.withResolvers<void>()
  listener.subscribe('stator', {
    onNotification(payload) {
      heard.push(payload)
      if (payload === 'last') last.resolve()
    },
  })
  await inTransaction(db, async (tx) => moveRows(tx, graph, [a], 'dropped'))
  await inTransaction(db, async (tx) => moveRows(tx, graph, [a, b], 'received'))
  await inTransaction(db, async (tx) => moveRows(tx, graph, [a, b], 'received'))
  await sql`select pg_notify('stator', 'last')`.execute(db)
  await last.promise
  assert.deepEqual(heard, ['inbox_messages', 'last'])
})

test('the rows of a host that speaks again are due at once, those of others wait on', async () => {
  const { db } = await openTestDatabase()
  const [back = ''] = await addMessages(db, 1, { host: 'back.example', dueInSeconds: 5_000 })
  const [held = ''] = await addMessages(db, 1, { host: 'back.example', dueInSeconds: 40 })
  const [poison = ''] = await addMessages(db, 1, { host: 'back.example', dueInSeconds: null })
  await addMessages(db, 1, { host: 'silent.example', dueInSeconds: 5_000 })
  await sql`update inbox_messages set state_lock_token = gen_random_uuid() where id = ${held}`.execute(db)
  assert.equal(await hastenHost(db, graph, 'back.example'), 1)
  const { rows } = await sql<{ id: string }>`
    select id from inbox_messages where state_next_attempt_at <= now()`.execute(db)
  assert.deepEqual(rows, [{ id: back }])
  assert.equal((await message(db, poison)).state_next_attempt_at, null)
})

test('quarantined rows are listed with their error, and tried again when the owner says so', async (t) => {
  const { db } = await openTestDatabase()
  const [poison = '', other = ''] = await addMessages(db, 2, { changedSecondsAgo: 10 })
  let isHealed = false
  const each = async (row: { id: string }) => {
    if (row.id === poison && !isHealed) throw new Error('cannot parse it')
    return 'processed' as const
  }
  const patient = defineGraph('inbox_messages', {
    received: { next: ['processed'], retryEverySeconds: 60 },
    processed: { next: [] },
  })
  const runner = runnerFor(t, db, [{ graph: patient, handlers: { received: { each } } }])
  for (let attempt = 0; attempt < 12; attempt += 1) await runner.runUntilIdle({ dueWithinSeconds: 1_000 })
  const listed = await listQuarantined(db, patient, 10)
  const [row] = listed
  assert.equal(listed.length, 1)
  assert.deepEqual([row?.graph, row?.key, row?.state], ['inbox_messages', poison, 'received'])
  assert.deepEqual([row?.errors, row?.deaths, row?.error], [12, 0, 'Error: cannot parse it'])
  assert.ok(row?.changedAt instanceof Date)
  assert.equal((await runner.status()).graphs[0]?.quarantined, 1)
  isHealed = true
  assert.deepEqual(await redrive(db, patient, [poison, other]), [poison])
  assert.deepEqual(await listQuarantined(db, patient, 10), [])
  assert.equal((await runner.runUntilIdle()).moved, 1)
  assert.deepEqual(await countByState(db), { processed: 2 })
})

test('nothing is asked of the database for no rows', async () => {
  const opened = await openTestDatabase()
  await inTransaction(opened.db, async (tx) => {
    const before = opened.statementCount()
    assert.deepEqual(await moveRows(tx, graph, [], 'dropped'), [])
    assert.deepEqual(await redrive(tx, graph, []), [])
    assert.equal(opened.statementCount(), before)
  })
})
