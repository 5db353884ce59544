import assert from 'node:assert/strict'
import { test } from 'node:test'
import sharp from 'sharp'
import { pictureSize } from '../../../../server/domain/media/picture-size.ts'
import { pngOf } from '../../../support/pictures.ts'

const photo = sharp(pngOf(123, 45, [200, 20, 10], [0, 40, 250]))

test('the size of a picture is told by its first bytes, whatever it is written in', async () => {
  const exif = { IFD0: { ImageDescription: 'x'.repeat(20_000) } }
  const files = {
    'image/png': await photo.clone().png().toBuffer(),
    'image/gif': await photo.clone().gif().toBuffer(),
    'image/jpeg': await photo.clone().withExif(exif).jpeg({ progressive: true }).toBuffer(),
    'image/webp': await photo.clone().webp().toBuffer(),
    'image/avif': await photo.clone().avif({ effort: 0 }).toBuffer(),
  }
  for (const [type, bytes] of Object.entries(files)) {
    assert.deepEqual(pictureSize(type, bytes), { width: 123, height: 45 }, type)
    assert.equal(pictureSize(type, bytes.subarray(0, 8)), null, type)
  }
  for (const other of [
    await photo.clone().webp({ lossless: true }).toBuffer(),
    await photo.clone().withExif(exif).webp().toBuffer(),
  ]) {
    assert.deepEqual(pictureSize('image/webp', other), { width: 123, height: 45 })
  }
})

test('bytes without sense have no size, and looking at them ends', () => {
  assert.equal(pictureSize('image/jpeg', Buffer.alloc(65_536, 0xff)), null)
  assert.equal(pictureSize('image/jpeg', Buffer.from('ffd8ffe00000ffe00000', 'hex')), null)
  assert.equal(pictureSize('image/webp', Buffer.alloc(100)), null)
  assert.equal(pictureSize('image/avif', Buffer.from('....ispe')), null)
  assert.equal(pictureSize('video/mp4', Buffer.alloc(100)), null)
})
