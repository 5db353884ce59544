/** Media of a restored home on their way to where the home keeps its own. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  arrivedMedia,
  finishExchange,
  incomingDir,
  planExchange,
} from '../../../server/appliance/copies/change-places.ts'
import { takeInMedia } from '../../../server/appliance/keeping/take-in-media.ts'
import { type DataDir, createDataDir, createRooms } from '../../../server/core/data-dir.ts'
import { testDataDir } from '../../support/test-ground.ts'

function put(folder: string, name: string, content: string): void {
  mkdirSync(join(folder, 'ab'), { recursive: true })
  writeFileSync(join(folder, 'ab', name), content)
}

function exchange(dir: DataDir): void {
  planExchange(dir, { name: 'a backup', ofVersion: null, from: 'incoming', now: new Date() })
  finishExchange(dir)
}

test('restored a second time before it has started, a home has the media of the second too', async (t) => {
  const dir = createDataDir(testDataDir(t))
  createRooms(dir)
  for (const name of ['first', 'second']) {
    put(incomingDir(dir).media, name, name)
    put(incomingDir(dir).media, 'both', 'both')
    exchange(dir)
  }
  await takeInMedia(dir, dir.media)
  const found = ['first', 'second', 'both'].map((name) => readFileSync(join(dir.media, 'ab', name), 'utf8'))
  assert.deepEqual(found, ['first', 'second', 'both'])
})

test('what arrives takes the place of what was damaged since', async (t) => {
  const dir = createDataDir(testDataDir(t))
  createRooms(dir)
  put(dir.media, 'one', 'dam')
  put(arrivedMedia(dir), 'one', 'sound')
  await takeInMedia(dir, dir.media)
  assert.equal(readFileSync(join(dir.media, 'ab', 'one'), 'utf8'), 'sound')
})
