/** Where a home listens: by its settings, and for its own window at a socket that nobody has to name. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wantedAddresses } from '../../../server/appliance/wanted-addresses.ts'
import { loadConfig } from '../../../server/core/config.ts'

const OWN = '/run/homebird/private.sock'
const inDesktop = { role: 'all', privateSocket: true } as const

function privateOf(
  env: Readonly<Record<string, string>>,
  wishes: Parameters<typeof wantedAddresses>[1],
  ownSocket: string | null = OWN,
) {
  const wanted = wantedAddresses(loadConfig({ env }), wishes, ownSocket)
  return wanted.find(({ setting }) => setting === 'HOMEBIRD_PRIVATE_LISTEN')?.address
}

test('in the desktop app the owner is served at a socket of the home alone', () => {
  assert.deepEqual(privateOf({}, inDesktop), { kind: 'socket', path: OWN })
})

test('what the owner has named counts in the desktop app too, also when it is the default', () => {
  const named = { HOMEBIRD_PRIVATE_LISTEN: '127.0.0.1:4181' }
  assert.deepEqual(privateOf(named, inDesktop), { kind: 'tcp', host: '127.0.0.1', port: 4181 })
})

test('headless the owner is served by TCP', () => {
  assert.deepEqual(privateOf({}, { role: 'all' }), { kind: 'tcp', host: '127.0.0.1', port: 4181 })
})

test('before the folder of sockets is known there is nothing to try for the own one', () => {
  assert.equal(privateOf({}, inDesktop, null), undefined)
})

test('an appliance that runs workers only listens nowhere', () => {
  assert.deepEqual(wantedAddresses(loadConfig({ env: {} }), { role: 'worker', privateSocket: true }, OWN), [])
})
