/** Where the way out must not lead: private addresses, other schemes, our own host, by name, redirect or rebinding. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { openHttpsPeer } from '../../support/https-peer.ts'
import { createTestCa } from '../../support/test-tls.ts'
import { ACTIVITY, failure, openFetcher, openPeer } from './support.ts'

const execFileAsync = promisify(execFile)

test('no address that is not public is connected to, in whatever spelling it is asked for', async (t) => {
  const ca = createTestCa(t)
  const victim = await openHttpsPeer(t, ca, ['localhost'], (_request, response) => response.end())
  const fetcher = await openFetcher(t, { ca, allowPrivateAddresses: [] })
  const hosts = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '017700000001',
    '0177.0.0.1',
    '127.0.0.1.',
    '１２７．０．０．１',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::127.0.0.1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1:8000:63bf:f7f7:f7f7]',
    '[fe80::1]',
    '[fd00::1]',
    '10.0.0.1',
    '169.254.169.254',
    '192.168.0.1',
    '100.64.0.1',
  ]
  for (const host of hosts) {
    const { code, reason } = await failure(fetcher.fetchDocument(`https://${host}:${victim.port}/`))
    assert.deepEqual([code, reason], ['FETCH_REFUSED', 'address'], host)
  }
  assert.equal(victim.connections, 0)
  assert.deepEqual(fetcher.dns.questions, [])
})

test('a name is refused when any of its addresses is not public', async (t) => {
  const ca = createTestCa(t)
  const victim = await openHttpsPeer(t, ca, ['mixed.example'], (_request, response) => response.end())
  const fetcher = await openFetcher(t, {
    ca,
    hosts: {
      'private.example': ['127.0.0.2'],
      'mixed.example': ['127.0.0.1', '127.0.0.2'],
      'mixed6.example': ['127.0.0.1', '::1'],
      'metadata.example': ['169.254.169.254'],
      'mapped.example': ['::ffff:10.0.0.1'],
      'zero.example': ['0.0.0.0'],
    },
  })
  for (const name of ['private', 'mixed', 'mixed6', 'metadata', 'mapped', 'zero']) {
    const { code, reason } = await failure(fetcher.fetchDocument(`https://${name}.example:${victim.port}/`))
    assert.deepEqual([code, reason], ['FETCH_REFUSED', 'address'], name)
  }
  assert.equal(victim.connections, 0)
})

test('a name that does not exist is a failure, not a refusal', async (t) => {
  const fetcher = await openFetcher(t)
  const { code, reason } = await failure(fetcher.fetchDocument('https://nowhere.example/'))
  assert.deepEqual([code, reason], ['FETCH_FAILED', 'name'])
})

test('a name that turns to another address meanwhile is checked again for each connection', async (t) => {
  const ca = createTestCa(t)
  const good = await openHttpsPeer(t, ca, ['peer.example'], (_request, response) => {
    response.writeHead(200, { ...ACTIVITY, connection: 'close' }).end('{}')
  })
  const fetcher = await openFetcher(t, { ca, hosts: { 'peer.example': ['127.0.0.1'] } })
  await fetcher.fetchDocument(good.url('/1'))
  assert.deepEqual(fetcher.dns.questions.toSorted(), ['A peer.example', 'AAAA peer.example'], 'asked once')
  fetcher.dns.set('peer.example', ['127.0.0.2'])
  assert.equal((await failure(fetcher.fetchDocument(good.url('/2')))).reason, 'address')
  assert.deepEqual(good.requests, ['GET /1'])
})

test('a name that turns between check and connection changes nothing: the checked address is used', async (t) => {
  const ca = createTestCa(t)
  const good = await openHttpsPeer(t, ca, ['peer.example'], (_request, response) => {
    response.writeHead(200, ACTIVITY).end('{}')
  })
  const fetcher = await openFetcher(t, { ca, hosts: { 'peer.example': ['127.0.0.1'] } })
  const fetching = fetcher.fetchDocument(good.url('/'))
  while (fetcher.dns.questions.length < 2) await new Promise((resolve) => setImmediate(resolve))
  fetcher.dns.set('peer.example', ['127.0.0.2'])
  assert.equal((await fetching).body.toString(), '{}')
  assert.equal(fetcher.dns.questions.length, 2)
})

test('a redirect to where a request may not go is not followed', async (t) => {
  const ca = createTestCa(t)
  const victim = await openHttpsPeer(
    t,
    ca,
    ['victim.example'],
    (_request, response) => response.end(),
    '127.0.0.2',
  )
  const targets: Readonly<Record<string, string>> = {
    '/loopback': `https://127.0.0.2:${victim.port}/`,
    '/mapped': `https://[::ffff:127.0.0.2]:${victim.port}/`,
    '/name': `https://victim.example:${victim.port}/`,
    '/http': 'http://peer.example/',
    '/file': 'file:///etc/passwd',
    '/user': 'https://user:pass@peer.example/',
    '/port': 'https://peer.example:25/',
    '/long': `https://peer.example/${'x'.repeat(3000)}`,
    '/none': '',
    '/own': 'https://home.example/users/owner',
    '/own-dot': 'https://HOME.example.:443/users/owner',
  }
  const peer = await openHttpsPeer(t, ca, ['peer.example'], (request, response) => {
    const location = targets[request.url ?? ''] ?? ''
    response.writeHead(302, location === '' ? {} : { location }).end()
  })
  const fetcher = await openFetcher(t, {
    ca,
    hosts: { 'peer.example': ['127.0.0.1'], 'victim.example': ['127.0.0.2'] },
    isOwnHost: (host) => host === 'home.example',
  })
  for (const path of Object.keys(targets)) {
    assert.equal((await failure(fetcher.fetchDocument(peer.url(path)))).code, 'FETCH_REFUSED', path)
    assert.equal((await failure(fetcher.fetchMedia(peer.url(path)))).code, 'FETCH_REFUSED', path)
  }
  assert.equal(victim.connections, 0)
})

test('three redirects are followed and a fourth is not', async (t) => {
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    const left = Number(request.url?.slice(1))
    if (left > 0) response.writeHead(307, { location: `/${left - 1}` }).end()
    else response.writeHead(200, ACTIVITY).end('{}')
  })
  assert.equal((await fetcher.fetchDocument(peer.url('/3'))).finalUrl, peer.url('/0'))
  const { code, reason } = await failure(fetcher.fetchDocument(peer.url('/4')))
  assert.deepEqual([code, reason], ['FETCH_REFUSED', 'redirect'])
  assert.equal(peer.requests.length, 8)
})

test('the redirects of a page and of its alternate are counted together', async (t) => {
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    const [, kind, left] = /^\/([a-z]+)(\d)$/.exec(request.url ?? '') ?? []
    if (Number(left) > 0) response.writeHead(302, { location: `/${kind}${Number(left) - 1}` }).end()
    else if (kind === 'ap') response.writeHead(200, ACTIVITY).end('{}')
    else {
      const next = kind === 'page' ? '/ap1' : '/ap2'
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(`<link rel=alternate type=application/activity+json href=${next}>`)
    }
  })
  assert.equal(
    (await fetcher.fetchDocument(peer.url('/page2'), { followAlternate: true })).finalUrl,
    peer.url('/ap0'),
  )
  const { reason } = await failure(fetcher.fetchDocument(peer.url('/other2'), { followAlternate: true }))
  assert.equal(reason, 'redirect')
})

test('an alternate on another origin, or none, or another page, is not followed', async (t) => {
  const links: Readonly<Record<string, string>> = {
    '/foreign': 'https://other.example/ap/1',
    '/scheme': 'http://peer.example/ap/1',
    '/loop': '/loop',
    '/none': '',
  }
  const { peer, fetcher } = await openPeer(t, (request, response) => {
    const href = links[request.url ?? ''] ?? ''
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(href === '' ? '<p>' : `<link rel=alternate type=application/activity+json href="${href}">`)
  })
  for (const path of Object.keys(links)) {
    const { reason } = await failure(fetcher.fetchDocument(peer.url(path), { followAlternate: true }))
    assert.equal(reason, 'type', path)
  }
  assert.equal(peer.requests.filter((line) => line === 'GET /loop').length, 2, 'one alternate, once')
})

test('our own host is never asked', async (t) => {
  const fetcher = await openFetcher(t, {
    hosts: { 'home.example': ['127.0.0.1'] },
    isOwnHost: (host) => host === 'home.example',
  })
  for (const url of ['https://home.example/users/owner', 'https://HOME.example.:443/']) {
    assert.equal((await failure(fetcher.fetchDocument(url))).reason, 'own_host')
    assert.equal((await failure(fetcher.postActivity(url, { body: '{}', headers: {} }))).reason, 'own_host')
  }
  assert.deepEqual(fetcher.dns.questions, [])
})

test('what is no plain https URL never reaches the network', async (t) => {
  const fetcher = await openFetcher(t, { hosts: { 'peer.example': ['127.0.0.1'] } })
  for (const url of [
    'http://peer.example/',
    'ftp://peer.example/',
    'https://user@peer.example/',
    'https://peer.example:22/',
    'https://peer.example:6667/',
    `https://peer.example/${'x'.repeat(2100)}`,
    'https://peer.example\\@evil.example/',
    'peer.example',
  ]) {
    for (const exchange of [
      fetcher.fetchDocument(url),
      fetcher.fetchJson(url, { types: ['application/json'] }),
      fetcher.fetchMedia(url),
      fetcher.postActivity(url, { body: '{}', headers: {} }),
    ]) {
      const { code, reason } = await failure(exchange)
      assert.deepEqual([code, reason], ['FETCH_REFUSED', 'url'], url)
    }
  }
  assert.deepEqual(fetcher.dns.questions, [])
})

test('a certificate of another authority or for another host ends the connection before a byte is sent', async (t) => {
  const [trusted, other] = [createTestCa(t), createTestCa(t)]
  const impostor = await openHttpsPeer(t, other, ['peer.example'], (_request, response) => response.end())
  const wrongName = await openHttpsPeer(t, trusted, ['other.example'], (_request, response) => response.end())
  const fetcher = await openFetcher(t, { ca: trusted, hosts: { 'peer.example': ['127.0.0.1'] } })
  for (const port of [impostor.port, wrongName.port]) {
    const { code, reason } = await failure(fetcher.fetchDocument(`https://peer.example:${port}/`))
    assert.deepEqual([code, reason], ['FETCH_FAILED', 'certificate'])
  }
  assert.deepEqual([...impostor.requests, ...wrongName.requests], [])
})

test('a host that is an address must be in its certificate as an address', async (t) => {
  const ca = createTestCa(t)
  const named = await openHttpsPeer(t, ca, ['127.0.0.1'], (_request, response) =>
    response.writeHead(200, ACTIVITY).end('{}'),
  )
  const unnamed = await openHttpsPeer(t, ca, ['peer.example'], (_request, response) => response.end())
  const fetcher = await openFetcher(t, { ca })
  assert.equal((await fetcher.fetchDocument(named.url('/'))).status, 200)
  const { reason } = await failure(fetcher.fetchDocument(`https://127.0.0.1:${unnamed.port}/`))
  assert.equal(reason, 'certificate')
})

test('an authority in NODE_EXTRA_CA_CERTS is trusted, and without it nobody trusts it', async (t) => {
  const ca = createTestCa(t)
  const peer = await openHttpsPeer(t, ca, ['peer.example'], (_request, response) => {
    response.writeHead(200, ACTIVITY).end('{"id":1}')
  })
  const run = async (env: NodeJS.ProcessEnv): Promise<string> => {
    const script = fileURLToPath(new URL('fetch-once.ts', import.meta.url))
    const { stdout } = await execFileAsync(
      process.execPath,
      [script, peer.url('/'), `127.0.0.1:${peer.port}`],
      { env },
    )
    return stdout
  }
  assert.equal(await run({ NODE_EXTRA_CA_CERTS: ca.caFile }), '{"id":1}')
  assert.match(await run({}), /certificate/)
})

test('a signer cannot set credentials, another host, or break out of a header', async (t) => {
  const { peer, fetcher } = await openPeer(t, (_request, response) =>
    response.writeHead(200, ACTIVITY).end('{}'),
  )
  for (const headers of [
    { host: 'evil.example' },
    { Cookie: 'a=b' },
    { Authorization: 'Bearer x' },
    { Referer: 'https://home.example/' },
    { 'Transfer-Encoding': 'chunked' },
    { 'Content-Length': '5' },
    { Signature: 'x\r\nHost: evil.example' },
    { 'Bad Name': 'x' },
  ]) {
    const url = peer.url('/')
    const { code } = await failure(fetcher.fetchDocument(url, { sign: () => headers }))
    assert.match(code, /^FETCH_(?:REFUSED|FAILED)$/, JSON.stringify(headers))
    await failure(fetcher.postActivity(url, { body: '{}', headers }))
  }
  assert.deepEqual(peer.requests, [])
})
