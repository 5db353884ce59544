/** Real files in a real decoder, and what attacks it. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { DECODER_LIMITS, createDecoder } from '../../../server/domain/decoding/decoder.ts'
import { forkDecoderFrom } from '../../../server/domain/decoding/fork-decoder.ts'
import { limits, log, moving, photo, picture, recording, refusal, stored } from '../../support/decoding.ts'
import { pngChunk, pngFrom, pngOf } from '../../support/pictures.ts'
import { videoOf } from '../../support/recordings.ts'

test('a photograph loses where, when and with what it was taken, and stands upright', async () => {
  const taken = await photo(1_200, 800)
    .withExif({
      IFD0: { Make: 'Camera Works', Model: 'Snitch 9000' },
      IFD2: { DateTimeOriginal: '2026:11:28 10:00:00' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '52/1 31/1 12/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '13/1 24/1 0/1',
      },
    })
    .withMetadata({ orientation: 6 })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><place>Berlin</place></x:xmpmeta>')
    .jpeg()
    .toBuffer()
  const before = await sharp(taken).metadata()
  assert.equal(before.orientation, 6)
  assert.ok(taken.includes('Snitch 9000'))
  const { bytes, type, width, height, preview, blurhash } = await picture(taken)
  assert.deepEqual([type, width, height], ['image/jpeg', 800, 1_200])
  const found = await sharp(bytes).metadata()
  assert.deepEqual(
    [found.exif, found.xmp, found.iptc, found.icc, found.orientation],
    [undefined, undefined, undefined, undefined, undefined],
  )
  for (const word of ['Snitch', 'Camera Works', 'Berlin', '2026', 'GPS']) {
    assert.ok(!Buffer.from(bytes).includes(word), word)
    assert.ok(!Buffer.from(preview?.bytes ?? []).includes(word), word)
  }
  assert.deepEqual([preview?.type, preview?.width, preview?.height], ['image/webp', 427, 640])
  assert.match(blurhash, /^.{28,40}$/)
  // Turned to the right: what was on top is on the right now.
  const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true })
  const right = data[(600 * 800 + 790) * 3] ?? 0
  const left = data[(600 * 800 + 10) * 3] ?? 0
  assert.ok(right > 200 && left < 60, `${right} ${left}`)
})

test('what moves goes on moving, without comments, profiles and what stands behind its end', async () => {
  const gif = await moving(5)
    .gif({ delay: [80, 80, 80, 80, 80], loop: 0 })
    .toBuffer()
  const comment = Buffer.from('\x21\xfe\x0b<script>abc\x00', 'latin1')
  const end = gif.length - 1
  const told = Buffer.concat([gif.subarray(0, end), comment, gif.subarray(end), Buffer.from('<html>secret')])
  const shown = await picture(told)
  assert.deepEqual([shown.type, shown.width, shown.height], ['image/gif', 20, 10])
  const found = await sharp(shown.bytes, { animated: true }).metadata()
  assert.deepEqual([found.pages, found.loop, found.delay], [5, 0, [80, 80, 80, 80, 80]])
  for (const word of ['script', 'html', 'secret']) assert.ok(!Buffer.from(shown.bytes).includes(word))
  assert.equal(shown.preview?.type, 'image/webp')
  const webp = await moving(4)
    .withExif({ IFD0: { Model: 'Snitch' } })
    .webp({ delay: [100, 100, 100, 100] })
    .toBuffer()
  assert.ok(webp.includes('Snitch'))
  const kept = await picture(webp)
  assert.equal(kept.type, 'image/webp')
  assert.ok(!Buffer.from(kept.bytes).includes('Snitch'))
  assert.equal((await sharp(kept.bytes, { animated: true }).metadata()).pages, 4)
  const apng = await picture(animatedPng())
  assert.equal(apng.type, 'image/png')
  assert.ok(Buffer.from(apng.bytes).includes('fdAT') && !Buffer.from(apng.bytes).includes('tEXt'))
  const avatar = await picture(gif, 'avatar')
  assert.deepEqual([avatar.type, avatar.width], ['image/png', 10])
})

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4)
  return bytes
}

function animatedPng(): Buffer {
  const pixels = deflateSync(Buffer.alloc(4 * (1 + 4 * 3), 90))
  const control = (sequence: number): Buffer =>
    pngChunk('fcTL', Buffer.concat([numbers(sequence, 4, 4, 0, 0), Buffer.from([0, 1, 0, 10, 0, 0])]))
  return pngFrom(4, 4, [
    pngChunk('acTL', numbers(2, 0)),
    pngChunk('tEXt', Buffer.from('Author\0Ana')),
    control(0),
    pngChunk('IDAT', deflateSync(Buffer.alloc(4 * (1 + 4 * 3)))),
    control(1),
    pngChunk('fdAT', Buffer.concat([numbers(2), pixels])),
  ])
}

test('bombs are refused by their header, before a pixel is read', async () => {
  const claims = (width: number, height: number): Buffer =>
    pngFrom(width, height, [pngChunk('IDAT', deflateSync(Buffer.alloc(1_000)))])
  assert.match(await refusal(claims(16_385, 10)), /16384 pixels on one side/)
  assert.match(await refusal(claims(8_000, 5_001)), /40 million pixels/)
  const many = await moving(501, 2, 2).gif({ delay: 20 }).toBuffer()
  assert.match(await refusal(many), /500 frames/)
})

test('what is damaged, cut or something else is refused with a sentence', async () => {
  const jpeg = await photo(300, 200).jpeg().toBuffer()
  const damaged = /damaged/
  assert.match(await refusal(jpeg.subarray(0, jpeg.length / 2)), damaged)
  assert.match(await refusal(Buffer.concat([jpeg.subarray(0, 30), Buffer.alloc(500, 0xaa)])), damaged)
  const gif = await moving(3).gif().toBuffer()
  assert.match(await refusal(gif.subarray(0, gif.length - 20)), damaged)
  assert.match(
    await refusal(Buffer.from('GIF89a/*<html><script>alert(1)</script>*/=1;'.padEnd(200))),
    damaged,
  )
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>')
  assert.match(await refusal(svg, 'image/png'), damaged)
  assert.match(await refusal(jpeg, 'image/png'), /not what it says/)
  assert.match(await refusal(Buffer.from('not a video at all'.repeat(40)), 'video/mp4'), damaged)
  assert.match(await refusal(jpeg, 'video/mp4'), damaged)
})

test('a picture of a page loses the page: what is written anew holds pixels only', async () => {
  const jpeg = await photo(64, 64).jpeg().toBuffer()
  const polyglot = Buffer.concat([jpeg, Buffer.from('<html><script>alert(1)</script></html>')])
  const { bytes } = await picture(polyglot)
  assert.ok(!Buffer.from(bytes).includes('script'))
})

test('a video passes with its facts; what tells the place is to be emptied', async () => {
  const video = await videoOf({ hasAudio: true, location: '+52.5200+013.4050/', seconds: 3 })
  const at = video.indexOf('+52.5200')
  assert.ok(at > 0)
  const { kind, type, width, height, durationSeconds, frameRate, telling } = await recording(video)
  assert.deepEqual([kind, type, width, height], ['video', 'video/mp4', 320, 180])
  assert.ok(Math.abs(durationSeconds - 3) < 0.1)
  assert.ok(Math.abs((frameRate ?? 0) - 25) < 0.5)
  assert.ok(telling.some((box) => box.start < at && at < box.end))
  const flown = await videoOf({ hasAudio: true, subtitles: 'GPS(13.4050,52.5200,19)' })
  const position = flown.indexOf('GPS(13.4050')
  assert.ok(position > 0)
  const emptied = (await recording(flown)).telling
  assert.ok(emptied.some((box) => box.head.length === 0 && box.start <= position && position < box.end))
  const packet = flown.indexOf(Buffer.alloc(64, 7))
  assert.ok(!emptied.some((box) => box.start <= packet && packet < box.end))
  assert.equal((await recording(await videoOf({}))).kind, 'gifv')
  assert.equal((await recording(await videoOf({ seconds: 61, framesPerSecond: 2 }))).kind, 'video')
  const webm = await recording(await videoOf({ container: 'webm', hasAudio: true, width: 640, height: 360 }))
  assert.deepEqual([webm.kind, webm.type, webm.width], ['video', 'video/webm', 640])
  assert.equal((await recording(await videoOf({ container: 'mov', hasAudio: true }))).type, 'video/quicktime')
  assert.match(await refusal(await videoOf({ width: 4_096, height: 2_160 })), /8\.3 million pixels/)
  assert.match(await refusal(await videoOf({ framesPerSecond: 240, seconds: 1 })), /120 pictures a second/)
})

test('a decoder that needs too long, too much memory, or dies is a refused file and no more', async () => {
  const child = (name: string): string => join(import.meta.dirname, '..', '..', 'support', 'children', name)
  const bytes = pngOf(4, 4, [1, 2, 3], [4, 5, 6])
  const request = { mediaType: 'image/png', size: bytes.length, use: 'attachment', limits } as const
  const attempt = async (name: string, change: Partial<typeof DECODER_LIMITS> = {}): Promise<string> => {
    const harmed = createDecoder({
      log,
      startDecoder: forkDecoderFrom(child(name)),
      limits: { ...DECODER_LIMITS, ...change },
    })
    const outcome = await harmed.decode(stored(bytes), request, new AbortController().signal)
    return outcome.outcome === 'refused' ? outcome.reason : outcome.outcome
  }
  assert.match(await attempt('stuck-decoder.ts', { timeMs: 1_500 }), /takes too long/)
  assert.match(await attempt('greedy-decoder.ts', { memoryBytes: 256 * 1_048_576 }), /too much memory/)
  assert.match(await attempt('dying-decoder.ts'), /damaged/)
  assert.match(await attempt('lying-decoder.ts'), /damaged/)
  const stopping = new AbortController()
  const waiting = createDecoder({ log, startDecoder: forkDecoderFrom(child('stuck-decoder.ts')) }).decode(
    stored(bytes),
    request,
    stopping.signal,
  )
  stopping.abort(new Error('the worker stops'))
  await assert.rejects(waiting, /the worker stops/)
})

test('a decoder may write nothing, start nothing and reads only its own program', async () => {
  const entry = join(import.meta.dirname, '..', '..', 'support', 'children', 'curious-decoder.ts')
  const bytes = pngOf(4, 4, [1, 2, 3], [4, 5, 6])
  const request = { mediaType: 'image/png', size: bytes.length, use: 'attachment', limits } as const
  const curious = createDecoder({ log, startDecoder: forkDecoderFrom(entry) })
  const outcome = await curious.decode(stored(bytes), request, new AbortController().signal)
  assert.deepEqual(outcome, {
    outcome: 'refused',
    reason: 'read ERR_ACCESS_DENIED, write ERR_ACCESS_DENIED, start ERR_ACCESS_DENIED, env MALLOC_ARENA_MAX',
  })
})
