/** Outbound exchanges with real servers over TLS on loopback: what is fetched, and how it is sent. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTestCa } from '../../support/test-tls.ts'
import { openHttpsPeer } from '../../support/https-peer.ts'
import { openFetcher } from './support.ts'

const ACTIVITY = { 'content-type': 'application/activity+json; charset=utf-8' }

test('a document comes with its final URL, type and bytes', async (t) => {
  const ca = createTestCa(t)
  const peer = await openHttpsPeer(t, ca, ['peer.example'], (_request, response) => {
    response.writeHead(200, ACTIVITY).end('{"id":"x"}')
  })
  const fetcher = await openFetcher(t, { ca, hosts: { 'peer.example': ['127.0.0.1'] } })
  const found = await fetcher.fetchDocument(peer.url('/users/ana?x=1#key'))
  assert.equal(found.finalUrl, peer.url('/users/ana?x=1'))
  assert.equal(found.contentType, 'application/activity+json')
  assert.equal(found.body.toString(), '{"id":"x"}')
  assert.deepEqual(peer.requests, ['GET /users/ana?x=1'])
})
