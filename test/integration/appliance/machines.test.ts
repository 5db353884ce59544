/** Machines on one external database: what each may hold of its connections, and which of them makes the backups. */
import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { type TestContext, after, test } from 'node:test'
import { splitConnections } from '../../../server/appliance/connection-budget.ts'
import {
  type ApplianceRole,
  type DatabasePlan,
  joinMachines,
} from '../../../server/appliance/home-database.ts'
import { type MachineNeeds, Machines, machineName, parseMachine } from '../../../server/appliance/machines.ts'
import { ADVISORY_LOCK } from '../../../server/core/advisory-locks.ts'
import { loadConfig } from '../../../server/core/config.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { VERSION } from '../../../server/core/version.ts'
import { withClient } from '../../../server/db/connection.ts'
import { afterInReverse } from '../../support/after-in-reverse.ts'
import { openTestCluster } from '../../support/test-cluster.ts'
import { until } from '../../support/until.ts'

const DEMAND = { servers: 1, workers: 1, pool: 12, reserve: 5 }
const LOOK_MS = 50
const AT_ONCE = { ghostMs: 0 }

// Of this file alone: what other homes hold of a PostgreSQL counts too.
const cluster = await openTestCluster()
after(async () => cluster.close())
const { connection } = cluster

async function join(
  t: TestContext,
  maxConnections: number,
  more: Partial<MachineNeeds> = {},
): Promise<Machines> {
  const supply = { maxConnections, superuserReserved: 3 }
  const machines = await Machines.join({
    connection,
    demand: DEMAND,
    supply,
    mayBeFirst: () => true,
    ...more,
  })
  afterInReverse(t, () => machines.close())
  return machines
}

/** What ran before in the same database may still be ending. */
async function joinAsFirst(t: TestContext): Promise<Machines> {
  const machines = await join(t, 200)
  machines.follow(() => undefined, LOOK_MS)
  await until('it to be the first', () => machines.isFirst)
  return machines
}

test('a machine that starts takes what the others leave, and what one held is free when it has gone', async (t) => {
  const one = await join(t, 50)
  assert.equal(one.budget.perProcess, 12)
  const two = await join(t, 50, AT_ONCE)
  // 50 - 3 of the administrator - 5 in reserve - 26 of the other - 2 of its own supervisor = 14 for two processes
  assert.equal(two.budget.perProcess, 7)
  assert.deepEqual(
    two.others.map(({ host, connections }) => ({ host, connections })),
    [{ host: hostname(), connections: 26 }],
  )
  await one.close()
  assert.equal((await join(t, 50)).budget.perProcess, 12)
})

test('a machine for which too few are left is refused with who holds what and with what helps', async (t) => {
  await join(t, 36)
  await assert.rejects(join(t, 36, AT_ONCE), (error) => {
    assert.ok(isHomebirdError(error, 'CONNECTION_BUDGET'))
    assert.match(error.message, /allows 36 connections .* at least 42/)
    assert.ok(error.message.includes(`other machines of it hold: 26 of ${hostname()}`))
    assert.match(error.message, /HOMEBIRD_DB_POOL of the other machines/)
    return true
  })
})

const OVERRUN = /and late \(22 connections\) may hold 48 connections .* which allows 47: start again/
const VERSIONS = /run another Homebird than .*: late \(0\.0\.9\)/

test('machines that came while others were out of sight, or are of another version, are told of once', async (t) => {
  const one = await join(t, 50)
  const told: string[] = []
  one.follow((level, message) => void (level === 'warn' && told.push(message)), LOOK_MS)
  const other = { connections: 22, version: '0.0.9', host: 'late' }
  await withClient({ ...connection }, async (client) => {
    await client.query(`select set_config('application_name', $1, false)`, [machineName(other)])
    const isTold = (words: RegExp): boolean => told.some((line) => words.test(line))
    await until('both to be told', () => isTold(OVERRUN) && isTold(VERSIONS))
    await client.query(`select set_config('application_name', $1, false)`, [
      machineName({ ...other, connections: 21, version: VERSION }),
    ])
    await until('it to be seen as it is', () => one.others.some(({ version }) => version === VERSION))
  })
  for (const once of [OVERRUN, VERSIONS]) assert.equal(told.filter((line) => once.test(line)).length, 1)
})

test('two that start at once never take the same connections', async (t) => {
  const budgets = (await Promise.all([join(t, 50, AT_ONCE), join(t, 50, AT_ONCE)])).map(
    ({ budget }) => budget.perProcess,
  )
  assert.deepEqual(
    budgets.sort((a, b) => a - b),
    [7, 12],
  )
})

test('one machine makes what is made once; another does when it has gone, and machines of workers never do', async (t) => {
  const worker = await join(t, 200, { mayBeFirst: () => false })
  const one = await joinAsFirst(t)
  const two = await join(t, 200)
  for (const machine of [worker, two]) machine.follow(() => undefined, LOOK_MS)
  assert.deepEqual([worker.isFirst, one.isFirst, two.isFirst], [false, true, false])
  await one.close()
  await until('the other to take over', () => two.isFirst)
  assert.equal(worker.isFirst, false)
})

test('a machine that is set to make no backups leaves them to one that makes them, whichever started first', async (t) => {
  let makes = false
  const never = await join(t, 200, { mayBeFirst: () => makes })
  never.follow(() => undefined, LOOK_MS)
  const one = await joinAsFirst(t)
  assert.deepEqual([never.isFirst, one.isFirst], [false, true])
  makes = true
  await one.close()
  await until('it to take over once it is set to make them', () => never.isFirst)
  const told: string[] = []
  const two = await join(t, 200)
  two.follow((_, message) => void told.push(message), LOOK_MS)
  makes = false
  await until('the other to take over when that is taken back', () => two.isFirst)
  assert.equal(never.isFirst, false)
  assert.ok(told.some((message) => message.includes('makes the nightly backups of this home from now on')))
})

test('of a home, the machines that run a server and have a time for backups may make them', async (t) => {
  const supply = { maxConnections: 200, superuserReserved: 3 }
  const plan: DatabasePlan = {
    supply,
    budget: splitConnections(DEMAND, supply),
    external: { connection, supply, warnings: [] },
    machines: null,
  }
  const { config } = loadConfig({ env: { HOMEBIRD_DATA_DIR: '/nowhere' } })
  const joined = async (role: ApplianceRole, makesBackups: boolean): Promise<Machines> => {
    const { machines } = await joinMachines(plan, config, role, () => makesBackups)
    assert.ok(machines !== null)
    afterInReverse(t, () => machines.close())
    machines.follow(() => undefined, LOOK_MS)
    return machines
  }
  const others = [await joined('server', false), await joined('worker', true)]
  const one = await joined('server', true)
  await until('it to be the first', () => one.isFirst)
  assert.deepEqual(
    others.map(({ isFirst }) => isFirst),
    [false, false],
  )
})

test('a machine whose session was ended comes back with what it was granted', async (t) => {
  const told: string[] = []
  const one = await join(t, 200)
  const two = await join(t, 200)
  two.follow(() => undefined, LOOK_MS)
  await withClient(connection, async (client) =>
    client.query(
      `select pg_terminate_backend(pid) from (
         select pid from pg_stat_activity
          where application_name like 'homebird machine %' and datname = current_database()
          order by backend_start desc offset 1) as all_but_the_newest`,
    ),
  )
  await until('the other to take over', () => two.isFirst && two.others.length === 0)
  one.follow((_, message) => void told.push(message), LOOK_MS)
  await until('it to be seen again', () => !one.isFirst && two.others.length === 1)
  await until('it to have told', () => told.some((message) => message.includes('out of sight')))
})

test('the name of a machine fits into what the database keeps of it, whatever the host is called', () => {
  const machine = { connections: 26, version: '0.1.0', host: 'a'.repeat(80) }
  const name = machineName(machine)
  assert.ok(name.length <= 63, name)
  assert.equal(parseMachine(name)?.connections, 26)
  assert.deepEqual(parseMachine(machineName({ ...machine, host: 'Anas Büro' })), {
    ...machine,
    host: 'Anas-B-ro',
  })
  assert.equal(parseMachine('homebird server'), null)
})

test('machines of another home on the same PostgreSQL take connections, and are none of this home', async (t) => {
  await withClient(connection, async (client) => client.query('create database another'))
  const other = await join(t, 50, { connection: { ...connection, database: 'another' } })
  const here = await join(t, 50, AT_ONCE)
  assert.deepEqual([other.budget.perProcess, here.budget.perProcess], [12, 7])
  assert.deepEqual(here.others, [])
  for (const machine of [here, other]) machine.follow(() => undefined, LOOK_MS)
  await until('each home to have a first machine', () => here.isFirst && other.isFirst)
})

test('machines of two homes on one PostgreSQL stand in one line, where their user may enter the common database', async (t) => {
  await withClient(connection, async (client) => {
    await client.query('create database third')
    await client.query(`create role ana login`)
    await client.query('select pg_advisory_lock($1)', [ADVISORY_LOCK.joinMachines])
    const joining = join(t, 50, { connection: { ...connection, database: 'third' } })
    const waits = `
      select 1 from pg_locks
       where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())`
    await until('it to wait', async () => (await client.query(waits)).rows.length > 0)
    await client.query('select pg_advisory_unlock($1)', [ADVISORY_LOCK.joinMachines])
    assert.equal((await joining).budget.perProcess, 12)
    // Who may not enter joins all the same.
    await client.query('revoke connect on database postgres from public')
    const shut = join(t, 200, { connection: { ...connection, database: 'third', user: 'ana' } })
    assert.equal((await shut).budget.perProcess, 12)
  })
})
