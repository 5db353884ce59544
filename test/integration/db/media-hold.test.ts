import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { mayRemoveMedia } from '../../../server/db/copies/media-hold.ts'
import { holdMedia } from '../../../server/db/copies/snapshot.ts'
import { inTransaction } from '../../../server/db/transaction.ts'
import { openTestDatabase } from '../../support/test-database.ts'

test('while a backup holds the media nobody takes them away, and everything else is written as ever', async () => {
  const { db, connection } = await openTestDatabase()
  const mayRemove = () => inTransaction(db, mayRemoveMedia)
  const hold = await holdMedia(connection)
  assert.equal(await mayRemove(), false)
  await inTransaction(db, async (tx) => {
    await sql`set local statement_timeout = '3s'`.execute(tx)
    await sql`select next_id()`.execute(tx)
  })
  await hold[Symbol.asyncDispose]()
  assert.equal(await mayRemove(), true)
})
