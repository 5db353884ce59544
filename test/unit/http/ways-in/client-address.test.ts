import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import type { FastifyRequest } from 'fastify'
import { limiterKey } from '../../../../server/http/plugins/limiter-key.ts'
import { clientAddressOf, setOrigin } from '../../../../server/http/ways-in/client-address.ts'
import type { ClientSource } from '../../../../server/contracts/way-in.ts'

type Asked = Pick<FastifyRequest, 'socket' | 'headers'>

const FROM_PROXY: ClientSource = { kind: 'header', name: 'x-forwarded-for', peers: ['192.0.2.1'] }

/** A request of a connection whose other end has this address now; undefined for one that has left. */
function asked(remoteAddress: string | undefined, client?: string): Asked {
  const headers = client === undefined ? {} : { 'x-forwarded-for': client }
  return { socket: { remoteAddress } as Socket, headers }
}

test('a client that has left before it is looked at is no unix socket, and is not believed', () => {
  const request = asked(undefined, '203.0.113.9')
  setOrigin(request.socket, FROM_PROXY, { isUnix: false })
  assert.equal(clientAddressOf(request), null)
})

test('what a connection is believed for stays as it was when it came', () => {
  const request = asked('192.0.2.1', '203.0.113.9')
  setOrigin(request.socket, FROM_PROXY, { isUnix: false })
  Object.assign(request.socket, { remoteAddress: undefined })
  assert.equal(clientAddressOf(request), '203.0.113.9')
  const direct = asked('::ffff:198.51.100.4')
  setOrigin(direct.socket, { kind: 'socket' }, { isUnix: false })
  Object.assign(direct.socket, { remoteAddress: undefined })
  assert.equal(clientAddressOf(direct), '198.51.100.4')
})

test('a unix socket has no peers, and whoever may open it is believed', () => {
  const request = asked(undefined, '203.0.113.9')
  setOrigin(request.socket, FROM_PROXY, { isUnix: true })
  assert.equal(clientAddressOf(request), '203.0.113.9')
})

test('limits count a whole /64 of IPv6 as one client, and each address of IPv4 by itself', () => {
  const keyOf = (address: string): string => {
    const request = asked(address)
    setOrigin(request.socket, { kind: 'socket' }, { isUnix: false })
    return limiterKey(request)
  }
  assert.equal(keyOf('2001:db8:1:2:3:4:5:6'), '2001:db8:1:2::/64')
  assert.equal(keyOf('2001:db8:1:2::9'), keyOf('2001:db8:1:2:ffff::1'))
  assert.notEqual(keyOf('2001:db8:1:3::9'), keyOf('2001:db8:1:2::9'))
  assert.equal(keyOf('2001:db8::1'), '2001:db8:0:0::/64')
  assert.equal(keyOf('::1'), '0:0:0:0::/64')
  assert.equal(keyOf('203.0.113.9'), '203.0.113.9')
  assert.equal(keyOf('::ffff:203.0.113.9'), '203.0.113.9')
  assert.equal(limiterKey(asked(undefined)), 'no address')
})
