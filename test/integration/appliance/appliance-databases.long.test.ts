/** The supervisor with other databases than its own, and with more processes on one. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { openTestAppliance } from '../../support/test-appliance.ts'

test('two servers and two workers share one database within its connections', async (t) => {
  const appliance = await openTestAppliance(t).start({
    HOMEBIRD_WORKER_PROCESSES: '2',
    HOMEBIRD_DB_POOL: '20',
  })
  const status = await appliance.status()
  assert.deepEqual(
    status.parts.map((part) => part.name),
    ['database', 'server-0', 'worker-0', 'worker-1'],
  )
  assert.equal(status.connectionsPerProcess, 20)
})

test('an external database is used instead, and no cluster is made', async (t) => {
  const lender = await openTestAppliance(t).start()
  const { start, dataDir } = openTestAppliance(t)
  const { host, user, password, database } = lender.connection()
  const url = `postgresql://${user}:${password}@/${database}?host=${host}`
  const appliance = await start({ HOMEBIRD_DATABASE_URL: url })
  const status = await appliance.status()
  assert.deepEqual(
    status.parts.map((part) => part.name),
    ['server-0', 'worker-0'],
  )
  assert.equal(status.database, `PostgreSQL at ${host}:5432/homebird`)
  assert.deepEqual(readdirSync(join(dataDir, 'postgres')), [])
})

test('an external database that does not let us in is told with the remedy, before anything is written', async (t) => {
  const lender = await openTestAppliance(t).start()
  const { host, user, password, database } = lender.connection()
  const wrong: readonly [change: Record<string, string>, remedy: RegExp][] = [
    [{ password: 'wrong' }, /password is refused/],
    [{ dbname: 'absent' }, /create database/],
    [{ host: '/nowhere' }, /no socket/],
  ]
  for (const [change, remedy] of wrong) {
    const parameters = new URLSearchParams({ host, password, dbname: database, ...change })
    const { start, dataDir } = openTestAppliance(t, 'home')
    await assert.rejects(
      start({ HOMEBIRD_DATABASE_URL: `postgresql://${user}@localhost/?${parameters}` }),
      (error) =>
        isHomebirdError(error, 'DATABASE_UNREACHABLE') &&
        remedy.test(error.message) &&
        !error.message.includes(password),
    )
    assert.equal(existsSync(dataDir), false)
  }
})
