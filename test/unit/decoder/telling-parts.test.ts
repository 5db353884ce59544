import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { ALL_FORMATS, BufferSource, EncodedPacketSink, Input } from 'mediabunny'
import type { TellingPart } from '../../../server/contracts/decoding.ts'
import type { FileBytes } from '../../../server/decoder/file-bytes.ts'
import { findTellingBoxes } from '../../../server/decoder/telling-boxes.ts'
import { findTellingComments, oggSum } from '../../../server/decoder/telling-comments.ts'
import { findTellingElements } from '../../../server/decoder/telling-elements.ts'
import { findFlacBlocks, findMpegTags, findWaveNotes } from '../../../server/decoder/telling-tags.ts'
import { emptyParts } from '../../../server/domain/decoding/empty-parts.ts'
import { TOLD, type TaggedSound, taggedSound } from '../../support/recordings.ts'

type Finder = (file: FileBytes) => Promise<TellingPart[]>

const inMemory = (bytes: Buffer): FileBytes => ({
  size: bytes.length,
  at: async (start, length) =>
    Buffer.from(bytes.subarray(Math.max(0, start), Math.max(0, Math.min(start + length, bytes.length)))),
})

async function cleaned(bytes: Buffer, find: Finder): Promise<Buffer> {
  const parts = await find(inMemory(bytes))
  const pieces = function* (): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += 1_009) yield bytes.subarray(at, at + 1_009)
  }
  const clean = await buffer(Readable.from(emptyParts(Readable.from(pieces()), parts)))
  assert.equal(clean.length, bytes.length)
  return clean
}

/** What a player gets to hear. */
async function heard(bytes: Buffer): Promise<{ readonly seconds: number; readonly packets: string[] }> {
  const input = new Input({ formats: ALL_FORMATS, source: new BufferSource(bytes) })
  const track = await input.getPrimaryAudioTrack()
  assert.ok(track !== null)
  const packets: string[] = []
  for await (const packet of new EncodedPacketSink(track).packets()) {
    packets.push(Buffer.from(packet.data).toString('base64'))
  }
  return { seconds: await input.computeDuration(), packets }
}

const told = (bytes: Buffer): string[] => TOLD.filter((word) => bytes.includes(word))

const KINDS: readonly (readonly [TaggedSound, Finder, number])[] = [
  ['webm', findTellingElements, 3],
  ['live', findTellingElements, 3],
  ['mkv', findTellingElements, 3],
  ['ogg', findTellingComments, 2],
  ['mp3', findMpegTags, 3],
  ['wav', findWaveNotes, 2],
  ['mp4', findTellingBoxes, 3],
]

for (const [container, find, least] of KINDS) {
  test(`${container}: who made it, where, and its picture go; every packet stays where it was`, async () => {
    const bytes = await taggedSound(container)
    assert.ok(told(bytes).length >= least, told(bytes).join())
    const before = await heard(bytes)
    assert.ok(before.packets.length > 5)
    const clean = await cleaned(bytes, find)
    assert.deepEqual(told(clean), [])
    assert.deepEqual(await heard(clean), before)
    assert.deepEqual(told(await cleaned(clean, find)), [])
  })
}

test('the pages of an Ogg file have good sums after a comment of many pages has gone', async () => {
  const clean = await cleaned(await taggedSound('ogg'), findTellingComments)
  let pages = 0
  for (let at = 0; at < clean.length; pages += 1) {
    const count = clean[at + 26] ?? 0
    const length = 27 + count + clean.subarray(at + 27, at + 27 + count).reduce((sum, one) => sum + one, 0)
    const page = Buffer.from(clean.subarray(at, at + length))
    const sum = page.readUInt32LE(22)
    assert.equal(oggSum(page.fill(0, 22, 26)), sum, `page ${pages}`)
    at += length
  }
  assert.ok(pages > 3)
})

function oggPage(flags: number, sequence: number, packet: Buffer): Buffer {
  const lengths = [...Array.from({ length: Math.floor(packet.length / 255) }, () => 255), packet.length % 255]
  const head = Buffer.alloc(27)
  head.write('OggS', 0, 'latin1')
  head[5] = flags
  head.writeUInt32LE(7, 14)
  head.writeUInt32LE(sequence, 18)
  head[26] = lengths.length
  const page = Buffer.concat([head, Buffer.from(lengths), packet])
  page.writeUInt32LE(oggSum(page), 22)
  return page
}

test('comments of Vorbis, Speex and FLAC in Ogg go as well; what is no sound of these is left', async () => {
  const words = Buffer.from('Anna Snitch was here')
  const comment = (begin: string): Buffer =>
    Buffer.concat([Buffer.from(begin, 'latin1'), Buffer.alloc(9), words])
  const emptied = (begin: string, before = ''): string => {
    const bare = Buffer.from(before + begin, 'latin1')
    return Buffer.concat([bare, Buffer.alloc(comment(before).length - bare.length)]).toString('latin1')
  }
  const cases: readonly (readonly [string, Buffer, string | null])[] = [
    ['\u0001vorbis', comment('\u0003vorbis'), emptied('\0\0\0\0\0\0\0\0\u0001', '\u0003vorbis')],
    ['Speex   ', comment(''), emptied('')],
    ['\u007FFLAC\u0001\0', comment('\u0084\0\0\u0030'), emptied('', '\u0084\0\0\u0030')],
    ['fishead\0', comment('fisbone'), null],
  ]
  for (const [head, packet, wanted] of cases) {
    const first = oggPage(2, 0, Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(30)]))
    const clean = await cleaned(Buffer.concat([first, oggPage(0, 1, packet)]), findTellingComments)
    const left = clean.subarray(first.length + 28).toString('latin1')
    if (wanted === null) assert.ok(left.includes('Anna'))
    else assert.equal(left, wanted, head)
  }
})

test('blocks of FLAC become padding, the one that says how to play stays', async () => {
  const block = (kind: number, body: Buffer): Buffer =>
    Buffer.concat([Buffer.from([kind, 0, 0, body.length]), body])
  const info = block(0, Buffer.alloc(34, 5))
  const file = Buffer.concat([
    Buffer.from('fLaC'),
    info,
    block(4, Buffer.from('Anna Snitch')),
    block(3, Buffer.alloc(18, 6)),
    block(0x80 | 6, Buffer.from('PICTURE-OF-A-FACE')),
    Buffer.from('sound'),
  ])
  const clean = await cleaned(file, findFlacBlocks)
  assert.deepEqual(told(clean), [])
  const wanted = [
    info,
    block(1, Buffer.alloc(11)),
    block(3, Buffer.alloc(18, 6)),
    block(0x81, Buffer.alloc(17)),
  ]
  assert.deepEqual(clean, Buffer.concat([Buffer.from('fLaC'), ...wanted, Buffer.from('sound')]))
})

test('tags at the end of MPEG audio go, the old one keeps its name and no more', async () => {
  const old = Buffer.concat([Buffer.from('TAG'), Buffer.from('Anna Snitch'), Buffer.alloc(114)])
  const footer = Buffer.alloc(32)
  footer.write('APETAGEX', 0, 'latin1')
  const item = Buffer.from('Anna Snitch')
  footer.writeUInt32LE(32 + item.length, 12)
  const clean = await cleaned(Buffer.concat([Buffer.from('sound'), item, footer, old]), findMpegTags)
  assert.deepEqual(
    clean,
    Buffer.concat([Buffer.from('sound'), Buffer.alloc(43), Buffer.from('TAG'), Buffer.alloc(125)]),
  )
})

test('what is cut or lies about its lengths is read to its end and no further', async () => {
  const finders = [
    findTellingElements,
    findTellingComments,
    findMpegTags,
    findWaveNotes,
    findFlacBlocks,
    findTellingBoxes,
  ]
  for (const container of ['webm', 'ogg', 'mp3', 'wav', 'mp4'] as const) {
    const bytes = await taggedSound(container)
    for (const find of finders) {
      for (const cut of [3, 30, 100, 1_000, 50_000]) {
        const part = Buffer.from(bytes.subarray(0, cut))
        for (const telling of await find(inMemory(part)).catch(() => [])) {
          assert.ok(telling.start >= 0 && telling.start + telling.head.length <= telling.end, container)
          assert.ok(telling.end <= cut, `${container} ${find.name} ${cut}`)
        }
        part.fill(0xff, Math.floor(cut / 2))
        await find(inMemory(part)).catch(() => [])
      }
    }
  }
})
