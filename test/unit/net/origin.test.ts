/** The one reading of remote addresses: what is refused, what is the same, what is not. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHomebirdError } from '../../../server/core/errors.ts'
import {
  findHost,
  findRemoteUrl,
  hostOf,
  originOf,
  parseRemoteUrl,
  sameOrigin,
} from '../../../server/net/origin.ts'

test('an address is read into its canonical parts', () => {
  assert.deepEqual(parseRemoteUrl('HTTPS://Bücher.Example.:443/a b?q=1#frag'), {
    href: 'https://xn--bcher-kva.example/a%20b?q=1',
    origin: 'https://xn--bcher-kva.example',
    host: 'xn--bcher-kva.example',
    hostname: 'xn--bcher-kva.example',
    port: 443,
    path: '/a%20b?q=1',
  })
  assert.equal(parseRemoteUrl('https://peer.example:8443').href, 'https://peer.example:8443/')
  assert.equal(parseRemoteUrl('https://[2606:4700::1]:8443/x').hostname, '2606:4700::1')
  assert.equal(parseRemoteUrl('https://[2606:4700::1]:8443/x').host, '[2606:4700::1]:8443')
})

test('the same origin in other words is the same', () => {
  const same = [
    ['https://peer.example/a', 'https://PEER.example/b'],
    ['https://peer.example/a', 'https://peer.example:443/b'],
    ['https://peer.example/a', 'https://peer.example./b'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://peer.example', 'https://peer.example?x#y'],
  ]
  for (const [a, b] of same) assert.equal(sameOrigin(a, b), true, `${a} ${b}`)
})

test('another origin is another, and what is no proper address is the same as nothing', () => {
  const other = [
    ['https://peer.example/', 'https://peer.example:8443/'],
    ['https://peer.example/', 'https://evil.peer.example/'],
    ['https://peer.example/', 'https://peer.example.evil.example/'],
    ['https://peer.example/', 'http://peer.example/'],
    ['http://peer.example/', 'http://peer.example/'],
    ['https://peer.example/', 'https://peer.example@evil.example/'],
    ['https://a@peer.example/', 'https://a@peer.example/'],
    ['https://peer.example/', 'https://peer.example\\@evil.example/'],
    ['not a url', 'not a url'],
    [undefined, undefined],
    [null, null],
    ['', ''],
    [{ toString: () => 'https://peer.example/' }, 'https://peer.example/'],
    ['https://peer.examp1e/', 'https://peer.example/'],
    ['//peer.example/', '//peer.example/'],
  ]
  for (const [a, b] of other) assert.equal(sameOrigin(a, b), false, `${String(a)} ${String(b)}`)
})

const REFUSED = [
  'http://peer.example/',
  'ftp://peer.example/',
  'file:///etc/passwd',
  'data:text/plain,x',
  'javascript:alert(1)',
  'peer.example',
  '/path',
  '',
  'https://',
  'https:///',
  'https://user@peer.example/',
  'https://user:pass@peer.example/',
  'https://:@peer.example/',
  'https://@peer.example/',
  'https:@peer.example/',
  'https://peer.example\\@evil.example/',
  'https://peer\n.example/',
  'https://peer.example/\tpath',
  'https://peer.example\u0000/',
  'https://peer..example/',
  'https://peer.example../',
  'https://.peer.example/',
  'https://./',
  `https://${'a'.repeat(64)}.${'b'.repeat(200)}.example/`,
  `https://peer.example/${'a'.repeat(2048)}`,
  `https://peer.example/${'ä'.repeat(500)}`,
  'https://peer.example:99999/',
  'https://exa mple.example/',
  'https://peer.example%2f.evil.example/',
]

test('what is not a plain https address of a host is refused, and the error says why', () => {
  for (const raw of REFUSED) {
    assert.equal(findRemoteUrl(raw), undefined, raw)
    assert.throws(
      () => parseRemoteUrl(raw),
      (error) => isHomebirdError(error, 'FETCH_REFUSED'),
      raw,
    )
  }
  for (const raw of [undefined, null, 7, {}, ['https://peer.example/'], new URL('https://peer.example/')]) {
    assert.equal(findRemoteUrl(raw), undefined)
  }
})

test('ports of other protocols are refused, the usual ones of web servers are not', () => {
  for (const port of [1, 22, 25, 53, 110, 143, 389, 587, 993, 2049, 5060, 6000, 6667, 10_080]) {
    assert.equal(originOf(`https://peer.example:${port}/`), undefined, String(port))
  }
  for (const port of [443, 444, 3000, 8080, 8443, 65_535]) {
    assert.notEqual(originOf(`https://peer.example:${port}/`), undefined, String(port))
  }
})

test('addresses of loopback are one host in all their spellings', () => {
  for (const spelling of ['127.1', '0x7f.1', '2130706433', '017700000001', '127.0.0.1.', '１２７.0.0.1']) {
    assert.equal(hostOf(`https://${spelling}/`), '127.0.0.1', spelling)
  }
  assert.equal(hostOf('https://[::ffff:127.0.0.1]/'), '[::ffff:7f00:1]')
})

test('a bare host is read as in a Host header', () => {
  assert.equal(findHost('Peer.Example.'), 'peer.example')
  assert.equal(findHost('peer.example:443'), 'peer.example')
  for (const raw of [
    'a-b.c0.example',
    '-a.example',
    'a_b.example',
    'xn--bcher-kva.example',
    'xn--a.example',
    '0x7f.1',
    'a.0x1',
  ]) {
    assert.equal(findHost(raw), URL.parse(`https://${raw}/`)?.hostname, raw)
  }
  assert.equal(findHost('peer.example:8443'), 'peer.example:8443')
  for (const raw of ['', 'a/b', 'a@b', 'a b', 'a?b', 'a#b', 'https://peer.example', undefined, 7]) {
    assert.equal(findHost(raw), undefined, String(raw))
  }
})
