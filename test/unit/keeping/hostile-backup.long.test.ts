/** Backups made by somebody with the key and no good will: each is refused in words, none hangs, fills the memory or steps out of its folder. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { createZstdCompress } from 'node:zlib'
import { pack } from 'tar-stream'
import { isHomebirdError } from '../../../server/core/errors.ts'
import { DigestRows } from '../../../server/db/row-digest.ts'
import { type ArchiveEntry, readArchive, writeArchive } from '../../../server/keeping/format/archive.ts'
import { type BackupTaker, readBackup } from '../../../server/keeping/format/read-backup.ts'
import { through } from '../../../server/keeping/format/through.ts'
import { type Random, randomFrom } from '../../support/mutations.ts'

const SEED = 20_261_130
const ROUNDS = 150
const BLOCK = 512
/** Of a header of tar. */
const SIZE_AT = 124
const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex')

type Documents = ReturnType<typeof documents>

/** A small backup that is as it has to be: one table, one secret, one medium inside. */
function documents() {
  const rows = '1\tone\n2\ttwo\n'
  const digest = new DigestRows()
  digest.end(rows)
  digest.resume()
  const shape = { name: 'posts', columns: [{ name: 'id', type: 'bigint' }] }
  const about = {
    format: 1,
    madeAt: '2026-11-30T02:00:00.000Z',
    madeBy: '1.0.0',
    platform: 'linux x64',
    isWhole: true,
    postgresVersion: '18.4',
    schemaVersion: 3,
    identities: ['ana@home.example'],
    posts: 2,
    followers: 0,
    following: 0,
    tables: [shape],
  }
  const hash = sha256('a medium')
  const key = `${hash.slice(0, 2)}/${hash.slice(2)}.webp`
  const list = `${JSON.stringify({ key, bytes: 8, object: null })}\n`
  const manifest = {
    about,
    tables: [{ ...shape, ...digest.result() }],
    sequences: [{ name: 'ids', value: '7', isCalled: true }],
    files: [{ name: 'secrets/acme/a.json', bytes: 2, sha256: sha256('{}') }],
    media: { files: 1, bytes: 8, sha256: sha256(list), missing: [] as string[] },
  }
  return { about, rows, key, list, manifest }
}

function filesOf({ about, rows, key, list, manifest }: Documents): [name: string, content: string][] {
  return [
    ['about.json', JSON.stringify(about)],
    ['tables/posts/000001', rows],
    ['secrets/acme/a.json', '{}'],
    [`media/${key}`, 'a medium'],
    ['media-list/000001', list],
    ['manifest.json', JSON.stringify(manifest)],
  ]
}

async function* entriesOf(files: readonly [string, string][]): AsyncGenerator<ArchiveEntry> {
  for (const [name, content] of files) {
    const bytes = Buffer.from(content)
    yield { name, bytes: bytes.length, content: once(bytes) }
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

async function whole(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return Buffer.concat(parts)
}

async function drain(content: AsyncIterable<unknown>): Promise<void> {
  for await (const chunk of content) void chunk
}

const takesAll: BackupTaker = {
  about: async () => undefined,
  table: async (_table, rows) => drain(rows),
  file: async (_name, content) => drain(content),
  medium: async (_key, content) => drain(content),
  listed: async () => undefined,
}

const read = async (bytes: AsyncIterable<Uint8Array>) => readBackup(readArchive(bytes), takesAll)
const readFiles = async (files: readonly [string, string][]) => read(writeArchive(entriesOf(files)))
const readTar = async (tar: Buffer) => read(through(once(tar), createZstdCompress()))

async function tarOf(files: readonly [string, string][]): Promise<Buffer> {
  const archive = pack()
  for (const [name, content] of files) archive.entry({ name }, content)
  archive.finalize()
  return whole(archive as AsyncIterable<Buffer>)
}

const isRefused = (error: unknown): boolean => isHomebirdError(error, 'DOCUMENT_INVALID')

test('a small one that is as it has to be is read', async () => {
  const { manifest } = documents()
  assert.deepEqual(await readFiles(filesOf(documents())), manifest)
  assert.deepEqual(await readTar(await tarOf(filesOf(documents()))), manifest)
})

const HOSTILE: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  1e300,
  '',
  '../../etc/passwd',
  '\u001b[2J',
  'x'.repeat(70_000),
  [],
  {},
  [null],
  { length: -1 },
  ['x', ['y']],
]

/** Puts something else in the place of one value, wherever it is. */
function exchanged(value: unknown, at: { left: number }, by: unknown): unknown {
  if (at.left === 0) {
    at.left -= 1
    return by
  }
  at.left -= 1
  if (Array.isArray(value)) return value.map((each) => exchanged(each, at, by))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, exchanged(each, at, by)]))
}

function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, each) => sum + sizeOf(each), 1)
}

test('whatever stands in the place of any value of its documents, it is refused and not thrown over', async () => {
  const good = documents()
  const line: unknown = JSON.parse(good.list)
  for (const by of HOSTILE) {
    for (const about of variantsOf(good.about, by))
      await refusedOrPlain({ ...good, about, manifest: { ...good.manifest, about } }, by)
    for (const other of variantsOf(line, by)) {
      const list = `${JSON.stringify(other)}\n`
      const media = { ...good.manifest.media, sha256: sha256(list) }
      const files = filesOf({ ...good, list, manifest: { ...good.manifest, media } })
      await assert.rejects(readFiles(files), isRefused, list.slice(0, 200))
    }
  }
  for (let turn = 0; turn < HOSTILE.length; turn += 1) {
    const by = HOSTILE[turn]
    // Each place once.
    const own = variantsOf(good.manifest, by).filter((_, place) => place % HOSTILE.length === turn)
    for (const manifest of own) await refusedOrPlain({ ...good, manifest }, by)
  }
})

function variantsOf<T>(value: T, by: unknown): T[] {
  const is = JSON.stringify(value)
  return Array.from(
    { length: sizeOf(value) },
    (_, place) => exchanged(value, { left: place }, by) as T,
  ).filter((other) => JSON.stringify(other) !== is)
}

/** What stands for itself and proves nothing, such as a number of posts, may be another one, as long as it is one. */
async function refusedOrPlain(parts: Documents, by: unknown): Promise<void> {
  try {
    await readFiles(filesOf(parts))
  } catch (error) {
    assert.ok(isRefused(error), `${JSON.stringify(by)}: ${String(error)}`)
    return
  }
  const isPlain =
    [true, '', '../../etc/passwd'].includes(by as string) || (Array.isArray(by) && by.length === 0)
  assert.ok(isPlain, `${JSON.stringify(by)} was taken in ${JSON.stringify(parts.manifest)}`)
}

test('names that lead out of their folder, doubled tables, parts that are missing, and what nobody knows are refused', async () => {
  const good = filesOf(documents())
  const instead = (place: number, ...files: [string, string][]) => good.toSpliced(place, 1, ...files)
  const { about, manifest } = documents()
  const twice = { ...about, tables: [...about.tables, ...about.tables] }
  const cases: Record<string, [string, string][]> = {
    'out of its folder': instead(2, ['secrets/../../a', '{}']),
    'an empty name': instead(2, ['secrets//a', '{}']),
    'what nobody knows': instead(2, ['etc/passwd', '{}']),
    'no beginning': good.slice(1),
    'no end': good.slice(0, -1),
    'a part is missing': instead(1, ['tables/posts/000002', '1\n']),
    'another table': instead(1, ['tables/others/000001', '1\n']),
    'a table twice': filesOf({ ...documents(), about: twice, manifest: { ...manifest, about: twice } }),
    'another end': filesOf({ ...documents(), manifest: { ...manifest, about: { ...about, posts: 3 } } }),
    'another medium': instead(3, [good[3]?.[0] ?? '', 'another']),
    'no JSON': instead(4, ['media-list/000001', '{"key":\n']),
  }
  for (const [what, files] of Object.entries(cases)) await assert.rejects(readFiles(files), isRefused, what)
})

test('links, folders, devices and headers without end are no content of a backup', async () => {
  const [first, ...others] = filesOf(documents())
  for (const type of ['symlink', 'link', 'directory', 'fifo', 'character-device'] as const) {
    const archive = pack()
    archive.entry({ name: first?.[0] ?? '' }, first?.[1] ?? '')
    archive.entry({ name: 'secrets/a', type, linkname: '/etc/passwd' })
    for (const [name, content] of others) archive.entry({ name }, content)
    archive.finalize()
    await assert.rejects(readTar(await whole(archive as AsyncIterable<Buffer>)), isRefused, type)
  }
  const long = pack()
  long.entry({ name: `secrets/${'a'.repeat(2_000)}` }, '{}')
  long.finalize()
  await assert.rejects(readTar(await whole(long as AsyncIterable<Buffer>)), isRefused)
})

test('a row without an end and a window that asks for much memory are refused before they take it', async () => {
  const [about] = filesOf(documents())
  const mebibyte = Buffer.alloc(1_048_576, 'x')
  async function* endless(): AsyncGenerator<Buffer> {
    for (let sent = 0; sent < 1_000; sent += 1) yield mebibyte
  }
  let taken = 0
  async function* entries(): AsyncGenerator<ArchiveEntry> {
    yield* entriesOf([about ?? ['', '']])
    yield { name: 'tables/posts/000001', bytes: 1_000 * mebibyte.length, content: endless() }
  }
  const counted: BackupTaker = {
    ...takesAll,
    table: async (_table, rows) => {
      for await (const chunk of rows) taken += chunk.length
    },
  }
  await assert.rejects(readBackup(readArchive(writeArchive(entries())), counted), isRefused)
  assert.ok(taken < 70 * 1_048_576, `${taken} bytes were taken`)
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, (27 - 10) << 3])
  await assert.rejects(read(once(Buffer.concat([header, Buffer.alloc(64)]))), isRefused)
})

/** Some bytes of it are others; half the time the sum of the header is made right again, so that the change is believed. */
function changed(tar: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(tar)
  const header = random(bytes.length / BLOCK) * BLOCK
  for (let changes = 1 + random(4); changes > 0; changes -= 1) {
    const at = random(10) < 4 ? header + SIZE_AT + random(12) : header + random(BLOCK)
    bytes.writeUInt8(random(10) < 3 ? 0x80 : random(256), at)
  }
  if (random(10) < 6) {
    const block = bytes.subarray(header, header + BLOCK)
    block.fill(' ', 148, 156)
    const sum = block.reduce((all, byte) => all + byte, 0)
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  }
  return random(10) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes
}

test('bytes that were changed anywhere end in a refusal, or in what is proven', async () => {
  const tar = await tarOf(filesOf(documents()))
  const { manifest } = documents()
  const random = randomFrom(SEED)
  let refused = 0
  for (let round = 0; round < ROUNDS; round += 1) {
    try {
      assert.deepEqual(await readTar(changed(tar, random)), manifest)
    } catch (error) {
      assert.ok(isRefused(error), `seed ${SEED}, round ${round}: ${String(error)}`)
      refused += 1
    }
  }
  assert.ok(refused > ROUNDS / 4, `${refused} of ${ROUNDS} were refused`)
})
