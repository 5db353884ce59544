import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBlurHash, getBlurHashAverageColor } from 'fast-blurhash'
import { blurhashOf } from '../../../server/decoder/blurhash.ts'

const drawn = (
  width: number,
  height: number,
  colourAt: (x: number, y: number) => readonly number[],
): Uint8Array =>
  Uint8Array.from(
    Array.from({ length: width * height }, (_, at) => colourAt(at % width, Math.floor(at / width))).flat(),
  )

test('a plain picture is its colour', () => {
  const hash = blurhashOf(
    drawn(8, 8, () => [200, 100, 50]),
    8,
    8,
    4,
    4,
  )
  assert.deepEqual(getBlurHashAverageColor(hash), [200, 100, 50])
  assert.equal(hash.length, 6 + 2 * 15)
})

test('a picture that is dark on the left and light on the right is drawn so', () => {
  const hash = blurhashOf(
    drawn(32, 16, (x) => [x * 8, x * 8, 20]),
    32,
    16,
    4,
    3,
  )
  assert.match(hash, /^L.{27}$/)
  const pixels = decodeBlurHash(hash, 32, 16)
  const at = (x: number): number => pixels[(8 * 32 + x) * 4] ?? 0
  assert.ok(at(2) < 70 && at(29) > 180, `${at(2)} ${at(29)}`)
})

test('one component alone is a colour and nothing else', () => {
  assert.equal(
    blurhashOf(
      drawn(2, 2, () => [0, 0, 0]),
      2,
      2,
      1,
      1,
    ),
    '000000',
  )
})
