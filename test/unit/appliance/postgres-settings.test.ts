/** The configuration of the embedded cluster: small and safe on every machine. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixedArguments, postgresConf } from '../../../server/appliance/postgres-settings.ts'

const GIB = 1024 ** 3
const shared = (memory: number) => /^shared_buffers = '(\d+)MB'$/m.exec(postgresConf(memory, false))?.[1]

test('shared memory follows the memory of the machine within narrow bounds', () => {
  assert.deepEqual([GIB, 3 * GIB, 64 * GIB].map(shared), ['16', '24', '32'])
})

test('own settings are read last, when there are any', () => {
  assert.match(postgresConf(GIB, true).trimEnd(), /include = 'local\.conf'$/)
  assert.doesNotMatch(postgresConf(GIB, false), /include =/)
})

test('what keeps data safe is an argument, which no file can change, and TCP is off where there is a socket', () => {
  const args = fixedArguments({ socketFolder: '/run/x', port: 5432, maxConnections: 30 }).join(' ')
  for (const needed of ['fsync=on', 'full_page_writes=on', 'synchronous_commit=on', 'listen_addresses= ']) {
    assert.ok(`${args} `.includes(`-c ${needed}`), needed)
  }
})
