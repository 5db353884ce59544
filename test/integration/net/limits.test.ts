/** Answers that never come, never end, or are not what they say: each is cut at its limit. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { createTestCa } from '../../support/test-tls.ts'
import { ACTIVITY, failure, openFetcher, openPeer, openRawPeer } from './support.ts'

const MIB = 1_048_576

test('a document over the limit is cut, whether its length is announced, hidden or compressed away', async (t) => {
  const big = Buffer.alloc(MIB + 1, 'a')
  const bomb = gzipSync(Buffer.alloc(100 * MIB))
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    const encoding = request.url === '/gzip' || request.url === '/br' ? request.url.slice(1) : null
    if (request.url === '/announced') response.setHeader('content-length', big.length)
    if (encoding !== null) response.setHeader('content-encoding', encoding)
    response.writeHead(200, ACTIVITY)
    if (encoding !== null) response.end(encoding === 'gzip' ? bomb : brotliCompressSync(big))
    else if (request.url === '/announced') response.end(big)
    else pourInto(response)
  })
  for (const path of ['/announced', '/gzip', '/br', '/endless']) {
    const { code, reason } = await failure(fetcher.fetchDocument(peer.url(path)))
    assert.deepEqual([code, reason], ['FETCH_TOO_LARGE', 'size'], path)
  }
})

test('a document of exactly the limit is taken, and a smaller limit may be asked for', async (t) => {
  const { peer, fetcher } = await openPeer(t, (_request, response) => {
    response.writeHead(200, { ...ACTIVITY, 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(MIB, 'a')))
  })
  assert.equal((await fetcher.fetchDocument(peer.url('/'))).body.length, MIB)
  assert.equal((await failure(fetcher.fetchDocument(peer.url('/'), { maxBytes: MIB - 1 }))).reason, 'size')
})

test('media over the limit is cut while it streams', async (t) => {
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    const type = { 'content-type': 'image/png' }
    if (request.url === '/announced') response.writeHead(200, { ...type, 'content-length': 100_001 })
    else if (request.url === '/gzip') response.writeHead(200, { ...type, 'content-encoding': 'gzip' })
    else response.writeHead(200, type)
    const bytes = Buffer.alloc(100_001)
    response.end(request.url === '/gzip' ? gzipSync(bytes) : bytes)
  })
  const announced = await failure(fetcher.fetchMedia(peer.url('/announced'), { maxBytes: 100_000 }))
  assert.equal(announced.code, 'FETCH_TOO_LARGE')
  for (const path of ['/hidden', '/gzip']) {
    const media = await fetcher.fetchMedia(peer.url(path), { maxBytes: 100_000 })
    assert.equal((await failure(buffer(media.body))).code, 'FETCH_TOO_LARGE', path)
  }
})

test('two encodings, an unknown one and a broken one are refused', async (t) => {
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    const encoding = decodeURIComponent(request.url?.slice(1) ?? '')
    response
      .writeHead(200, { ...ACTIVITY, 'content-encoding': encoding })
      .end(gzipSync(gzipSync('{}')).subarray(0, 20))
  })
  for (const encoding of ['gzip, gzip', 'br,gzip', 'zstd', 'compress', 'gzip', 'br', 'deflate']) {
    const url = peer.url(`/${encodeURIComponent(encoding)}`)
    const { code, reason } = await failure(fetcher.fetchDocument(url))
    assert.deepEqual([code, reason], ['FETCH_FAILED', 'encoding'], encoding)
    const media = fetcher.fetchMedia(url).then(({ body }) => buffer(body))
    assert.equal((await failure(media)).reason, 'encoding', encoding)
  }
})

test('a document of another type is not even read', async (t) => {
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    const type = decodeURIComponent(request.url?.slice(1) ?? '')
    response.writeHead(200, type === '' ? {} : { 'content-type': type }).end('{}')
  })
  for (const type of [
    '',
    'application/json',
    'application/ld+json',
    'text/html',
    'image/png',
    'text/plain',
  ]) {
    const { code, reason } = await failure(fetcher.fetchDocument(peer.url(`/${encodeURIComponent(type)}`)))
    assert.deepEqual([code, reason], ['FETCH_FAILED', 'type'], type)
  }
})

test('each phase has its own limit, and the error names it', async (t) => {
  const patient = { connect: 20, read: 20, write: 20, pool: 20 }
  const ca = createTestCa(t)

  await t.test('a name server that stays silent', async (sub) => {
    const remoteTimeout = { ...patient, connect: 0.05 }
    const fetcher = await openFetcher(sub, { ca, remoteTimeout, hosts: { 'silent.example': 'silent' } })
    const { code, phase } = await failure(fetcher.fetchDocument('https://silent.example/'))
    assert.deepEqual([code, phase], ['FETCH_TIMEOUT', 'connect'])
  })

  await t.test('a server that accepts and says nothing', async (sub) => {
    const server = createServer()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const sockets = new Set<{ destroy(): void }>()
    server.on('connection', (socket) => sockets.add(socket))
    sub.after(() => {
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    const remoteTimeout = { ...patient, connect: 0.05 }
    const fetcher = await openFetcher(sub, { ca, remoteTimeout, hosts: { 'peer.example': ['127.0.0.1'] } })
    const url = `https://peer.example:${(server.address() as AddressInfo).port}/`
    const { code, phase } = await failure(fetcher.fetchDocument(url))
    assert.deepEqual([code, phase], ['FETCH_TIMEOUT', 'connect'])
  })

  await t.test('a head that never comes', async (sub) => {
    const remoteTimeout = { ...patient, read: 0.05 }
    const { peer, fetcher } = await openPeer(sub, () => {}, { remoteTimeout })
    const { code, phase } = await failure(fetcher.fetchDocument(peer.url('/')))
    assert.deepEqual([code, phase], ['FETCH_TIMEOUT', 'read'])
  })

  await t.test('a body that stops', async (sub) => {
    const remoteTimeout = { ...patient, read: 0.05 }
    const { peer, fetcher } = await openPeer(
      sub,
      (_request, response) => response.writeHead(200, ACTIVITY).write('{'),
      {
        remoteTimeout,
      },
    )
    const { code, phase } = await failure(fetcher.fetchDocument(peer.url('/')))
    assert.deepEqual([code, phase], ['FETCH_TIMEOUT', 'read'])
    const media = fetcher.fetchMedia(peer.url('/')).then(({ body }) => buffer(body))
    assert.equal((await failure(media)).phase, 'read')
  })

  await t.test('a head that comes in drops', async (sub) => {
    const fetcher = await openFetcher(sub, { ca, hosts: { 'peer.example': ['127.0.0.1'] } })
    const port = await openRawPeer(sub, ca, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      const drops = setInterval(() => socket.write('x-a: b\r\n'), 5)
      socket.once('close', () => clearInterval(drops))
    })
    const { code, phase } = await failure(
      fetcher.fetchDocument(`https://peer.example:${port}/`, { totalMs: 100 }),
    )
    assert.deepEqual([code, phase], ['FETCH_TIMEOUT', 'total'])
  })

  await t.test('a body that comes in drops', async (sub) => {
    const { peer, fetcher } = await openPeer(sub, (_request, response) => {
      response.writeHead(200, ACTIVITY)
      const drops = setInterval(() => response.write(' '), 5)
      response.once('close', () => clearInterval(drops))
    })
    const { code, phase } = await failure(fetcher.fetchDocument(peer.url('/'), { totalMs: 100 }))
    assert.deepEqual([code, phase], ['FETCH_TIMEOUT', 'total'])
  })

  await t.test('redirects, each of them in time', async (sub) => {
    const { peer, fetcher } = await openPeer(sub, (_request, response) => {
      setTimeout(() => response.writeHead(302, { location: '/again' }).end(), 60)
    })
    const { code, phase } = await failure(fetcher.fetchDocument(peer.url('/'), { totalMs: 100 }))
    assert.deepEqual([code, phase], ['FETCH_TIMEOUT', 'total'])
  })

  await t.test('a server that does not read what is sent', async (sub) => {
    const remoteTimeout = { ...patient, write: 0.05 }
    const fetcher = await openFetcher(sub, { ca, remoteTimeout, hosts: { 'peer.example': ['127.0.0.1'] } })
    const port = await openRawPeer(sub, ca, (socket) => socket.pause())
    const body = Buffer.alloc(64 * MIB)
    const { code, phase } = await failure(
      fetcher.postActivity(`https://peer.example:${port}/inbox`, { body, headers: {} }),
    )
    assert.deepEqual([code, phase], ['FETCH_TIMEOUT', 'write'])
  })

  await t.test('no connection that becomes free', async (sub) => {
    const remoteTimeout = { ...patient, pool: 0.05 }
    const { peer, fetcher } = await openPeer(sub, () => {}, { remoteTimeout })
    const holding = [1, 2, 3, 4].map((n) => failure(fetcher.fetchDocument(peer.url(`/${n}`))))
    const { code, phase } = await failure(fetcher.fetchDocument(peer.url('/5')))
    assert.deepEqual([code, phase], ['FETCH_TIMEOUT', 'pool'])
    await fetcher.close()
    await Promise.all(holding)
  })

  await t.test('media below two kilobytes a second', async (sub) => {
    const { peer, fetcher } = await openPeer(sub, (_request, response) => {
      response.writeHead(200, { 'content-type': 'image/png' })
      const drops = setInterval(() => response.write('x'.repeat(10)), 20)
      response.once('close', () => clearInterval(drops))
    })
    const media = await fetcher.fetchMedia(peer.url('/'))
    assert.equal((await failure(buffer(media.body))).phase, 'rate')
  })
})

test('answers that break the protocol are failures', async (t) => {
  const ca = createTestCa(t)
  const answers: readonly string[] = [
    'HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456',
    'HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: 9\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}',
    'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'SSH-2.0-OpenSSH_9.9\r\n',
    '',
    `HTTP/1.1 200 OK\r\n${'x-filler: 0123456789\r\n'.repeat(2000)}\r\n{}`,
    'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'.repeat(10),
  ]
  let next = 0
  const port = await openRawPeer(t, ca, (socket) => socket.end(answers[next] ?? ''))
  const fetcher = await openFetcher(t, { ca, hosts: { 'peer.example': ['127.0.0.1'] } })
  for (; next < answers.length; next += 1) {
    const { code } = await failure(fetcher.fetchDocument(`https://peer.example:${port}/`))
    assert.match(code, /^FETCH_(?:FAILED|TOO_LARGE)$/, answers[next]?.slice(0, 80))
  }
})

test('a body that a failed answer brings is not read to its end', async (t) => {
  const { peer, fetcher } = await openPeer(t, (_request, response) => {
    pourInto(response.writeHead(404, ACTIVITY))
  })
  assert.equal((await failure(fetcher.fetchDocument(peer.url('/')))).status, 404)
  const outcome = await fetcher.postActivity(peer.url('/inbox'), { body: '{}', headers: {} })
  assert.deepEqual([outcome.status, outcome.excerpt.length], [404, 500])
})

/** Writes without end, as fast as it is taken. */
function pourInto(response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
  }
  response.on('drain', more)
  more()
}
