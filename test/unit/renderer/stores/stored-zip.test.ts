/** Texts in one ZIP file, as any reader of such files finds them. */
import assert from 'node:assert/strict'
import { crc32 } from 'node:zlib'
import { test } from 'node:test'
import { storedZip } from '../../../../renderer/stores/stored-zip.ts'
import { readZip } from '../../../support/read-zip.ts'

const AT = new Date(2026, 10, 30, 21, 40, 12)

test('every text is there under its name, whatever letters both are made of', async () => {
  const texts = [
    { path: 'help/program.txt', text: '{}\n' },
    { path: 'help/\u0628\u064a\u062a.txt', text: 'Grüße, 🐦'.repeat(5_000) },
    { path: 'help/empty.txt', text: '' },
  ]
  const files = await readZip(Buffer.from(storedZip(texts, AT)))
  assert.deepEqual(
    [...files].map(([path, bytes]) => ({ path, text: bytes.toString() })),
    texts,
  )
})

test('sums and moment are right', () => {
  const bytes = Buffer.from(storedZip([{ path: 'a', text: 'check me' }], AT))
  assert.equal(bytes.readUInt32LE(14), crc32('check me'))
  assert.equal(bytes.readUInt16LE(10), (21 << 11) | (40 << 5) | 6)
  assert.equal(bytes.readUInt16LE(12), (46 << 9) | (11 << 5) | 30)
})

test('none is an empty file, and no broken one', async () => {
  assert.equal((await readZip(Buffer.from(storedZip([], AT)))).size, 0)
})
