/** Which addresses may be connected to, in every spelling that a resolver, a URL or a hostile peer may give. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAddressGuard, isPublicAddress } from '../../../server/net/address-guard.ts'

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '191.255.255.255',
  '192.0.1.1',
  '192.167.255.255',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2000::1',
  '2001:200::1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
  '3ffe:ffff::1',
  '[2606:4700:4700::1111]',
  '8.8.8.8.',
  // wrapped public addresses
  '::ffff:8.8.8.8',
  '::ffff:808:808',
  '::8.8.8.8',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::8.8.8.8',
  '2002:0808:0808::1',
  '2001:0:4136:e378:8000:63bf:f7f7:f7f7',
]

const NOT_PUBLIC: Readonly<Record<string, readonly string[]>> = {
  'the special blocks of IPv4': [
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.0.9',
    '192.0.2.1',
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
    '192.168.1.1',
    '192.175.48.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
  ],
  'other spellings of IPv4': [
    '127.1',
    '127.0.1',
    '2130706433',
    '017700000001',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '0x7f.0x0.0x0.0x1',
    '127.0.0.1.',
    '10.1',
    '0xa.0x1',
    '192.168.257',
    '0',
    '[127.0.0.1]',
  ],
  'IPv6 outside global unicast': [
    '::',
    '::1',
    '[::1]',
    '0:0:0:0:0:0:0:1',
    '0000:0000:0000:0000:0000:0000:0000:0001',
    '100::1',
    'fc00::1',
    'fd12:3456:789a::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '5f00::1',
    '4000::1',
    '2606:4700:4700::1111%eth0',
  ],
  'special blocks inside global unicast': [
    '2001:1::1',
    '2001:2::1',
    '2001:3::1',
    '2001:4:112::1',
    '2001:10::1',
    '2001:20::1',
    '2001:1ff::1',
    '2001:db8::1',
    '2620:4f:8000::1',
    '3fff::1',
    '3fff:fff::1',
  ],
  'IPv4 inside IPv6': [
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:127.0.0.1',
    '::FFFF:10.0.0.1',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '::a00:1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::192.168.0.1',
    '64:ff9b:1::10.0.0.1',
    '64:ff9b:1:7f00:0:100::',
    '64:ff9b:1:ffff::8.8.8.8',
    '2002:7f00:1::',
    '2002:a00:1::1',
    '2002:c0a8:101::1',
    // Teredo with a private client behind it, and with a private server before it
    '2001:0:4136:e378:8000:63bf:80ff:fffe',
    '2001:0:7f00:1:8000:63bf:f7f7:f7f7',
  ],
  'what is no address': [
    '',
    ' ',
    'localhost',
    'example.com',
    '127.0.0.1:80',
    '1.2.3.4.5',
    '256.1.1.1',
    '08.8.8.8',
    '1.2.3.4/32',
    ':::',
    '12345::',
    '8.8.8.8..',
    '[8.8.8.8',
    '8.8.8.8 ',
    `${'0'.repeat(5000)}8.8.8.8`,
  ],
}

test('public addresses are public, also inside the transition forms of IPv6', () => {
  for (const address of PUBLIC) assert.equal(isPublicAddress(address), true, address)
})

for (const [kind, addresses] of Object.entries(NOT_PUBLIC)) {
  test(`not public: ${kind}`, () => {
    for (const address of addresses) assert.equal(isPublicAddress(address), false, address)
  })
}

test('the owner may let private networks through, and only those', () => {
  const guard = createAddressGuard(['192.168.7.0/24', 'fd00:1::/32'])
  for (const address of ['192.168.7.1', '::ffff:192.168.7.1', 'fd00:1::5', '8.8.8.8']) {
    assert.equal(guard.allows(address), true, address)
  }
  for (const address of [
    '192.168.8.1',
    'fd00:2::5',
    '127.0.0.1',
    '64:ff9b::192.168.7.1',
    'fd00:1::5%eth0',
    'x',
  ]) {
    assert.equal(guard.allows(address), false, address)
  }
})

test('a network given as mapped IPv6 means the IPv4 network', () => {
  const guard = createAddressGuard(['::ffff:10.1.0.0/112'])
  assert.equal(guard.allows('10.1.2.3'), true)
  assert.equal(guard.allows('10.2.2.3'), false)
})
