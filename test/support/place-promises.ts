/** What every place of backups promises, whatever it lies on. */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { isHomebirdError } from '../../server/core/errors.ts'
import type { BackupPlace, PlacedObject } from '../../server/keeping/places/backup-place.ts'

const never = (): AbortSignal => new AbortController().signal

export async function listed(place: BackupPlace, prefix = ''): Promise<PlacedObject[]> {
  return Array.fromAsync(place.list(prefix))
}

export const put = async (place: BackupPlace, name: string, content: string | Buffer): Promise<number> =>
  place.put(name, Readable.from([Buffer.from(content)]), never())

export const got = async (place: BackupPlace, name: string, from = 0): Promise<Buffer> =>
  buffer(await place.get(name, from, never()))

/** Larger than a part of any kind of place, in pieces that fit none of their sizes. */
export async function keepsWhatItIsGiven(place: BackupPlace, bytes: number): Promise<void> {
  const hash = createHash('sha256')
  const block = randomBytes(999_983)
  function* pieces(): Generator<Buffer> {
    for (let left = bytes; left > 0; left -= block.length) {
      const piece = block.subarray(0, Math.min(left, block.length))
      hash.update(piece)
      yield piece
    }
  }
  assert.deepEqual(await listed(place), [], 'a new place is empty')
  assert.equal(await place.put('large.bin', Readable.from(pieces()), never()), bytes)
  const whole = createHash('sha256')
  let size = 0
  for await (const chunk of (await place.get('large.bin', 0, never())) as AsyncIterable<Buffer>) {
    whole.update(chunk)
    size += chunk.length
  }
  assert.equal(size, bytes)
  assert.equal(whole.digest('hex'), hash.digest('hex'))
  const rest = await got(place, 'large.bin', bytes - 5)
  const end = bytes % block.length
  assert.deepEqual(rest, block.subarray(end - 5, end))
}

/** Between which a slash sorts. */
const NEIGHBOURS = ['media-2', 'media.txt', 'media0']

/** @param neighbours  none for a server that sorts them in its own way, as no provider does */
export async function namesAndReplaces(place: BackupPlace, neighbours = NEIGHBOURS): Promise<void> {
  const names = ['b.bin', 'media/0a/x', 'media/0b/x', ...neighbours, 'a/b/c/d']
  for (const name of names) assert.equal(await put(place, name, `is ${name}`), 3 + name.length)
  const found = await listed(place)
  assert.deepEqual(
    found.map(({ name }) => name),
    names.toSorted(),
    'in the order of their names',
  )
  for (const { name, bytes, modifiedAt } of found) {
    assert.equal(bytes, 3 + name.length)
    assert.ok(Math.abs(modifiedAt.getTime() - Date.now()) < 600_000, `${name} was put now`)
  }
  const names0 = (await listed(place, 'media/0')).map(({ name }) => name)
  assert.deepEqual(names0, ['media/0a/x', 'media/0b/x'])
  assert.deepEqual(
    (await listed(place, 'media')).map(({ name }) => name),
    names.filter((name) => name.startsWith('media')).toSorted(),
  )
  assert.deepEqual(await listed(place, 'nothing'), [])
  await put(place, 'b.bin', 'another')
  assert.equal((await got(place, 'b.bin')).toString(), 'another')
  assert.equal((await got(place, 'b.bin', 4)).toString(), 'her')
  assert.equal((await got(place, 'b.bin', 7)).toString(), '', 'nothing lies behind the end')
  await put(place, 'empty', '')
  assert.equal((await got(place, 'empty')).length, 0)
  for (const name of [...names, 'empty', 'never-was', 'no/such/folder']) await place.remove(name)
  assert.deepEqual(await listed(place), [])
  await assert.rejects(got(place, 'b.bin'), (error) => isHomebirdError(error, 'NOT_FOUND'))
  await assert.rejects(got(place, 'no/such'), (error) => isHomebirdError(error, 'NOT_FOUND'))
}

/** Neither a source that fails nor a cancel leaves something under the name, or harms what was there. */
export async function leavesNothingHalf(place: BackupPlace): Promise<void> {
  await put(place, 'kept.bin', 'good')
  const failing = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.alloc(100_000)
    throw new Error('the source broke')
  }
  for (const name of ['kept.bin', 'new.bin']) {
    await assert.rejects(place.put(name, Readable.from(failing()), never()), /the source broke/)
  }
  const cancel = new AbortController()
  const endless = async function* (): AsyncGenerator<Buffer> {
    for (let count = 0; ; count += 1) {
      yield Buffer.alloc(65_536)
      if (count === 20) cancel.abort(new Error('it was cancelled'))
    }
  }
  await assert.rejects(place.put('kept.bin', Readable.from(endless()), cancel.signal), /it was cancelled/)
  assert.deepEqual(
    (await listed(place)).map(({ name, bytes }) => [name, bytes]),
    [['kept.bin', 4]],
  )
  assert.equal((await got(place, 'kept.bin')).toString(), 'good')
  await assert.rejects(place.put('../out', Readable.from([]), never()), /no name of an object/)
  await assert.rejects(place.put('/out', Readable.from([]), never()), /no name of an object/)
  await assert.rejects(place.put('.hidden', Readable.from([]), never()), /no name of an object/)
  await place.remove('kept.bin')
}
