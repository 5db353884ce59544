/** Connections that are made anew, so that the database gives back what it kept for them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createLogger } from '../../../server/core/log.ts'
import { withClient } from '../../../server/db/connection.ts'
import { openDatabase } from '../../../server/db/pool.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { createTestDatabase } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'

const NAME = `homebird renewed ${process.pid}`

test('idle connections are renewed, one at least stands again, and statements go on', async (t) => {
  const connection = await createTestDatabase()
  const open = openDatabase(connection, {
    connections: 4,
    applicationName: NAME,
    log: createLogger('test', 'silent'),
  })
  afterInReverse(t, () => open.close())
  const processOf = async (): Promise<number | undefined> =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(open.db)).rows[0]?.pid
  const before = new Set(await Promise.all([processOf(), processOf(), processOf()]))
  open.renew()
  // Nobody asks for one meanwhile.
  await until('a new one stands', async () => {
    const { rows } = await withClient(connection, async (client) =>
      client.query<{ pid: number }>('select pid from pg_stat_activity where application_name = $1', [NAME]),
    )
    return rows.length > 0 && rows.every(({ pid }) => !before.has(pid))
  })
  assert.equal(open.counts().connections, 1)
  assert.ok(!before.has(await processOf()))
})
