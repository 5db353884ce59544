/** A cache in a folder under what machines do to it: several processes at once, one killed while it writes, a full disk. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import {
  FACTS,
  type FileCacheWorld,
  filesBelow,
  openFileCacheWorld,
  textOf,
} from '../../support/file-caches.ts'

const CHILD = join(import.meta.dirname, '../../support/children/keep-in-cache.ts')
const MOUNT = '/usr/bin/mount'
const UNMOUNT = '/usr/bin/umount'
const CAP_BYTES = 1_000_000

interface Told {
  readonly kept: number
  readonly found: number
  readonly problems: readonly string[]
}

function startChild({ folder, indexPath }: FileCacheWorld, turns: number): ChildProcess {
  const child = fork(CHILD, [folder, indexPath, `${CAP_BYTES}`, `${turns}`])
  after(() => child.kill('SIGKILL'))
  return child
}

async function told(child: ChildProcess): Promise<Told> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [Told | 'ready']
    if (message !== 'ready') return message
  }
}

const drafts = ({ folder }: FileCacheWorld): string[] => filesBelow(join(folder, 'tmp'))

test('three processes share a folder: no item is torn, nothing fails, the cap holds', async () => {
  const world = openFileCacheWorld()
  const all = await Promise.all([1, 2, 3].map(async () => told(startChild(world, 200))))
  for (const { kept, found, problems } of all) {
    assert.deepEqual(problems, [])
    // A slow disk may refuse some: what waits a quarter of a second for the index is not kept.
    assert.ok(kept > 100, `${kept} of 200 were kept`)
    assert.ok(found > 20, `${found} were found`)
  }
  const cache = world.open({ maxBytes: CAP_BYTES })
  await cache.tidy()
  const { bytes, items } = await cache.stats()
  assert.ok((bytes ?? 0) <= CAP_BYTES)
  assert.ok(filesBelow(join(world.folder, 'index-v5')).length <= (items ?? 0), 'every entry has its row')
})

test('a process that is killed while it writes leaves nothing that is served or stays', async () => {
  const world = openFileCacheWorld()
  for (let round = 0; round < 4; round += 1) {
    const child = startChild(world, 1_000_000)
    await once(child, 'message')
    await untilDrafted(world)
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  const left = join(world.folder, 'tmp', randomUUID())
  writeFileSync(left, 'half')
  for (const path of drafts(world)) utimesSync(path, 1, 1)
  const cache = world.open({ maxBytes: CAP_BYTES })
  await cache.tidy()
  assert.deepEqual(drafts(world), [])
  for (let key = 0; key < 50; key += 1) {
    const item = await cache.find(`key_${key}`)
    const bytes = await item?.bytes()
    if (bytes !== null && bytes !== undefined)
      assert.ok(bytes.equals(Buffer.alloc(item?.size ?? 0, bytes[0])))
  }
  world.later(90_000)
  for (const path of filesBelow(join(world.folder, 'content-v2'))) utimesSync(path, 1, 1)
  await cache.tidy()
  const { bytes, items } = await cache.stats()
  assert.ok((bytes ?? 0) <= CAP_BYTES)
  assert.ok(filesBelow(join(world.folder, 'content-v2')).length <= (items ?? 0))
})

test('a disk that is really full stops keeping, once told, and reading goes on; with room it keeps again', async (t) => {
  const disk = mountSmallDisk(4)
  if (disk === null) {
    t.skip('no right to mount a small disk')
    return
  }
  const world = openFileCacheWorld(disk)
  const cache = world.open({ maxBytes: 100_000_000 })
  assert.equal(await cache.keep('first', FACTS, Buffer.alloc(500_000, 'a')), true)
  const filler = join(disk, 'filler')
  let kept = 0
  while (await cache.keep(`item_${kept}`, FACTS, Buffer.alloc(400_000, `${kept}`))) kept += 1
  assert.ok(kept >= 2 && kept < 10, `${kept} items of 400 kB fit`)
  writeFileSync(filler, '')
  fill(filler)
  for (let turn = 0; turn < 5; turn += 1) {
    world.later(2)
    assert.equal(await cache.keep('another', FACTS, Buffer.alloc(300_000, 'b')), false)
    assert.equal((await textOf(cache, 'first'))?.length, 500_000)
  }
  assert.deepEqual([world.notices.length, (await cache.stats()).isUp], [1, false])
  assert.match(world.notices[0] ?? '', /the disk is full/)
  assert.deepEqual(drafts(world), [])
  rmSync(filler)
  await cache.forget(['item_0', 'item_1'])
  world.later(2)
  assert.equal(await cache.keep('another', FACTS, Buffer.alloc(300_000, 'b')), true)
  assert.deepEqual([world.notices.length, (await cache.stats()).isUp], [2, true])
})

async function untilDrafted({ folder }: FileCacheWorld): Promise<void> {
  const limit = performance.now() + 60_000
  while (!existsSync(join(folder, 'content-v2')) || filesBelow(join(folder, 'content-v2')).length < 5) {
    if (performance.now() > limit) throw new Error('the process keeps nothing')
    await new Promise(setImmediate)
  }
}

/** @returns its folder; null where mounting is not allowed */
function mountSmallDisk(megabytes: number): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'homebird-disk-'))
  try {
    execFileSync(MOUNT, ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmSync(folder, { recursive: true })
    return null
  }
  after(() => {
    execFileSync(UNMOUNT, ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

/** To the last byte. */
function fill(path: string): void {
  for (const bytes of [100_000, 4_096]) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(bytes), { flag: 'a' })
    } catch {
      // full
    }
  }
}
