/** Sealed files: what goes in comes out, in bounded memory, and nothing that was done to one is missed. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { randomSecret } from '../../../server/appliance/secrets.ts'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { readArchive, writeArchive } from '../../../server/keeping/format/archive.ts'
import { readSealedFile, sealFile } from '../../../server/keeping/format/sealed-file.ts'

const CHUNK = 262_144
const FACTS = { kind: 'medium', name: 'media/ab/cd' } as const

async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function whole(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return Buffer.concat(parts)
}

const sealed = async (content: Buffer, key: string): Promise<Buffer> =>
  whole(sealFile(FACTS, key, pieces(content, 70_001)))

async function opened(file: Buffer, key: string): Promise<Buffer> {
  const read = await readSealedFile(pieces(file, 10_007), 'medium', 'a file')
  return whole(read.open(key))
}

test('what was sealed comes out as it was, at every length around the border of a chunk', async () => {
  const key = randomSecret()
  for (const length of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK]) {
    const content = randomBytes(length)
    assert.ok(content.equals(await opened(await sealed(content, key), key)), `${length} bytes`)
  }
})

test('a file that lost, gained or exchanged a chunk is refused, and so is another head or key', async () => {
  const key = randomSecret()
  const content = randomBytes(2 * CHUNK + 5)
  const file = await sealed(content, key)
  const one = CHUNK + 16
  const head = file.length - (content.length + 3 * 16)
  const [start, first, second, last] = [
    file.subarray(0, head),
    file.subarray(head, head + one),
    file.subarray(head + one, head + 2 * one),
    file.subarray(head + 2 * one),
  ]
  const otherHead = Buffer.from(start)
  otherHead.writeUInt8(otherHead.readUInt8(head - 3) ^ 1, head - 3)
  const other = await sealed(content, key)
  const cases: Record<string, Buffer> = {
    'its last chunk is missing': Buffer.concat([start, first, second]),
    'a chunk is missing': Buffer.concat([start, first, last]),
    'two are exchanged': Buffer.concat([start, second, first, last]),
    'something was added': Buffer.concat([file, Buffer.from('x')]),
    'a chunk was added': Buffer.concat([file, last]),
    'a chunk of another file': Buffer.concat([start, other.subarray(head, head + one), second, last]),
    'another head': Buffer.concat([otherHead, file.subarray(head)]),
    'nothing but a head': start,
    'half a head': file.subarray(0, head - 10),
    'no sealed file': Buffer.from('PK\u0003\u0004'),
    empty: Buffer.alloc(0),
  }
  for (const [what, bytes] of Object.entries(cases)) {
    await assert.rejects(opened(bytes, key), (error) => isHomebirdError(error, 'DOCUMENT_INVALID'), what)
  }
  await assert.rejects(opened(file, randomSecret()), /the key is another one/)
  await assert.rejects(readSealedFile(pieces(file, 100), 'backup', 'a file'), /it is a medium and no backup/)
})

test('an archive gives its entries back in order, also where one is not read, and a broken one is refused', async () => {
  const contents = [randomBytes(3), Buffer.alloc(200_000, 'a'), randomBytes(70_000)]
  async function* entries(): AsyncGenerator<{ name: string; bytes: number; content: AsyncIterable<Buffer> }> {
    for (const [index, content] of contents.entries())
      yield { name: `entry-${index}`, bytes: content.length, content: pieces(content, 1_000) }
  }
  const archive = await whole(writeArchive(entries()))
  const seen: string[] = []
  for await (const { name, bytes, content } of readArchive(pieces(archive, 999))) {
    seen.push(`${name} ${bytes}`)
    if (name !== 'entry-1')
      assert.ok((await whole(content)).equals(contents[seen.length - 1] ?? Buffer.alloc(0)))
  }
  assert.deepEqual(seen, ['entry-0 3', 'entry-1 200000', 'entry-2 70000'])
  const readAll = async (bytes: Buffer): Promise<void> => {
    for await (const { content } of readArchive(pieces(bytes, 999))) await whole(content)
  }
  for (const broken of [archive.subarray(0, -40_000), randomBytes(5_000)])
    await assert.rejects(readAll(broken), (error) => isHomebirdError(error, 'DOCUMENT_INVALID'))
})

test('a source that fails in the middle fails the archive, and a reader that leaves closes the source', async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield Buffer.alloc(10)
    throw new Error('the table cannot be read')
  }
  async function* broken(): AsyncGenerator<{ name: string; bytes: number; content: AsyncIterable<Buffer> }> {
    yield { name: 'one', bytes: 20, content: failing() }
  }
  await assert.rejects(
    whole(sealFile(FACTS, randomSecret(), writeArchive(broken()))),
    /the table cannot be read/,
  )
  const left = Promise.withResolvers<string>()
  async function* endless(): AsyncGenerator<Buffer> {
    try {
      for (;;) yield randomBytes(100_000)
    } finally {
      left.resolve('closed')
    }
  }
  for await (const part of sealFile(FACTS, randomSecret(), endless())) if (part.length > CHUNK) break
  assert.equal(await left.promise, 'closed')
})
