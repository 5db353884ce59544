/** The room on the disk: its steps, what is said of them, and the reserve that comes and goes. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { DiskWatch } from '../../../server/appliance/disk/disk-watch.ts'
import { RESERVE_BYTES, ReserveFile } from '../../../server/appliance/disk/reserve-file.ts'
import { type Room, roomOf } from '../../../server/contracts/room.ts'

const MB = 1_048_576

function openWatch(t: TestContext, freeMegabytes: number | null) {
  const folder = mkdtempSync(join(tmpdir(), 'hb-disk-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const reserve = new ReserveFile(join(folder, 'reserve'))
  const disk = { freeMegabytes, nowMs: 0 }
  const notices: string[] = []
  const rooms: Room[] = []
  const watch = new DiskWatch({
    folder,
    reserve,
    monotonicMs: () => disk.nowMs,
    freeBytes: () => (disk.freeMegabytes === null ? null : disk.freeMegabytes * MB),
    notice: (level, message) => notices.push(`${level} ${message}`),
    changed: (room) => rooms.push(room),
  })
  return { watch, reserve, disk, notices, rooms, folder }
}

test('a step is left a little later than it is come into', () => {
  assert.equal(roomOf(6_000 * MB), 'enough')
  assert.equal(roomOf(5_000 * MB), 'low')
  assert.equal(roomOf(1_000 * MB), 'scarce')
  assert.equal(roomOf(255 * MB), 'none')
  assert.equal(roomOf(260 * MB, 'none'), 'none')
  assert.equal(roomOf(282 * MB, 'none'), 'scarce')
  assert.equal(roomOf(260 * MB, 'scarce'), 'scarce')
  assert.equal(roomOf(6_000 * MB, 'none'), 'enough')
})

test('each step is told once, and the way back too', (t) => {
  const { watch, disk, notices, rooms } = openWatch(t, 9_000)
  for (const free of [9_000, 4_000, 3_900, 200, 100, 9_000]) {
    disk.freeMegabytes = free
    watch.look()
  }
  assert.deepEqual(rooms, ['low', 'none', 'enough'])
  assert.equal(notices.length, 3)
  assert.match(notices[1] ?? '', /^error 200 MB are free in .*nothing new is taken in until there is room/)
})

test('a file system that does not tell has room', (t) => {
  const { watch, rooms } = openWatch(t, null)
  assert.equal(watch.look(), false)
  assert.deepEqual([watch.facts().freeBytes, watch.room, rooms], [null, 'enough', []])
})

test('the reserve is held a minute after the start, let go when nearly nothing is free, and held again', async (t) => {
  const { watch, disk, notices, reserve, folder } = openWatch(t, 9_000)
  watch.look()
  await watch.stop()
  assert.equal(reserve.isHeld, false)
  disk.nowMs = 60_000
  watch.look()
  await watch.stop() // waits for the writing
  assert.equal(statSync(join(folder, 'reserve')).size, RESERVE_BYTES)
  disk.freeMegabytes = 100
  assert.equal(watch.look(), false, 'it is for worse times')
  disk.freeMegabytes = 20
  assert.equal(watch.look(), true)
  assert.equal(watch.look(), false, 'there is only one')
  assert.equal(reserve.isHeld, false)
  assert.match(notices.at(-1) ?? '', /warn 20 MB are free .*uses its reserve/)
  disk.freeMegabytes = 300
  watch.look()
  await watch.stop()
  assert.equal(reserve.isHeld, false, 'so much would take the home back below its limit')
  disk.freeMegabytes = 400
  watch.look()
  await watch.stop()
  assert.equal(reserve.isHeld, true)
})

test('a home that stops without room lets its reserve go first', async (t) => {
  const { watch, disk, reserve } = openWatch(t, 1_500)
  watch.look() // short of room: the reserve is held at once
  await watch.stop()
  assert.equal(reserve.isHeld, true)
  disk.freeMegabytes = 200
  watch.look()
  assert.equal(reserve.isHeld, true)
  await watch.stop()
  assert.equal(reserve.isHeld, false)
})

test('where no reserve can be made that is said, and not tried every time', async (t) => {
  const { watch, disk, notices, folder } = openWatch(t, 1_500)
  rmSync(folder, { recursive: true })
  for (let look = 0; look < 3; look += 1) {
    watch.look()
    await watch.stop()
  }
  const said = (): number => notices.filter((notice) => notice.includes('no room is held in reserve')).length
  assert.equal(said(), 1)
  disk.nowMs = 60_000
  watch.look()
  await watch.stop()
  assert.equal(said(), 2)
})
