/** A connection that is open and says nothing more: what waits for it fails, and the next statement has another. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { sql } from 'kysely'
import { createLogger } from '../../../server/core/log.ts'
import { openDatabase } from '../../../server/db/pool.ts'
import { isDatabaseAway } from '../../../server/db/transaction.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { openSilentLine } from '../../support/silent-line.ts'
import { createTestDatabase } from '../../support/test-database.ts'

async function openLine(t: TestContext, silenceMs: number) {
  const line = await openSilentLine(await createTestDatabase())
  afterInReverse(t, () => line.close())
  const open = openDatabase(line.connection, {
    connections: 1,
    applicationName: 'homebird test',
    log: createLogger('test', 'silent'),
    silenceMs,
  })
  afterInReverse(t, () => open.close())
  return { line, db: open.db }
}

test('a statement on a half-open connection fails as when the database is away, and the home goes on', async (t) => {
  const { line, db } = await openLine(t, 400)
  const answer = async (): Promise<number | undefined> =>
    (await sql<{ one: number }>`select 1 as one`.execute(db)).rows[0]?.one
  assert.equal(await answer(), 1)
  line.fallSilent()
  await assert.rejects(answer(), (error) => isDatabaseAway(error))
  assert.equal(await answer(), 1)
  line.fallSilent()
  const transaction = db.transaction().execute(async (tx) => {
    await sql`select 1`.execute(tx)
  })
  await assert.rejects(transaction, (error) => isDatabaseAway(error))
  assert.equal(await answer(), 1)
})

test('who has set another limit for the connection is waited for', async (t) => {
  const { db } = await openLine(t, 200)
  await db.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx)
    await sql`select pg_sleep(0.6)`.execute(tx)
  })
})
