import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { statement } from '../../../server/db/statement.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { openTestDatabase } from '../../support/test-database.ts'

interface Between {
  readonly from: number
  readonly until: number | null
}

const numbers = statement(({ from, until }: Between, shape: { readonly step: number }) => {
  const upTo = until === null ? sql`${from}::int + 4` : sql`${until}::int`
  return sql<{ n: number }>`
    select n from generate_series(${from}::int, ${upTo}, ${shape.step}::int) as n where n >= ${from}::int order by n`
})

test('a statement that is written once answers for the values of each call', async () => {
  const { db } = await openTestDatabase()
  const read = async (values: Between, step = 1) => (await numbers(db, values, { step })).map(({ n }) => n)
  assert.deepEqual(await read({ from: 3, until: 5 }), [3, 4, 5])
  assert.deepEqual(await read({ from: 7, until: 8 }), [7, 8])
  assert.deepEqual(await read({ from: 1, until: null }), [1, 2, 3, 4, 5])
  assert.deepEqual(await read({ from: 1, until: null }, 2), [1, 3, 5])
  assert.deepEqual(await read({ from: 2, until: 3 }), [2, 3])
})

test('a value that is used often is sent once, and constants keep their places', async () => {
  const { db } = await openTestDatabase()
  const sent: unknown[] = []
  const told = statement(
    ({ name, ids }: { name: string; ids: readonly string[] }) => sql<{ told: string; count: number }>`
      select ${'constant'}::text || ${name}::text || ${name}::text as told,
             cardinality(${ids}::bigint[]) + cardinality(${ids}::bigint[]) as count`,
  )
  const watched = {
    getExecutor: () => db.getExecutor(),
    executeQuery: async (query: { parameters: readonly unknown[] }) => {
      sent.push(query.parameters)
      return db.executeQuery(query as never)
    },
  } as unknown as typeof db
  const rows = await told(watched, { name: 'a', ids: ['1', '2'] })
  assert.deepEqual(rows, [{ told: 'constantaa', count: 4 }])
  assert.deepEqual(sent, [['constant', 'a', ['1', '2']]])
})

test('a statement whose text looks like a place of a parameter is refused before it is sent', async () => {
  const { db } = await openTestDatabase()
  const wrong = statement(({ name }: { name: string }) => sql`select '$7', ${name}::text`)
  await assert.rejects(
    wrong(db, { name: 'x' }),
    (error) => isHomebirdError(error) && error.code === 'INTERNAL',
  )
})
