import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { inTransaction } from '../../../server/db/transaction.ts'
import { openTestDatabase } from '../../support/test-database.ts'

test('transactions that lock the same rows in opposite orders all get through', async () => {
  const { db } = await openTestDatabase()
  await sql`create table figures (id int primary key, figure int not null)`.execute(db)
  await sql`insert into figures values (1, 0), (2, 0)`.execute(db)
  const attempts: number[] = []
  const collide = async (place: number): Promise<void> => {
    const order = place % 2 === 0 ? [1, 2] : [2, 1]
    await inTransaction(db, async (tx) => {
      attempts.push(place)
      for (const id of order) {
        await sql`update figures set figure = figure + 1 where id = ${id}`.execute(tx)
        await sql`select pg_sleep(0.05)`.execute(tx)
      }
    })
  }
  await Promise.all([0, 1, 2, 3].map(collide))
  const { rows } = await sql<{ figure: number }>`select figure from figures order by id`.execute(db)
  assert.deepEqual(rows, [{ figure: 4 }, { figure: 4 }])
  assert.ok(attempts.length > 4, 'nobody stood in anybody’s way')
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
