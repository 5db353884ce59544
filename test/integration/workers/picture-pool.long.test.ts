/** Pictures of elsewhere in real decoders that live for a while, and what attacks them. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import type { ShownPicture, ShownUse } from '../../../server/contracts/decoding.ts'
import { forkDecoderFrom } from '../../../server/domain/decoding/fork-decoder.ts'
import {
  POOL_LIMITS,
  type PicturePool,
  type PoolLimits,
  type Shrunk,
  createPicturePool,
} from '../../../server/domain/decoding/picture-pool.ts'
import { SNIFF_BYTES, sniffMedia } from '../../../server/domain/media/sniff-media.ts'
import { log, moving, photo } from '../../support/decoding.ts'
import { pngChunk, pngFrom, pngOf } from '../../support/pictures.ts'

function open(t: TestContext, limits: Partial<PoolLimits> = {}, child?: string): PicturePool {
  const start =
    child === undefined
      ? {}
      : { startDecoder: forkDecoderFrom(join(import.meta.dirname, '../../support/children', child)) }
  const pool = createPicturePool({ log, limits: { ...POOL_LIMITS, ...limits }, ...start })
  t.after(async () => pool[Symbol.asyncDispose]())
  return pool
}

const shrink = async (pool: PicturePool, bytes: Buffer, use: ShownUse): Promise<Shrunk> =>
  pool.shrink({ bytes, use, mediaType: sniffMedia(bytes.subarray(0, SNIFF_BYTES))?.type ?? '' })

async function shown(pool: PicturePool, bytes: Buffer, use: ShownUse): Promise<ShownPicture> {
  const outcome = await shrink(pool, bytes, use)
  assert.equal(outcome.outcome, 'shown', JSON.stringify(outcome).slice(0, 300))
  return outcome
}

test('pictures become as large as they are shown, still but for emoji, and lose what they tell', async (t) => {
  const pool = open(t)
  const taken = await photo(1_200, 800)
    .withExif({ IFD0: { Model: 'Snitch 9000' } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer()
  const sizes = async (use: ShownUse, bytes: Buffer = taken): Promise<unknown[]> => {
    const { type, width, height, bytes: made } = await shown(pool, bytes, use)
    assert.ok(!Buffer.from(made).includes('Snitch'))
    assert.equal(sniffMedia(Buffer.from(made.subarray(0, SNIFF_BYTES)))?.type, 'image/webp')
    return [type, width, height]
  }
  assert.deepEqual(await sizes('avatar'), ['image/webp', 400, 400])
  assert.deepEqual(await sizes('header'), ['image/webp', 800, 267])
  assert.deepEqual(await sizes('preview'), ['image/webp', 800, 1_200])
  assert.deepEqual(await sizes('emoji'), ['image/webp', 85, 128])
  assert.deepEqual(await sizes('avatar', pngOf(30, 20, [0, 0, 0], [9, 9, 9])), ['image/webp', 20, 20])
  const gif = await moving(5, 200, 100)
    .gif({ delay: [80, 80, 80, 80, 80], loop: 0 })
    .toBuffer()
  const emoji = await shown(pool, gif, 'emoji')
  assert.deepEqual([emoji.width, emoji.height], [128, 64])
  assert.equal((await sharp(emoji.bytes, { animated: true }).metadata()).pages, 5)
  assert.equal((await sharp((await shown(pool, gif, 'avatar')).bytes).metadata()).pages ?? 1, 1)
})

test('a bomb is refused by its header, what is damaged is told as such, and the next picture is shown', async (t) => {
  const pool = open(t, { decoders: 1 })
  const bomb = pngFrom(30_000, 30_000, [pngChunk('IDAT', deflateSync(Buffer.alloc(1_000_000)))])
  assert.equal((await shrink(pool, bomb, 'avatar')).outcome, 'refused')
  const whole = await photo(300, 300).png().toBuffer()
  assert.equal((await shrink(pool, whole.subarray(0, 200), 'avatar')).outcome, 'unreadable')
  await shown(pool, whole, 'avatar')
})

test('a picture that ends its decoder, keeps it busy, eats memory or takes it over harms itself only', async (t) => {
  const bytes = pngOf(4, 4, [1, 2, 3], [4, 5, 6])
  const fates = {
    'dying-decoder.ts': {},
    'stuck-decoder.ts': { pictureMs: 1_000 },
    'greedy-decoder.ts': { mostBytes: 200 * 1_048_576 },
    'lying-decoder.ts': {},
  }
  await Promise.all(
    Object.entries(fates).map(async ([child, limits]) => {
      const pool = open(t, { decoders: 1, ...limits }, child)
      const [first, second] = await Promise.all([
        shrink(pool, bytes, 'avatar'),
        shrink(pool, bytes, 'avatar'),
      ])
      assert.deepEqual([first.outcome, second.outcome], ['refused', 'refused'], child)
    }),
  )
})

test('a crowd of pictures has few decoders, and those too many are told so at once', async (t) => {
  const pool = open(t, { decoders: 2, pictures: 3, waiting: 12 })
  const picture = pngOf(64, 64, [1, 2, 3], [4, 5, 6])
  const outcomes = await Promise.all(Array.from({ length: 20 }, async () => shrink(pool, picture, 'avatar')))
  const count = (wanted: string): number => outcomes.filter(({ outcome }) => outcome === wanted).length
  // Two are being read, twelve wait; each decoder ends after three of them and another one goes on.
  assert.deepEqual([count('shown'), count('busy')], [14, 6])
})

test('a home that stops while a picture is read has nothing to say against the picture', async () => {
  const entry = join(import.meta.dirname, '../../support/children/stuck-decoder.ts')
  const startDecoder = forkDecoderFrom(entry)
  const pool = createPicturePool({ log, startDecoder, limits: { ...POOL_LIMITS, decoders: 1 } })
  const picture = pngOf(64, 64, [1, 2, 3], [4, 5, 6])
  const read = [shrink(pool, picture, 'avatar'), shrink(pool, picture, 'avatar')]
  await pool[Symbol.asyncDispose]()
  assert.deepEqual(
    (await Promise.all(read)).map(({ outcome }) => outcome),
    ['busy', 'busy'],
  )
})
