/** File caches in a folder of their own, with a time that stands still until it is moved. */
import { type Dirent, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { createLogger } from '../../server/core/log.ts'
import type { Cache, ItemFacts } from '../../server/storage/caches/cache.ts'
import {
  type FileCache,
  type FileCacheOptions,
  openFileCache,
} from '../../server/storage/caches/file-cache.ts'
import { IndexFile } from '../../server/storage/caches/index-file.ts'

export const FACTS: ItemFacts = { type: 'image/webp', etag: '"e"', storedAt: 1_000, note: { width: 40 } }

export interface FileCacheWorld {
  readonly folder: string
  readonly indexPath: string
  /** What was said for the journal. */
  readonly notices: string[]
  /** A cache as another process would open it: with its own index and memory. */
  open(options?: Partial<FileCacheOptions>): FileCache
  later(seconds: number): void
}

/** @param root  where its folder is made */
export function openFileCacheWorld(root = tmpdir()): FileCacheWorld {
  const base = mkdtempSync(join(root, 'homebird-cache-'))
  const [folder, indexPath] = [join(base, 'cache', 'media'), join(base, 'cache', 'index.sqlite')]
  const time = { ms: Date.now() }
  const clock = { now: () => new Date(time.ms), monotonicMs: () => time.ms }
  const log = createLogger('test', 'silent')
  const opened: FileCache[] = []
  const notices: string[] = []
  after(async () => {
    for (const cache of opened) await cache[Symbol.asyncDispose]()
    rmSync(base, { recursive: true, force: true })
  })
  return {
    folder,
    indexPath,
    notices,
    open(options = {}) {
      const index = new IndexFile({ path: indexPath, log, monotonicMs: clock.monotonicMs })
      const cache = openFileCache({
        name: 'media',
        folder,
        index,
        counts: index,
        maxBytes: 1_048_576,
        maxItemBytes: 1_048_576,
        ttlSeconds: 604_800,
        leastFreeBytes: 0,
        clock,
        log,
        notice: (level, message) => void notices.push(`${level}: ${message}`),
        ...options,
      })
      opened.push(cache)
      return cache
    },
    later: (seconds) => void (time.ms += seconds * 1_000),
  }
}

/** The whole of what a key holds; null for a miss of either kind. */
export async function textOf(cache: Cache, key: string): Promise<string | null> {
  const bytes = await (await cache.find(key))?.bytes()
  return bytes === null || bytes === undefined ? null : String(bytes)
}

/** Bytes that files and folders take of the disk. */
export function diskUsage(path: string): number {
  const { blocks, size } = statSync(path)
  const own = blocks === undefined ? size : blocks * 512
  if (!statSync(path).isDirectory()) return own
  return readdirSync(path).reduce((sum, name) => sum + diskUsage(join(path, name)), own)
}

/** Paths of all files below a folder; other processes may take away what is looked at. */
export function filesBelow(path: string): string[] {
  return entriesOf(path).flatMap((found) => {
    const inside = join(path, found.name)
    return found.isDirectory() ? filesBelow(inside) : [inside]
  })
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
