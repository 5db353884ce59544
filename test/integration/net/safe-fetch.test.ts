/** Outbound exchanges with real servers over TLS on loopback: what is fetched, and how it is sent. */
import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { openHttpsPeer } from '../../support/https-peer.ts'
import { createTestCa } from '../../support/test-tls.ts'
import { ACTIVITY, failure, openFetcher, openPeer } from './support.ts'

test('a document comes with its final URL, type and bytes', async (t) => {
  const { peer, fetcher } = await openPeer(t, (_request, response) => {
    response.writeHead(200, ACTIVITY).end('{"id":"x"}')
  })
  const found = await fetcher.fetchDocument(peer.url('/users/ana?x=1#key'))
  assert.equal(found.finalUrl, peer.url('/users/ana?x=1'))
  assert.equal(found.contentType, 'application/activity+json')
  assert.equal(found.status, 200)
  assert.equal(found.headers['content-type'], ACTIVITY['content-type'])
  assert.equal(found.body.toString(), '{"id":"x"}')
  assert.deepEqual(peer.requests, ['GET /users/ana?x=1'])
})

test('a request says who we are and what we take, and nothing about us beside', async (t) => {
  let sent: IncomingHttpHeaders = {}
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    sent = request.headers
    response.writeHead(200, { ...ACTIVITY, 'set-cookie': 'tracking=1; Path=/' }).end('{}')
  })
  await fetcher.fetchDocument(peer.url('/a'))
  await fetcher.fetchDocument(peer.url('/b'))
  assert.deepEqual(sent, {
    host: `peer.example:${peer.port}`,
    connection: 'keep-alive',
    accept: 'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    'accept-encoding': 'gzip, br, deflate',
    'user-agent': 'Homebird/0.0.0 (+https://home.example/)',
  })
})

test('each usual encoding is undone', async (t) => {
  const text = JSON.stringify({ content: 'ä'.repeat(10_000) })
  const encoded: Readonly<Record<string, readonly [string, Buffer]>> = {
    '/gzip': ['gzip', gzipSync(text)],
    '/x-gzip': ['X-GZip', gzipSync(text)],
    '/br': ['br', brotliCompressSync(text)],
    '/deflate': ['deflate', deflateSync(text)],
    '/raw': ['deflate', deflateRawSync(text)],
    '/identity': ['identity', Buffer.from(text)],
  }
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    const [encoding = '', bytes] = encoded[request.url ?? ''] ?? []
    response.writeHead(200, { ...ACTIVITY, 'content-encoding': encoding }).end(bytes)
  })
  for (const path of Object.keys(encoded)) {
    const found = await fetcher.fetchDocument(peer.url(path))
    assert.equal(found.body.toString(), text, path)
    // Media may be encoded too, though it should not be.
    if (path === '/raw') continue
    const media = await fetcher.fetchMedia(peer.url(path))
    assert.equal((await buffer(media.body)).toString(), text, path)
  }
})

test('redirects are followed over origins, and each hop is signed anew for its own URL', async (t) => {
  const seen: (string | undefined)[] = []
  const ca = createTestCa(t)
  const second = await openHttpsPeer(t, ca, ['second.example'], (request, response) => {
    seen.push(request.headers['signature'] as string | undefined)
    response.writeHead(200, ACTIVITY).end('{}')
  })
  const first = await openHttpsPeer(t, ca, ['first.example'], (request, response) => {
    seen.push(request.headers['signature'] as string | undefined)
    const location = request.url === '/start' ? '/next' : second.url('/end')
    response.writeHead(302, { location }).end('moved')
  })
  const hosts = { 'first.example': ['127.0.0.1'], 'second.example': ['127.0.0.1'] }
  const fetcher = await openFetcher(t, { ca, hosts })
  const found = await fetcher.fetchDocument(first.url('/start'), {
    sign: ({ method, url }) => ({ Host: url.host, Signature: `for ${method} ${url.href}` }),
  })
  assert.equal(found.finalUrl, second.url('/end'))
  assert.deepEqual(seen, [
    `for GET ${first.url('/start')}`,
    `for GET ${first.url('/next')}`,
    `for GET ${second.url('/end')}`,
  ])
})

test('a page leads to its ActivityPub alternate when asked to', async (t) => {
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    if (request.url === '/ap/1') response.writeHead(200, ACTIVITY).end('{"id":1}')
    else {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      response.end('<head><link rel="alternate" type="application/activity+json" href="/ap/1"></head>')
    }
  })
  const found = await fetcher.fetchDocument(peer.url('/@ana/1'), { followAlternate: true })
  assert.equal(found.finalUrl, peer.url('/ap/1'))
  assert.equal(found.body.toString(), '{"id":1}')
  assert.equal((await failure(fetcher.fetchDocument(peer.url('/@ana/1')))).reason, 'type')
})

test('WebFinger and NodeInfo are fetched by their own types', async (t) => {
  let accepted: string | undefined
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    accepted = request.headers.accept
    response.writeHead(200, { 'content-type': 'application/jrd+json' }).end('{"subject":"x"}')
  })
  const types = ['application/jrd+json', 'application/json']
  const found = await fetcher.fetchJson(peer.url('/.well-known/webfinger?resource=acct:a@peer.example'), {
    types,
  })
  assert.equal(found.body.toString(), '{"subject":"x"}')
  assert.equal(accepted, 'application/jrd+json, application/json')
  const refused = await failure(fetcher.fetchJson(peer.url('/x'), { types: ['application/json'] }))
  assert.equal(refused.reason, 'type')
})

test('an answer other than 200 is a failure that carries the status', async (t) => {
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    response
      .writeHead(Number(request.url?.slice(1)), { ...ACTIVITY, 'retry-after': '120' })
      .end('{"error":"x"}')
  })
  for (const status of [201, 204, 206, 304, 400, 401, 404, 410, 429, 500, 503]) {
    const {
      code,
      reason,
      status: found,
      retryAfterSeconds,
    } = await failure(fetcher.fetchDocument(peer.url(`/${status}`)))
    assert.deepEqual([code, reason, found, retryAfterSeconds], ['FETCH_FAILED', 'status', status, 120])
  }
  assert.equal(peer.connections, 1, 'the connection survives an answer that nobody wants')
})

test('media streams, with what the other side says of it', async (t) => {
  const bytes = Buffer.alloc(3_000_000, 'abc')
  const { peer, fetcher } = await openPeer(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'Image/PNG', 'content-length': bytes.length }).end(bytes)
  })
  const media = await fetcher.fetchMedia(peer.url('/a.png'))
  assert.deepEqual([media.contentType, media.contentLength], ['image/png', bytes.length])
  assert.ok((await buffer(media.body)).equals(bytes))
  const again = await fetcher.fetchMedia(peer.url('/a.png'))
  assert.ok((await buffer(again.body)).equals(bytes))
  assert.equal(peer.connections, 1)
})

test('media that the reader gives up ends at once and frees its connection', async (t) => {
  const { peer, fetcher } = await openPeer(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'video/mp4' }).write('beginning')
  })
  for (let round = 0; round < 6; round += 1) {
    const media = await fetcher.fetchMedia(peer.url('/endless.mp4'))
    media.body.destroy()
  }
  assert.equal(peer.requests.length, 6, 'four places per host do not run out')
})

test('a delivery is sent whole and its answer is a value, whatever the status', async (t) => {
  let received = ''
  const statuses = [202, 200, 401, 404, 410, 429, 503, 302]
  let next = 0
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    received = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (received += chunk))
    request.on('end', () => {
      const headers = { location: 'https://peer.example/elsewhere', 'retry-after': '9999999' }
      response.writeHead(statuses[next] ?? 500, headers).end('why')
      next += 1
    })
  })
  for (const status of statuses) {
    const outcome = await fetcher.postActivity(peer.url('/inbox'), {
      body: '{"type":"Create"}',
      headers: {
        Host: `peer.example:${peer.port}`,
        'Content-Type': 'application/activity+json',
        Signature: 's',
      },
    })
    assert.equal(outcome.status, status)
    assert.equal(outcome.retryAfterSeconds, 86_400)
    assert.equal(outcome.excerpt, status < 300 ? '' : 'why')
    assert.equal(received, '{"type":"Create"}')
  }
  assert.ok(
    peer.requests.every((line) => line === 'POST /inbox'),
    'no redirect is followed',
  )
  assert.equal(peer.connections, 1)
})

test('a large delivery goes through in pieces', async (t) => {
  let received = 0
  let announced = ''
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    announced = request.headers['content-length'] ?? ''
    request.on('data', (chunk: Buffer) => (received += chunk.length))
    request.on('end', () => response.writeHead(202).end())
  })
  const body = Buffer.alloc(1_000_000, 'x')
  const outcome = await fetcher.postActivity(peer.url('/inbox'), { body, headers: {} })
  assert.deepEqual([outcome.status, received, announced], [202, 1_000_000, '1000000'])
})

test('a host may be sent elsewhere by the owner, and its certificate must still name it', async (t) => {
  const ca = createTestCa(t)
  const answer = { host: '' }
  const peer = await openHttpsPeer(
    t,
    ca,
    ['peer.example'],
    (request, response) => {
      answer.host = request.headers.host ?? ''
      response.writeHead(200, ACTIVITY).end('{}')
    },
    '127.0.0.9',
  )
  const address = `127.0.0.9:${peer.port}`
  const fetcher = await openFetcher(t, {
    ca,
    hostAddresses: { 'peer.example': address, 'other.example': address },
  })
  const found = await fetcher.fetchDocument('https://peer.example/a')
  assert.equal(found.finalUrl, 'https://peer.example/a')
  assert.equal(answer.host, 'peer.example')
  assert.deepEqual(fetcher.dns.questions, [])
  assert.equal((await failure(fetcher.fetchDocument('https://other.example/a'))).reason, 'certificate')
  assert.equal((await failure(fetcher.fetchDocument('https://sub.peer.example/a'))).reason, 'name')
})

test('close ends what is under way and refuses what comes after', async (t) => {
  const { peer, fetcher, arrived } = await openPeer(t, () => {})
  const waiting = failure(fetcher.fetchDocument(peer.url('/never')))
  await arrived
  await fetcher.close()
  assert.equal((await waiting).reason, 'closed')
  assert.equal((await failure(fetcher.fetchDocument(peer.url('/after')))).reason, 'closed')
})

test('a signer that never comes to an end does not hold the exchange, and its own mistake stays what it is', async (t) => {
  const { peer, fetcher } = await openPeer(t, () => {})
  const never = (): Promise<never> => new Promise(() => {})
  const { phase } = await failure(fetcher.fetchDocument(peer.url('/'), { sign: never, totalMs: 20 }))
  assert.equal(phase, 'total')
  const broken = (): never => {
    throw new TypeError('no key')
  }
  await assert.rejects(fetcher.fetchDocument(peer.url('/'), { sign: broken }), TypeError)
  assert.deepEqual(peer.requests, [])
})

test('the caller may give up', async (t) => {
  const { peer, fetcher, arrived } = await openPeer(t, () => {})
  const control = new AbortController()
  const waiting = failure(fetcher.fetchDocument(peer.url('/never'), { signal: control.signal }))
  await arrived
  control.abort()
  assert.equal((await waiting).reason, 'aborted')
  assert.equal(
    (await failure(fetcher.fetchDocument(peer.url('/x'), { signal: control.signal }))).reason,
    'aborted',
  )
  assert.equal(peer.requests.length, 1)
})
