/** Every kind of picture and sound in a real decoder, and the largest that it takes. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import type { DecodeUse } from '../../../server/contracts/decoding.ts'
import { photo, picture, recording, refusal } from '../../support/decoding.ts'
import { mp3Of, pngChunk, pngFrom } from '../../support/pictures.ts'
import { wavOf } from '../../support/recordings.ts'

test('every kind of picture is read, each becomes what browsers show', async () => {
  const base = photo(90, 60)
  const cases = [
    [await base.clone().jpeg().toBuffer(), 'image/jpeg'],
    [await base.clone().png().toBuffer(), 'image/png'],
    [await base.clone().webp().toBuffer(), 'image/webp'],
    [await base.clone().gif().toBuffer(), 'image/png'],
    [await base.clone().avif({ effort: 0 }).toBuffer(), 'image/webp'],
    [await base.clone().grayscale().png().toBuffer(), 'image/png'],
    [await base.clone().toColourspace('cmyk').jpeg().toBuffer(), 'image/jpeg'],
    [await base.clone().ensureAlpha(0.5).png().toBuffer(), 'image/png'],
  ] as const
  for (const [bytes, type] of cases) {
    const decoded = await picture(bytes)
    assert.deepEqual([decoded.type, decoded.width, decoded.height, decoded.preview], [type, 90, 60, null])
  }
  const large = await picture(await photo(4_000, 3_000).jpeg().toBuffer())
  assert.ok(large.width * large.height <= 8_294_400 && large.width > 3_300)
  assert.ok(Math.abs(large.width / large.height - 4 / 3) < 0.01)
})

test('pictures of profiles are cut to their shape, thumbnails are small', async () => {
  const wide = await photo(2_000, 1_000).jpeg().toBuffer()
  const sizes = async (use: DecodeUse, bytes = wide): Promise<number[]> => {
    const { width, height } = await picture(bytes, use)
    return [width, height]
  }
  assert.deepEqual(await sizes('avatar'), [400, 400])
  assert.deepEqual(await sizes('header'), [1_500, 500])
  assert.deepEqual(await sizes('thumbnail'), [640, 320])
  assert.deepEqual(await sizes('avatar', await photo(50, 30).png().toBuffer()), [30, 30])
})

test('sounds tell how long they are', async () => {
  const wav = await recording(wavOf(2.5))
  assert.deepEqual([wav.kind, wav.type, wav.durationSeconds], ['audio', 'audio/wav', 2.5])
  const mp3 = await recording(mp3Of(100))
  assert.equal(mp3.kind, 'audio')
  assert.ok(Math.abs(mp3.durationSeconds - 2.61) < 0.1)
})

test('a picture of few bytes and many pixels costs its pixels and no more', async () => {
  // A thousand times smaller than what it becomes.
  const deep = pngFrom(6_000, 6_000, [pngChunk('IDAT', deflateSync(Buffer.alloc(6_000 * (1 + 6_000 * 3))))])
  assert.ok(deep.length < 200_000)
  const shown = await picture(deep)
  assert.ok(shown.width * shown.height <= 8_294_400)
})

test('the largest pictures of each kind are read within the bounds of a decoder', async () => {
  const large = photo(8_000, 5_000)
  const files = [
    await large.clone().jpeg({ quality: 70, progressive: true }).toBuffer(),
    await large.clone().webp({ quality: 50, effort: 0 }).toBuffer(),
    await photo(5_000, 4_000).avif({ quality: 30, effort: 0 }).toBuffer(),
  ]
  for (const bytes of files) {
    const { width, height } = await picture(bytes)
    assert.ok(width * height <= 8_294_400)
  }
  const avif = await photo(5_000, 4_001).avif({ quality: 30, effort: 0 }).toBuffer()
  assert.match(await refusal(avif), /20 million pixels/)
})
