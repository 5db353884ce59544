/** Archives that somebody prepared are refused before they cost the disk, the memory or a file outside of them. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { ARCHIVE_LIMITS, type Archive, type ArchiveLimits } from '../../../server/storage/archives/archive.ts'
import { openArchive } from '../../../server/storage/archives/open-archive.ts'
import { tarGzOf, tarOf, zipOf } from '../../support/archives.ts'

const SMALL: ArchiveLimits = {
  files: 3,
  fileBytes: 2_000_000,
  totalBytes: 3_000_000,
  nameBytes: 1_500,
  leastFreeBytes: 0,
}

function ground(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-archive-'))
  t.after(async () => rm(folder, { recursive: true, force: true }))
  const files = join(folder, 'files')
  return {
    files,
    opens: async (bytes: Uint8Array, limits: ArchiveLimits = SMALL): Promise<Archive> => {
      const path = join(folder, 'archive')
      writeFileSync(path, bytes)
      return openArchive(path, { folder: files, signal: new AbortController().signal, limits })
    },
  }
}

const refusal = (reason: RegExp) => (error: unknown) =>
  isHomebirdError(error, 'DOCUMENT_INVALID') && reason.test(error.message)

test('files of a zip, a tar and a tar.gz are read by name, again and again', async (t) => {
  const packed = [
    { name: 'a/outbox.json', bytes: '{}' },
    { name: 'a/b.txt', bytes: 'bee' },
  ]
  for (const bytes of [await zipOf(packed), await tarOf(packed), await tarGzOf(packed)]) {
    const { opens } = ground(t)
    for (let round = 0; round < 2; round += 1) {
      const archive = await opens(bytes)
      t.after(async () => archive[Symbol.asyncDispose]())
      assert.deepEqual(
        [...archive.files],
        [
          ['a/outbox.json', 2],
          ['a/b.txt', 3],
        ],
      )
      assert.equal(await text(await archive.open('a/b.txt')), 'bee')
      await assert.rejects(archive.open('c'), (error) => isHomebirdError(error, 'NOT_FOUND'))
    }
  }
})

test('names that take too much together are refused, however few the files are', async (t) => {
  const named = ['a', 'b'].map((letter) => ({ name: letter.repeat(90), bytes: 'x' }))
  const limits = { ...SMALL, nameBytes: 150 }
  for (const bytes of [await zipOf(named), await tarOf(named)]) {
    await assert.rejects(
      ground(t).opens(bytes, limits),
      refusal(/names of its files take more than 150 bytes/),
    )
  }
})

test('names that lead out of the archive are refused, and links are passed over', async (t) => {
  for (const name of ['../x', 'a/../../x', '/etc/x', 'C:/x', '..\\x']) {
    await assert.rejects(
      ground(t).opens(await tarOf([{ name, bytes: 'x' }])),
      refusal(/leads out of the archive/),
    )
  }
  const link = await tarOf([
    { name: 'a', bytes: '', type: 'symlink' },
    { name: 'b', bytes: '', type: 'link' },
  ])
  assert.equal((await ground(t).opens(link)).files.size, 0)
  const zip = await ground(t).opens(await zipOf([{ name: 'a', bytes: '/etc/passwd', mode: 0o120777 }]))
  t.after(async () => zip[Symbol.asyncDispose]())
  assert.equal(zip.files.size, 0)
})

test('what unpacks to more than it may is refused before it is unpacked', async (t) => {
  const zeros = Buffer.alloc(2_500_000)
  for (const pack of [zipOf, tarGzOf]) {
    const { opens, files } = ground(t)
    await assert.rejects(opens(await pack([{ name: 'a', bytes: zeros }])), refusal(/has 2500000 bytes/))
    const many = [1, 2, 3, 4].map((one) => ({ name: `${one}`, bytes: '' }))
    await assert.rejects(opens(await pack(many)), refusal(/more than 3 files/))
    const half = zeros.subarray(0, 1_900_000)
    const two = ['a', 'b'].map((name) => ({ name, bytes: half }))
    await assert.rejects(opens(await pack(two)), refusal(/unpacks to more than/))
    assert.equal(
      readdirOf(files).some((name) => name.endsWith('.json')),
      false,
    )
  }
})

const readdirOf = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    // It was never made.
    return []
  }
}

test('a zip that says much of many files is no way to fill the memory', async (t) => {
  const zip = async (length: number) => zipOf([{ name: 'a', bytes: 'x', comment: 'c'.repeat(length) }])
  await assert.rejects(ground(t).opens(await zip(60_000)), refusal(/more than 4096 bytes are said/))
  const archive = await ground(t).opens(await zip(1_000))
  await archive[Symbol.asyncDispose]()
})

test('a long name that never ends is no way to fill the memory', async (t) => {
  const header = Buffer.alloc(512)
  header.write('././@LongLink')
  header.write('0000644\0', 100)
  header.write((8 * 1_048_576).toString(8).padStart(11, '0'), 124)
  header.write('        ', 148)
  header.write('L', 156)
  header.write('ustar  \0', 257)
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  )
  const bytes = gzipSync(Buffer.concat([header, Buffer.alloc(8 * 1_048_576, 'a')]))
  await assert.rejects(ground(t).opens(bytes, ARCHIVE_LIMITS), refusal(/Header exceeds max size/))
})

test('what is cut short or no archive at all is refused', async (t) => {
  const packed = [{ name: 'a', bytes: Buffer.from('abc'.repeat(500)) }]
  const [zip, tarGz] = [await zipOf(packed), await tarGzOf(packed)]
  for (const bytes of [zip.subarray(0, 60), tarGz.subarray(0, 40), Buffer.from('hello'), Buffer.alloc(0)]) {
    await assert.rejects(ground(t).opens(bytes), refusal(/cannot be read/))
  }
})
