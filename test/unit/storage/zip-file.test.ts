/** Writing a ZIP file: what it holds, that it holds nothing back in memory, and that a failure leaves nothing. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ZipEntry, writeZip } from '../../../server/storage/zip-file.ts'
import { readZip } from '../../support/read-zip.ts'

const MEGABYTE = 1_048_576

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hb-zip-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function* chunksOf(...chunks: readonly (string | Uint8Array)[]): AsyncGenerator<string | Uint8Array> {
  yield* chunks
}

async function* entriesOf(...entries: readonly ZipEntry[]): AsyncGenerator<ZipEntry> {
  yield* entries
}

const neverEnded = new AbortController().signal

test('entries are read back as they were written, packed or not, empty or not', async (t) => {
  const path = join(folderOf(t), 'x.zip')
  const size = await writeZip(
    entriesOf(
      { path: 'a.json', bytes: chunksOf('{"a":', '1}') },
      { path: 'media/grüße.bin', bytes: chunksOf(Buffer.alloc(100_000, 7)), packs: false },
      { path: 'empty.csv', bytes: chunksOf() },
    ),
    { path, signal: neverEnded },
  )
  assert.equal(size, statSync(path).size)
  assert.ok(size > 100_000)
  const files = await readZip(await readFile(path))
  assert.deepEqual([...files.keys()], ['a.json', 'media/grüße.bin', 'empty.csv'])
  assert.equal(String(files.get('a.json')), '{"a":1}')
  assert.deepEqual(files.get('media/grüße.bin'), Buffer.alloc(100_000, 7))
  assert.equal(files.get('empty.csv')?.length, 0)
})

test('what is written stands on the disk before much more is asked for', async (t) => {
  const path = join(folderOf(t), 'x.zip')
  let asked = 0
  let mostAhead = 0
  async function* large(): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < 48; n += 1) {
      yield Buffer.alloc(MEGABYTE, n)
      asked += MEGABYTE
      const written = statSync(`${path}.part`, { throwIfNoEntry: false })?.size ?? 0
      mostAhead = Math.max(mostAhead, asked - written)
    }
  }
  await writeZip(entriesOf({ path: 'large.bin', bytes: large(), packs: false }), { path, signal: neverEnded })
  assert.equal(asked, 48 * MEGABYTE)
  assert.ok(mostAhead <= 8 * MEGABYTE, `${mostAhead} bytes were held back`)
})

test('a source that breaks, and an end in the midst, leave nothing', async (t) => {
  const folder = folderOf(t)
  const path = join(folder, 'x.zip')
  async function* broken(): AsyncGenerator<string> {
    yield 'a part'
    throw new Error('the store is away')
  }
  await assert.rejects(
    writeZip(entriesOf({ path: 'a', bytes: broken() }), { path, signal: neverEnded }),
    /the store is away/,
  )
  const ending = new AbortController()
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (let n = 0; ; n += 1) {
      if (n === 3) ending.abort(new Error('no longer wanted'))
      yield Buffer.alloc(MEGABYTE)
    }
  }
  await assert.rejects(
    writeZip(entriesOf({ path: 'a', bytes: endless() }), { path, signal: ending.signal }),
    /no longer wanted|abort/i,
  )
  async function* flawed(): AsyncGenerator<ZipEntry> {
    yield { path: 'a', bytes: chunksOf('a') }
    throw new Error('the database is away')
  }
  await assert.rejects(writeZip(flawed(), { path, signal: neverEnded }), /the database is away/)
  await assert.rejects(
    writeZip(entriesOf({ path: 'a', bytes: chunksOf('a') }), {
      path: join(folder, 'no', 'such.zip'),
      signal: neverEnded,
    }),
    /ENOENT/,
  )
  assert.deepEqual(readdirSync(folder), [])
})
