/** Connections that are made anew, so that the database gives back what it kept for them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from 'kysely'
import { createLogger } from '../../../server/core/log.ts'
import { openDatabase } from '../../../server/db/pool.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { createTestDatabase } from '../../support/test-database.ts'
import { until } from '../../support/until.ts'

test('idle connections are renewed, one at least stands again, and statements go on', async (t) => {
  const open = openDatabase(await createTestDatabase(), {
    connections: 4,
    applicationName: 'homebird test',
    log: createLogger('test', 'silent'),
  })
  afterInReverse(t, () => open.close())
  const processOf = async (): Promise<number | undefined> =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(open.db)).rows[0]?.pid
  const before = new Set(await Promise.all([processOf(), processOf(), processOf()]))
  open.renew()
  await until('another process answers', async () => !before.has(await processOf()))
  assert.ok(open.counts().connections >= 1)
  assert.equal(typeof (await processOf()), 'number')
})
