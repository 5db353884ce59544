import assert from 'node:assert/strict'
import { test } from 'node:test'
import { emptyParts } from '../../../../server/domain/decoding/empty-parts.ts'

async function* inChunks(bytes: Buffer, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length)
}

test('a part is emptied however its file is cut into pieces, and everything else stays', async () => {
  const box = Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from('udtaABCDEFGHIJKL')])
  const long = Buffer.concat([
    Buffer.from([0, 0, 0, 1]),
    Buffer.from('meta'),
    Buffer.alloc(8, 5),
    Buffer.from('xyz'),
  ])
  const file = Buffer.concat([Buffer.from('front'), box, Buffer.from('between'), long, Buffer.from('behind')])
  const parts = [
    { start: 5, end: 25, head: Buffer.from('\0\0\0\x14free') },
    { start: 32, end: 51, head: Buffer.concat([Buffer.from('\0\0\0\x01free'), Buffer.alloc(8, 5)]) },
    { start: 52, end: 54, head: new Uint8Array() },
  ]
  const wanted = Buffer.concat([
    Buffer.from('front\0\0\0\x14free'),
    Buffer.alloc(12),
    Buffer.from('between\0\0\0\x01free'),
    Buffer.alloc(8, 5),
    Buffer.alloc(3),
    Buffer.from('b\0\0ind'),
  ])
  for (let length = 1; length <= file.length; length += 1) {
    const pieces: Uint8Array[] = []
    for await (const piece of emptyParts(inChunks(file, length), parts)) pieces.push(piece)
    assert.deepEqual(Buffer.concat(pieces), wanted, `in pieces of ${length}`)
  }
  assert.ok(file.includes('ABCDEFGHIJKL'), 'what was given is not touched')
})
