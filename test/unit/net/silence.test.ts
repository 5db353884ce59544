import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asFetchError, fetchFailed, fetchRefused, fetchTimeout } from '../../../server/net/fetch-errors.ts'
import { isSilence } from '../../../server/net/silence.ts'

const URL = 'https://peer.example/inbox'

const withCode = (code: string): Error => Object.assign(new Error(code), { code })
const fetched = (code: string): Error => asFetchError(URL, withCode(code))

test('nothing came back: no route, no neighbour, no address, no packet, no name, another answers or is named in its place', () => {
  const ofOthers = ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'ETIMEDOUT', 'ECONNABORTED']
  const ofOurs = ['EPERM', 'EACCES', 'ENOBUFS', 'EMFILE', 'ENFILE', 'ERR_SSL_WRONG_VERSION_NUMBER']
  for (const code of [...ofOthers, ...ofOurs]) assert.equal(isSilence(fetched(code)), true, code)
  for (const phase of ['connect', 'write', 'read', 'total'] as const) {
    assert.equal(isSilence(fetchTimeout(URL, phase, 5_000)), true, phase)
  }
  const cause = withCode('EAI_AGAIN')
  assert.equal(isSilence(fetchFailed(URL, 'name', 'it has no address', { cause })), true)
  assert.equal(isSilence(fetched('ERR_TLS_CERT_ALTNAME_INVALID')), true)
  assert.equal(isSilence(fetchRefused(URL, 'address', 'it has the address 10.0.0.1')), true)
})

test('who refuses, breaks off, speaks badly or is not asked at all says nothing against the line', () => {
  for (const code of [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'EPROTO',
    'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    'UND_ERR_SOCKET',
    'HPE_INVALID_CONSTANT',
  ]) {
    assert.equal(isSilence(fetched(code)), false, code)
  }
  assert.equal(isSilence(fetchFailed(URL, 'connection', 'the connection was closed')), false)
  assert.equal(isSilence(fetchFailed(URL, 'status', 'it answered 500', { status: 500 })), false)
  assert.equal(isSilence(fetchRefused(URL, 'blocked', 'peer.example is blocked')), false)
  assert.equal(isSilence(new Error('something else')), false)
})

test('of several addresses of a host one that refuses is enough', () => {
  const several = (...codes: string[]): Error => {
    const cause = Object.assign(new AggregateError(codes.map(withCode)), { code: codes[0] })
    return asFetchError(URL, cause)
  }
  assert.equal(isSilence(several('ENETUNREACH', 'EHOSTUNREACH')), true)
  assert.equal(isSilence(several('ENETUNREACH', 'ECONNREFUSED')), false)
})
