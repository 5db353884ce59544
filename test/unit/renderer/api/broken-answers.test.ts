/** Answers that stop half way, and limits beyond reason: what the client makes of them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type ApiClient, createApiClient } from '../../../../renderer/api/client.ts'
import { type ApiFailure, isPassing } from '../../../../renderer/api/failure.ts'

/** A home that sends the beginning of an answer and keeps the line open. */
async function openSlowHome(t: TestContext, { isCut }: { readonly isCut: boolean }): Promise<ApiClient> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('[{"id":"1","acc')
    if (isCut) setImmediate(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const fetch: typeof globalThis.fetch = async (path, init) =>
    globalThis.fetch(`http://127.0.0.1:${port}${path as string}`, init)
  return createApiClient({ fetch, timeoutMs: 300 })
}

test('an answer that was cut, or never comes to its end, is a line that fell, and may be asked for again', async (t) => {
  for (const isCut of [true, false]) {
    const api = await openSlowHome(t, { isCut })
    await assert.rejects(api.get('/api/v1/x'), (error: ApiFailure) => {
      assert.deepEqual([error.name, error.kind, isPassing(error)], ['ApiFailure', 'offline', true])
      return true
    })
  }
})

test('who gives up in the middle of an answer is not told of a failure', async (t) => {
  const api = await openSlowHome(t, { isCut: false })
  const giveUp = new AbortController()
  const asked = api.get('/api/v1/x', { signal: giveUp.signal })
  giveUp.abort()
  await assert.rejects(asked, { name: 'AbortError' })
})

for (const [header, seconds] of [
  ['1e308', 3_600],
  ['99999999999999999999', 3_600],
  ['Infinity', 3_600],
  ['-5', null],
  ['0', null],
  ['', null],
  ['NaN', null],
  ['Wed, 21 Oct 9999 07:28:00 GMT', null],
  ['0.2', 1],
] as const) {
  test(`a limit that says to wait ${JSON.stringify(header)} is not believed beyond reason`, async () => {
    const answer = new Response('{"error":"slow"}', { status: 429, headers: { 'retry-after': header } })
    const api = createApiClient({ fetch: async () => answer })
    await assert.rejects(api.get('/api/v1/x'), (error: ApiFailure) => {
      assert.equal(error.retryAfterSeconds, seconds)
      return true
    })
  })
}
