import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { openTestDatabase } from '../../support/test-database.ts'

test('transactions that lock the same rows in opposite orders all get through', async () => {
  const { db } = await openTestDatabase()
  await sql`create table figures (id int primary key, figure int not null)`.execute(db)
  await sql`insert into figures values (1, 0), (2, 0)`.execute(db)
  const bothHoldOne = Promise.withResolvers<void>()
  let [attempts, holders] = [0, 0]
  const collide = async (first: number, second: number): Promise<void> =>
    inTransaction(db, async (tx) => {
      attempts += 1
      await sql`update figures set figure = figure + 1 where id = ${first}`.execute(tx)
      holders += 1
      if (holders === 2) bothHoldOne.resolve()
      // Each waits until the other has its first row: now neither can have its second.
      await bothHoldOne.promise
      await sql`update figures set figure = figure + 1 where id = ${second}`.execute(tx)
    })
  await Promise.all([collide(1, 2), collide(2, 1)])
  const { rows } = await sql<{ figure: number }>`select figure from figures order by id`.execute(db)
  assert.deepEqual(rows, [{ figure: 2 }, { figure: 2 }])
  assert.ok(attempts > 2, 'nobody stood in anybody’s way')
})

test('who is always in the way is told so in the end', async () => {
  const { db } = await openTestDatabase()
  let tries = 0
  const collide = inTransaction(db, async (tx) => {
    tries += 1
    await sql`do $$ begin raise exception using errcode = '40P01'; end $$`.execute(tx)
  })
  await assert.rejects(collide, { code: '40P01' })
  assert.equal(tries, 5)
})

test('what is no collision is thrown at once', async () => {
  const { db } = await openTestDatabase()
  let tries = 0
  const divide = inTransaction(db, async (tx) => {
    tries += 1
    await sql`select 1 / 0`.execute(tx)
  })
  await assert.rejects(divide, { code: '22012' })
  assert.equal(tries, 1)
})
