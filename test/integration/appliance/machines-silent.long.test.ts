/** A machine whose line to the external database goes dead without a word: it notices, and is not held up when it stops. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Machines } from '../../../server/appliance/machines.ts'
import { withClient } from '../../../server/db/connection.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { openSilentLine } from '../../support/silent-line.ts'
import { createTestDatabase } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'

const LOOK_MS = 50
/** A net: less than the 35 s after which the look fails by itself. */
const WITHIN_MS = 25_000
const NEEDS = {
  demand: { servers: 1, workers: 1, pool: 12, reserve: 5 },
  supply: { maxConnections: 200, superuserReserved: 3 },
  mayBeFirst: () => true,
}

async function openMachine(t: TestContext, silenceMs?: number) {
  const database = await createTestDatabase()
  const line = await openSilentLine(database)
  const limit = silenceMs === undefined ? {} : { silenceMs }
  const machine = await Machines.join({ connection: line.connection, ...NEEDS, ...limit })
  // The line first: what waits on it ends with it.
  afterInReverse(t, () => machine.close())
  afterInReverse(t, () => line.close())
  assert.ok(machine.isFirst)
  const ask = async (sql: string, values: unknown[] = []): Promise<unknown> =>
    withClient(
      database,
      async (client) => (await client.query<{ value: unknown }>(sql, values)).rows[0]?.value,
    )
  return { machine, line, ask }
}

/** Until it has sent a look that no answer comes to. @returns what it tells from then on */
async function lookInVain({ machine, line, ask }: Awaited<ReturnType<typeof openMachine>>) {
  const told: string[] = []
  line.fallSilent()
  const since = await ask('select now()::text as value')
  machine.follow((_, message) => void told.push(message), LOOK_MS)
  await until('a look that has no answer', async () => {
    const count = await ask(
      `select count(*)::int as value from pg_stat_activity
        where application_name like 'homebird machine %' and datname = current_database() and query_start > $1`,
      [since],
    )
    return count === 1
  })
  return told
}

test('a machine that stops does not wait for what a dead line does not answer', async (t) => {
  const opened = await openMachine(t)
  const { machine } = opened
  const told = await lookInVain(opened)
  let isClosed = false
  const closing = machine.close().then(() => (isClosed = true))
  await until('it to have closed', () => isClosed, WITHIN_MS)
  await closing
  assert.equal(machine.isFirst, false)
  assert.deepEqual(
    told.filter((message) => message.includes('out of sight')),
    [],
    'who stops tells nothing of it',
  )
})

test('a machine that hears nothing is the first no longer, and comes back on another line', async (t) => {
  const opened = await openMachine(t, 4_000)
  const { machine } = opened
  const told = await lookInVain(opened)
  await until('it to notice', () => told.some((message) => message.includes('out of sight')))
  await until('it to be the first again', () => machine.isFirst)
})
