/** How connections are kept, shared, given up and bounded. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import { systemClock } from '../../../server/core/clock.ts'
import { createHostResolver } from '../../../server/net/host-resolver.ts'
import { openHttpsPeer } from '../../support/https-peer.ts'
import { createTestCa } from '../../support/test-tls.ts'
import { ACTIVITY, failure, openFetcher, openPeer } from './support.ts'

test('one connection carries one request after the other', async (t) => {
  const { peer, fetcher } = await openPeer(t, (_request, response) => {
    response.writeHead(202).end()
  })
  for (let round = 0; round < 20; round += 1) {
    await fetcher.postActivity(peer.url('/inbox'), { body: '{}', headers: {} })
  }
  assert.equal(peer.connections, 1)
  assert.equal(fetcher.dns.questions.length, 2)
})

test('a kept connection that the other side closed is replaced without a word', async (t) => {
  const { peer, fetcher } = await openPeer(t, (_request, response) => response.writeHead(202).end())
  for (let round = 1; round <= 5; round += 1) {
    const outcome = await fetcher.postActivity(peer.url('/inbox'), { body: '{}', headers: {} })
    assert.equal(outcome.status, 202)
    assert.equal(peer.connections, round)
    peer.hangUp()
  }
  assert.equal(peer.requests.length, 5, 'each delivery arrives once')
})

test('a connection that dies at a request is replaced once when it was used before, else it is a failure', async (t) => {
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    if (request.url === '/dies') request.socket.destroy()
    else response.writeHead(202).end()
  })
  const post = { body: '{}', headers: {} }
  assert.equal((await failure(fetcher.postActivity(peer.url('/dies'), post))).code, 'FETCH_FAILED')
  assert.equal(peer.requests.length, 1)
  await fetcher.postActivity(peer.url('/lives'), post)
  assert.equal((await failure(fetcher.postActivity(peer.url('/dies'), post))).code, 'FETCH_FAILED')
  assert.deepEqual(peer.requests, ['POST /dies', 'POST /lives', 'POST /dies', 'POST /dies'])
})

test('a kept connection that turns out dead takes the idle ones beside it along', async (t) => {
  const held: ServerResponse[] = []
  let deaths = 1
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    if (request.url === '/first') held.push(response)
    else if (deaths > 0) {
      deaths -= 1
      request.socket.destroy()
    } else response.writeHead(202).end()
    if (held.length === 4) for (const waiting of held.splice(0)) waiting.writeHead(202).end()
  })
  const post = { body: '{}', headers: {} }
  await Promise.all([1, 2, 3, 4].map(() => fetcher.postActivity(peer.url('/first'), post)))
  assert.equal((await fetcher.postActivity(peer.url('/second'), post)).status, 202)
  assert.deepEqual([peer.connections, peer.requests.length], [5, 6])
})

test('a name that moved is noticed when the connections to it are gone, and the private address refused', async (t) => {
  const { peer, fetcher } = await openPeer(t, (_request, response) => response.writeHead(202).end())
  await fetcher.postActivity(peer.url('/inbox'), { body: '{}', headers: {} })
  fetcher.dns.set('peer.example', ['127.0.0.2'])
  await fetcher.postActivity(peer.url('/inbox'), { body: '{}', headers: {} })
  peer.hangUp()
  const { reason } = await failure(fetcher.postActivity(peer.url('/inbox'), { body: '{}', headers: {} }))
  assert.equal(reason, 'address')
})

test('one host gets four connections, and whoever waits is served in turn', async (t) => {
  const held: ServerResponse[] = []
  const { peer, fetcher } = await openPeer(t, (_request, response) => held.push(response))
  const exchanges = Array.from({ length: 12 }, async (_, index) => {
    await fetcher.postActivity(peer.url(`/${index}`), { body: '{}', headers: {} })
  })
  for (let served = 0; served < 12; served += 1) {
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve))
    assert.ok(peer.sockets.size <= 4, `${peer.sockets.size} connections`)
    held.shift()?.writeHead(202).end()
  }
  await Promise.all(exchanges)
  assert.equal(peer.connections, 4)
  assert.deepEqual(
    peer.requests.map((line) => line.slice(6)).toSorted((a, b) => Number(a) - Number(b)),
    Array.from({ length: 12 }, (_, index) => String(index)),
  )
  const waited = peer.requests.map((line) => Number(line.slice(6))).filter((index) => index >= 4)
  assert.deepEqual(waited, [4, 5, 6, 7, 8, 9, 10, 11], 'in turn')
})

test('all hosts together get 64, idle connections give way, and nobody is left behind', async (t) => {
  const ca = createTestCa(t)
  const names = Array.from({ length: 25 }, (_, index) => `h${index}.example`)
  const held: ServerResponse[] = []
  const peer = await openHttpsPeer(t, ca, names, (_request, response) => {
    held.push(response)
  })
  const fetcher = await openFetcher(t, {
    ca,
    hosts: Object.fromEntries(names.map((name) => [name, ['127.0.0.1']])),
  })
  const exchanges = names.flatMap((name) =>
    [1, 2, 3, 4].map((n) =>
      fetcher
        .postActivity(`https://${name}:${peer.port}/${n}`, { body: '{}', headers: {} })
        .then(({ status }) => status),
    ),
  )
  const all = Promise.all(exchanges)
  while (held.length < 64) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(
    new Set(fetcher.dns.questions.map((question) => question.split(' ')[1])).size,
    16,
    'the rest wait',
  )
  let served = 0
  while (served < 100) {
    while (held.length === 0) await new Promise((resolve) => setImmediate(resolve))
    held.shift()?.writeHead(202).end()
    served += 1
  }
  assert.deepEqual(
    await all,
    Array.from({ length: 100 }, () => 202),
  )
  assert.equal(peer.requests.length, 100)
})

test('the name of this machine is found without any name server of the test', async () => {
  const resolver = createHostResolver({ monotonicMs: () => systemClock.monotonicMs() })
  const addresses = await resolver.resolve('localhost')
  assert.ok(
    addresses.some(({ address }) => address === '127.0.0.1' || address === '::1'),
    JSON.stringify(addresses),
  )
  assert.deepEqual(await resolver.resolve('2606:4700::1'), [{ address: '2606:4700::1', family: 6 }])
  resolver.close()
})

test('names that are never answered delay no other', async (t) => {
  const silent = Array.from({ length: 40 }, (_, index) => `silent${index}.example`)
  const { peer, fetcher } = await openPeer(
    t,
    (_request, response) => response.writeHead(200, ACTIVITY).end('{}'),
    {
      hosts: Object.fromEntries(silent.map((name) => [name, 'silent' as const])),
    },
  )
  const control = new AbortController()
  const hanging = silent.map((name) =>
    failure(fetcher.fetchDocument(`https://${name}/`, { signal: control.signal })),
  )
  assert.equal((await fetcher.fetchDocument(peer.url('/'))).status, 200)
  control.abort()
  for (const { reason } of await Promise.all(hanging)) assert.equal(reason, 'aborted')
})

test('a host of which one address is dead is reached by the other', async (t) => {
  const ca = createTestCa(t)
  const peer = await openHttpsPeer(t, ca, ['peer.example'], (_request, response) => {
    response.writeHead(200, ACTIVITY).end('{}')
  })
  const fetcher = await openFetcher(t, {
    ca,
    allowPrivateAddresses: ['127.0.0.0/8'],
    hosts: { 'peer.example': ['127.0.0.77', '127.0.0.1'] },
  })
  assert.equal((await fetcher.fetchDocument(peer.url('/'))).status, 200)
})

test('a connection is closed in order when the home closes', async (t) => {
  const { peer, fetcher } = await openPeer(t, (_request, response) => response.writeHead(202).end())
  await fetcher.postActivity(peer.url('/inbox'), { body: '{}', headers: {} })
  const [socket] = peer.sockets
  assert.ok(socket)
  const gone = once(socket, 'close')
  await fetcher.close()
  await gone
  assert.equal(peer.sockets.size, 0)
})
