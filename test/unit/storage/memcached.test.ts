import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HashRing } from '../../../server/storage/caches/hash-ring.ts'
import { ReplyReader } from '../../../server/storage/caches/memcached-replies.ts'

test('answers are read in pieces of any size, and bytes of a value are only bytes', () => {
  const value = Buffer.from('a\r\nEND\r\n\0\xff', 'latin1')
  const said = Buffer.concat([
    Buffer.from(`VALUE one 0 ${value.length}\r\n`),
    value,
    Buffer.from('\r\nVALUE two 0 0\r\n\r\nEND\r\nSTORED\r\nSERVER_ERROR object too large for cache\r\n'),
  ])
  for (const size of [1, 2, 7, 1_000]) {
    const reader = new ReplyReader()
    const replies = []
    for (let at = 0; at < said.length; at += size) replies.push(...reader.read(said.subarray(at, at + size)))
    assert.deepEqual(
      replies.map(({ line, values }) => [
        line,
        values.map(({ key, data }) => [key, data.toString('latin1')]),
      ]),
      [
        [
          'END',
          [
            ['one', value.toString('latin1')],
            ['two', ''],
          ],
        ],
        ['STORED', []],
        ['SERVER_ERROR object too large for cache', []],
      ],
    )
  }
})

test('what is no memcached is left: a line without an end, a value of no good size', () => {
  for (const said of ['x'.repeat(3_000), 'VALUE a 0 99999999\r\n', 'VALUE a 0 -1\r\n', 'VALUE a\r\n']) {
    assert.throws(() => new ReplyReader().read(Buffer.from(said)), /the answer holds/, said.slice(0, 20))
  }
})

test('keys are spread over the servers, and a server more takes its share and moves no others', () => {
  const servers = ['a:1', 'b:1', 'c:1'].map((name) => ({ name }))
  const [two, three] = [new HashRing(servers.slice(0, 2)), new HashRing(servers)]
  const keys = Array.from({ length: 3_000 }, (_, index) => `key_${index}`)
  for (const { name } of servers) {
    const share = keys.filter((key) => three.at(key).name === name).length
    assert.ok(share > 700 && share < 1_400, `${name} has ${share} of 3,000`)
  }
  for (const key of keys) {
    const [before, after] = [two.at(key).name, three.at(key).name]
    assert.ok(after === before || after === 'c:1')
  }
})
