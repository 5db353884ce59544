import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { openTestDatabase } from '../../support/test-database.ts'

test('ids grow in every session, also when many sessions ask at once', async () => {
  const { db } = await openTestDatabase()
  const batches = await Promise.all(
    Array.from({ length: 8 }, async () => {
      const { rows } = await sql<{ id: string }>`select next_id() as id from generate_series(1, 500)`.execute(
        db,
      )
      return rows.map((row) => BigInt(row.id))
    }),
  )
  for (const batch of batches) {
    for (let index = 1; index < batch.length; index += 1)
      assert.ok((batch[index] ?? 0n) > (batch[index - 1] ?? 0n))
  }
  assert.equal(new Set(batches.flat()).size, 4000)
})

test('an id made later is larger although the clock went back', async () => {
  const { db } = await openTestDatabase()
  // A clock that went back looks to the sequence like ids that are ahead of the time.
  await sql`select setval('id_sequence', ((extract(epoch from clock_timestamp()) * 1000)::bigint + 3600000) << 16)`.execute(
    db,
  )
  const first = await sql<{ id: string }>`select next_id() as id`.execute(db)
  const second = await sql<{ id: string }>`select next_id() as id`.execute(db)
  assert.ok(BigInt(second.rows[0]?.id ?? 0) > BigInt(first.rows[0]?.id ?? 0))
})

test('the id of an older post sorts by when it was written and never lies in the future', async () => {
  const { db } = await openTestDatabase()
  const { rows } = await sql<{ old: string; young: string; future: string; present: string }>`
    select id_at('2020-01-01T00:00:00Z') as old, id_at('2024-01-01T00:00:00Z') as young,
           id_at(now() + interval '1 year') as future, next_id() as present`.execute(db)
  const row = rows[0]
  assert.ok(row)
  assert.ok(BigInt(row.old) < BigInt(row.young))
  assert.ok(BigInt(row.young) < BigInt(row.present))
  assert.ok(BigInt(row.future) < BigInt(row.present) + (1000n << 16n))
})
