import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPreamble, writePreamble } from '../../../server/net/proxy-preamble.ts'

const text = (line: string): Buffer => Buffer.from(`${line}\r\n`)

test('the text form names the client', () => {
  const line = text('PROXY TCP4 192.0.2.7 198.51.100.1 51234 443')
  assert.deepEqual(readPreamble(Buffer.concat([line, Buffer.from('GET /')])), {
    client: { address: '192.0.2.7', port: 51_234 },
    length: line.length,
  })
  assert.deepEqual(readPreamble(text('PROXY TCP6 2001:db8::7 2001:db8::1 1 443')), {
    client: { address: '2001:db8::7', port: 1 },
    length: 42,
  })
  assert.deepEqual(readPreamble(text('PROXY TCP6 ::ffff:192.0.2.7 2001:DB8::1 1 443')), {
    client: { address: '192.0.2.7', port: 1 },
    length: 47,
  })
  assert.deepEqual(readPreamble(text('PROXY UNKNOWN')), { client: null, length: 15 })
})

for (const line of [
  'PROXY TCP4 192.0.2.7 198.51.100.1 70000 443',
  'PROXY TCP4 2001:db8::7 2001:db8::1 1 443',
  'PROXY TCP4 192.0.2.999 198.51.100.1 1 443',
  'PROXY TCP4  192.0.2.7 198.51.100.1 1 443',
  'PROXY UDP4 192.0.2.7 198.51.100.1 1 443',
  'PROXY TCP6 fe80::1%1 2001:db8::1 1 443',
  'PROXY TCP4 192.0.2.7\t198.51.100.1 1 443',
  'PROXY ',
]) {
  test(`${JSON.stringify(line)} is no preamble`, () => {
    assert.equal(readPreamble(text(line)), 'bad')
  })
}

test('every other beginning is refused at its first wrong byte, and a line that does not end at its limit', () => {
  for (const start of ['G', 'POXY', '\r\n\r\n\u0000\r\nQUIX', '\u0016\u0003\u0001']) {
    assert.equal(readPreamble(Buffer.from(start, 'latin1')), 'bad', JSON.stringify(start))
  }
  assert.equal(readPreamble(Buffer.from(`PROXY TCP4 ${'1'.repeat(96)}`)), 'bad')
})

test('what has come in halves is waited for, byte by byte', () => {
  const whole = writePreamble({ address: '2001:db8::a:7', port: 40_000 })
  for (let length = 1; length < whole.length; length += 1) {
    assert.equal(readPreamble(whole.subarray(0, length)), 'more', `${length} bytes`)
  }
  const line = text('PROXY TCP4 192.0.2.7 198.51.100.1 51234 443')
  for (let length = 1; length < line.length; length += 1) {
    assert.equal(readPreamble(line.subarray(0, length)), 'more', `${length} bytes`)
  }
})

for (const address of ['192.0.2.7', '255.255.255.255', '2001:db8::a:7', '::1', 'fe80::', '1:2:3:4:5:6:7:8']) {
  test(`${address} is read as it was written`, () => {
    const bytes = writePreamble({ address, port: 65_535 })
    assert.deepEqual(readPreamble(bytes), { client: { address, port: 65_535 }, length: bytes.length })
  })
}

test('a proxy that speaks for itself has no client', () => {
  assert.deepEqual(readPreamble(writePreamble(null)), { client: null, length: 16 })
})

test('further facts of the binary form are passed over; too many, and too few addresses, are refused', () => {
  const plain = writePreamble({ address: '192.0.2.7', port: 1 })
  const longer = Buffer.concat([plain, Buffer.from([0x04, 0x00, 0x02, 0xff, 0xff])])
  longer.writeUInt16BE(17, 14)
  assert.deepEqual(readPreamble(longer), { client: { address: '192.0.2.7', port: 1 }, length: 33 })
  const huge = Buffer.from(plain)
  huge.writeUInt16BE(60_000, 14)
  assert.equal(readPreamble(huge), 'bad')
  const short = Buffer.from(plain.subarray(0, 20))
  short.writeUInt16BE(4, 14)
  assert.equal(readPreamble(short), 'bad')
  const other = Buffer.from(plain)
  other[12] = 0x31
  assert.equal(readPreamble(other), 'bad')
})
