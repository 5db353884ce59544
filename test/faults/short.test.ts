/** The short form of the faults: connections that fall under writes, and clocks that jump under work. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { sql } from 'kysely'
import { type Clock, systemClock } from '../../server/core/clock.ts'
import { createLogger } from '../../server/core/log.ts'
import { withClient } from '../../server/db/connection.ts'
import { defineGraph } from '../../server/stator/graph.ts'
import { createRunner } from '../../server/stator/runner.ts'
import { type ApiClient, type ApiHome, openApiHome } from '../support/api-home.ts'
import { openTestDatabase } from '../support/test-database.ts'
import { until } from '../support/until.ts'

const POSTS = 40
const FALLS = 5
const DAY_MS = 86_400_000

/** Writes until the home has said yes. */
async function writeForSure(app: ApiClient, text: string): Promise<string> {
  const key = randomUUID()
  const answer = await until(
    `"${text}" is acknowledged`,
    async () => {
      const sent = await app.ask('/api/v1/statuses', {
        method: 'POST',
        body: { status: text },
        headers: { 'idempotency-key': key },
      })
      assert.ok(sent.status === 200 || sent.status === 503, `${sent.status}: ${sent.text()}`)
      return sent.status === 200 && sent
    },
    60_000,
  )
  return String(answer.json()['id'])
}

/** As when the database is started again: every connection of the home falls in the midst of what it does. */
async function endConnections({ connection }: ApiHome): Promise<void> {
  await withClient(connection, (client) =>
    client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    ),
  )
}

test(`${POSTS} acknowledged posts over ${FALLS} falls of all connections: none lost, none doubled, in order`, async () => {
  const home = await openApiHome()
  const app = await home.app()
  const acknowledged: { readonly id: string; readonly text: string }[] = []
  for (let post = 1; post <= POSTS; post += 1) {
    const text = `post ${post}.`
    const writing = writeForSure(app, text)
    if (post % (POSTS / FALLS) === 0) await endConnections(home)
    acknowledged.push({ id: await writing, text })
  }
  const ids = acknowledged.map(({ id }) => BigInt(id))
  assert.ok(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? 0n)))
  const { rows } = await sql<{ id: string }>`
    select id from posts where author_id = ${home.ana.id} order by id`.execute(home.db)
  assert.deepEqual(
    rows.map(({ id }) => id),
    acknowledged.map(({ id }) => id),
  )
})

test('work goes on, and each row is handled once, while the clock jumps a day ahead and two days back', async (t) => {
  const { db } = await openTestDatabase()
  let jumpMs = 0
  const clock: Clock = {
    now: () => new Date(systemClock.now().getTime() + jumpMs),
    monotonicMs: () => systemClock.monotonicMs(),
  }
  const graph = defineGraph('inbox_messages', {
    received: { next: ['processed'], retryEverySeconds: 60 },
    processed: { next: [] },
  })
  const handled: string[] = []
  const runner = createRunner({
    db,
    listener: null,
    clock,
    log: createLogger('test', 'silent'),
    concurrency: 4,
    concurrencyPerModel: 2,
    concurrencyPerHost: 2,
    graphs: [
      {
        graph,
        handlers: {
          received: {
            each: async (row: { id: string }) => {
              handled.push(row.id)
              if (handled.length === 20) jumpMs = DAY_MS
              if (handled.length === 40) jumpMs = -DAY_MS
              return 'processed' as const
            },
          },
        },
      },
    ],
  })
  t.after(async () => runner.stop())
  await sql`
    insert into inbox_messages (signer_uri, activity_id, activity_type, host, state, state_next_attempt_at)
    select 'https://peer.example/actor', gen_random_uuid()::text, 'Create', 'peer.example', 'received', now()
      from generate_series(1, 60)`.execute(db)
  await runner.runUntilIdle()
  assert.deepEqual([handled.length, new Set(handled).size], [60, 60])
})
