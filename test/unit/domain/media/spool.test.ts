import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { test } from 'node:test'
import { MEMORY_BYTES, Spool, SpoolFolder } from '../../../../server/domain/remote-media/spool.ts'

/** A disk on which a file can be begun and nothing written. */
class FullDisk extends SpoolFolder {
  readonly handles: FileHandle[] = []

  override async openFile(): Promise<FileHandle> {
    const handle = await open('/dev/full', 'r+')
    this.handles.push(handle)
    return handle
  }
}

const onLinux = { skip: !existsSync('/dev/full') && 'no disk that is always full on this machine' }

test(
  'where the disk has no room for what is on its way it stays in memory, up to a bound',
  onLinux,
  async () => {
    const folder = new FullDisk('unused')
    const spool = new Spool(folder)
    for (let piece = 0; piece < 3; piece += 1) await spool.append(Buffer.alloc(MEMORY_BYTES / 2 + 1, piece))
    spool.end(null)
    const whole = await buffer(spool.read())
    assert.deepEqual([whole.length, whole[0], whole.at(-1)], [(MEMORY_BYTES / 2 + 1) * 3, 0, 2])
    assert.ok(folder.handles.length > 0 && folder.handles.every(({ fd }) => fd === -1), 'no file stays open')
    const endless = new Spool(folder)
    const fill = async (): Promise<void> => {
      for (let piece = 0; piece < 20; piece += 1) await endless.append(Buffer.alloc(8 * 1_048_576))
    }
    await assert.rejects(fill(), { code: 'STORAGE_FULL' })
    await Promise.all([spool.release(), endless.release()])
    assert.equal(folder.homelessBytes, 0)
  },
)
