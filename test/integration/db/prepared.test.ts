/** Which statements are planned once for each connection, as PostgreSQL itself tells. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompiledQuery, type Kysely, sql } from 'kysely'
import { SELDOM } from '../../../server/db/prepared.ts'
import type { Tables } from '../../../server/db/tables.ts'
import { openTestDatabase } from '../../support/test-database.ts'

const OFTEN = 25

/** The texts that have a name on this connection. */
async function named(one: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ statement: string }>`
    select statement from pg_prepared_statements order by statement`.execute(one)
  return rows.map(({ statement }) => statement).filter((text) => !text.includes('pg_prepared_statements'))
}

async function send(one: Kysely<Tables>, text: string, parameters: readonly unknown[], times = 1) {
  for (let count = 0; count < times; count += 1)
    await one.executeQuery(CompiledQuery.raw(text, [...parameters]))
}

test('what never changes is planned once it is repeated, anything else once it is sent often', async () => {
  const { db } = await openTestDatabase()
  await db.connection().execute(async (one) => {
    await send(one, 'select 1 as unchanging', [])
    await send(one, 'select $1::int as changing', [1], 2)
    assert.deepEqual(await named(one), [])
    await send(one, 'select 1 as unchanging', [])
    assert.deepEqual(await named(one), ['select 1 as unchanging'])
    await send(one, 'select $1::int as changing', [1], OFTEN)
    assert.deepEqual(await named(one), ['select $1::int as changing', 'select 1 as unchanging'])
  })
})

test('what is sent now and then for ever takes no name from what is sent often', async () => {
  const { db } = await openTestDatabase()
  await db.connection().execute(async (one) => {
    for (let count = 0; count < 65; count += 1) {
      await send(one, `${SELDOM} select $1::int as sweep${count}`, [1], OFTEN)
      await send(one, `${SELDOM} select 1 as tidy${count}`, [], 3)
    }
    assert.deepEqual(await named(one), [])
    await send(one, 'select $1::int as wanted', [1], OFTEN)
    assert.deepEqual(await named(one), ['select $1::int as wanted'])
  })
})
