/** A process of its own on a shared file cache: keeps, reads and forgets without pause, and tells what went wrong. */
import { randomBytes } from 'node:crypto'
import { createLogger } from '../../../server/core/log.ts'
import { systemClock } from '../../../server/core/clock.ts'
import { openFileCache } from '../../../server/storage/caches/file-cache.ts'
import { IndexFile } from '../../../server/storage/caches/index-file.ts'

const [folder = '', indexPath = '', maxBytes = '', turns = ''] = process.argv.slice(2)
const log = createLogger('test', 'silent')
const index = new IndexFile({ path: indexPath, log, monotonicMs: () => performance.now() })
const problems: string[] = []
const cache = openFileCache({
  name: 'media',
  folder,
  index,
  counts: index,
  maxBytes: Number(maxBytes),
  maxItemBytes: 1_048_576,
  ttlSeconds: 604_800,
  leastFreeBytes: 0,
  clock: systemClock,
  log,
  notice: (_level, message) => void problems.push(message),
})
process.send?.('ready')
let [kept, found] = [0, 0]

/** All bytes of an item are the same, so that a torn one is seen. */
async function look(key: string): Promise<void> {
  const item = await cache.find(key)
  const bytes = await item?.bytes()
  if (bytes === null || bytes === undefined) return
  found += 1
  if (bytes.length !== item?.size || !bytes.equals(Buffer.alloc(bytes.length, bytes[0])))
    problems.push(`torn: ${key}`)
}

for (let turn = 0; turn < Number(turns); turn += 1) {
  const size = 1_000 + ((turn * 7_919) % 60_000)
  const key = `key_${(turn * 31) % 50}`
  await look(key)
  if (
    await cache.keep(key, { type: 'image/webp', etag: '', storedAt: 0 }, Buffer.alloc(size, randomBytes(1)))
  )
    kept += 1
  // Of what others have kept little may be left; of what was kept just now much must be.
  await look(key)
  if (turn % 11 === 0) await cache.forget([key])
  const { bytes: used } = await cache.stats()
  if ((used ?? 0) > Number(maxBytes)) problems.push(`${used} bytes`)
}
await cache[Symbol.asyncDispose]()
index.close()
process.send?.({ kept, found, problems })
process.disconnect()
