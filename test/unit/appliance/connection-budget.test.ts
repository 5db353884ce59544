/** How the connections of a database are split over the processes of a home. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { embeddedSupply, splitConnections } from '../../../server/appliance/connection-budget.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'

const home = { servers: 1, workers: 1, pool: 12, reserve: 5 }

test('every process gets what the settings ask for, when there is enough', () => {
  assert.equal(splitConnections(home, { maxConnections: 100, superuserReserved: 3 }).perProcess, 12)
})

test('a smaller database gives each process an equal part of what is left after the reserves', () => {
  // 30 - 3 - 5 - 2 = 20 for two processes
  assert.equal(splitConnections(home, { maxConnections: 30, superuserReserved: 3 }).perProcess, 10)
})

test('three connections per process are the least, and one fewer is refused', () => {
  const least = 2 * 3 + 2 + 5 + 3
  assert.equal(splitConnections(home, { maxConnections: least, superuserReserved: 3 }).perProcess, 3)
  assert.throws(
    () => splitConnections(home, { maxConnections: least - 1, superuserReserved: 3 }),
    (error) => isHomebirdError(error, 'CONNECTION_BUDGET'),
  )
})

test('the refusal names what is allowed, what is needed, and the settings that help', () => {
  const demand = { servers: 4, workers: 4, pool: 12, reserve: 5 }
  assert.throws(
    () => splitConnections(demand, { maxConnections: 20, superuserReserved: 3 }),
    /allows 20 connections .* at least 34: 4 server and 4 worker .*HOMEBIRD_DB_RESERVE.*HOMEBIRD_SERVER_PROCESSES/,
  )
})

test('the embedded cluster is sized so that its home fits exactly', () => {
  const supply = embeddedSupply(home)
  assert.equal(supply.maxConnections, 2 * 12 + 2 + 5 + 3)
  assert.equal(splitConnections(home, supply).perProcess, 12)
})

test('even the embedded cluster cannot hold a reserve beyond all measure', () => {
  const demand = { ...home, reserve: 1000 }
  assert.throws(() => splitConnections(demand, embeddedSupply(demand)), /allows 400 connections/)
})
