import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Api } from '../../../../server/http/client-api/api.ts'
import { type StreamClient, StreamHub } from '../../../../server/http/streaming/hub.ts'

/** What tunnels and proxies between are known to bear at least. */
const LEAST_PATIENCE_MS = 25_000

test('no open stream is silent for as long as tunnels and proxies bear, also where nothing happens', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const listener = { subscribe: () => () => undefined }
  const log = { warn: () => undefined }
  const context = { listener, log, stopping: new AbortController().signal }
  const hub = new StreamHub({ context } as unknown as Api)
  t.after(() => hub.close())
  let pings = 0
  const client: StreamClient = {
    access: { actorId: '1' } as StreamClient['access'],
    subscriptions: [],
    send: () => undefined,
    ping: () => (pings += 1),
    end: () => undefined,
  }
  const leave = hub.add(client)
  // One interval later than the last beat is the worst place for a client to be in.
  for (let beat = 1; beat <= 4; beat += 1) {
    t.mock.timers.tick(LEAST_PATIENCE_MS)
    assert.ok(pings >= beat)
  }
  leave()
  const before = pings
  t.mock.timers.tick(LEAST_PATIENCE_MS * 2)
  assert.equal(pings, before)
})
