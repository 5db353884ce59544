/** Large files that are broken off while they are written. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { writeStreamedFile } from '../../../server/core/streamed-file.ts'
import { testDataDir } from '../../support/test-ground.ts'

const PIECE = randomBytes(64 * 1_024)

async function* pieces(number: number, then: () => void = () => undefined): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < number; sent += 1) yield PIECE
  then()
}

test('what comes is written whole, for its owner alone, in place of what stood there', async (t) => {
  const path = join(testDataDir(t), 'large')
  writeFileSync(path, 'old')
  await writeStreamedFile(path, pieces(3))
  assert.deepEqual(readFileSync(path), Buffer.concat([PIECE, PIECE, PIECE]))
  await writeStreamedFile(`${path}.new`, Readable.from([PIECE]))
  if (process.platform !== 'win32') assert.equal(statSync(`${path}.new`).mode & 0o777, 0o600)
})

test('whenever it is broken off, nothing is left, also not a moment later', async (t) => {
  const folder = testDataDir(t)
  const given: Record<string, (path: string) => Promise<unknown>> = {
    'before it began': (path) => writeStreamedFile(path, pieces(1), AbortSignal.abort(new Error('enough'))),
    'at its first piece': (path) => {
      const controller = new AbortController()
      const seen = Readable.from(pieces(9), { objectMode: false })
      seen.on('error', () => undefined)
      seen.once('data', () => controller.abort(new Error('enough')))
      controller.signal.addEventListener('abort', () => seen.destroy(new Error('enough')))
      return writeStreamedFile(path, seen, controller.signal)
    },
    'by its source': (path) =>
      writeStreamedFile(
        path,
        pieces(5, () => {
          throw new Error('enough')
        }),
      ),
    'by a source that had broken already': (path) => {
      const source = Readable.from(pieces(1))
      source.on('error', () => undefined)
      source.destroy(new Error('enough'))
      return writeStreamedFile(path, source)
    },
  }
  const rounds = Object.entries(given).flatMap(([when, write]) =>
    Array.from({ length: 25 }, async (_, round) => {
      await assert.rejects(write(join(folder, `${when} ${round}`)), when)
    }),
  )
  await Promise.all(rounds)
  assert.deepEqual(readdirSync(folder), [])
})

test('a folder that is not there is told as it is', async (t) => {
  const path = join(testDataDir(t), 'none', 'large')
  await assert.rejects(writeStreamedFile(path, pieces(1)), { code: 'ENOENT' })
  const source = Readable.from(pieces(1))
  await assert.rejects(writeStreamedFile(path, source), { code: 'ENOENT' })
  assert.equal(source.destroyed, true, 'whoever sends it is let go')
})
