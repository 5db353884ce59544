/** Where the bytes of the home lie, and how long the disk has room for more. */
import { statfs } from 'node:fs/promises'
import { sql } from 'kysely'
import type { StorageFacts } from '../../contracts/home-status.ts'
import type { Clock } from '../../core/clock.ts'
import type { Config } from '../../core/config.ts'
import type { DataDir } from '../../core/data-dir.ts'
import type { Database } from '../../db/pool.ts'
import { type Caches, statsOf } from '../../storage/caches/open-caches.ts'
import { folderBytes } from '../../storage/folder-size.ts'
import type { MediaStore } from '../../storage/media-store.ts'
import { readDaysUntilFull } from '../statistics/read-history.ts'

export interface StorageParts {
  readonly db: Database
  readonly clock: Clock
  readonly config: Pick<Config, 'databaseUrl' | 'mediaBackend'>
  readonly caches: Caches
  readonly media: Pick<MediaStore, 'place'>
  readonly dir: DataDir
}

/** Walks folders: for a page that is looked at now and then. */
export async function readStorageFacts(parts: StorageParts): Promise<StorageFacts> {
  const { db, clock, config, dir, media } = parts
  const isEmbedded = config.databaseUrl === null
  const [own, cached, database, backups, logs, disk] = await Promise.all([
    ownMediaBytes(db),
    cachedBytes(parts.caches),
    isEmbedded ? folderBytes(dir.postgres) : databaseBytes(db),
    folderBytes(dir.backups),
    folderBytes(dir.logs),
    diskOf(dir.path),
  ])
  const now = clock.now()
  return {
    at: now.toISOString(),
    kinds: [
      { kind: 'media', bytes: own, place: media.place, isElsewhere: config.mediaBackend.kind !== 'local' },
      { kind: 'cached_media', ...cached },
      {
        kind: 'database',
        bytes: database,
        place: isEmbedded ? dir.postgres : null,
        isElsewhere: !isEmbedded,
      },
      { kind: 'backups', bytes: backups ?? 0, place: dir.backups, isElsewhere: false },
      { kind: 'logs', bytes: logs ?? 0, place: dir.logs, isElsewhere: false },
    ],
    diskBytes: disk?.all ?? null,
    freeBytes: disk?.free ?? null,
    daysUntilFull: disk === null ? null : await readDaysUntilFull(db, disk.free, now),
  }
}

export async function diskOf(
  folder: string,
): Promise<{ readonly all: number; readonly free: number } | null> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    return { all: blocks * bsize, free: bavail * bsize }
  } catch {
    return null // a file system that does not tell
  }
}

async function ownMediaBytes(db: Database): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    select coalesce(sum(size), 0) as bytes from media_files`.execute(db)
  return Number(rows[0]?.bytes ?? 0)
}

async function databaseBytes(db: Database): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    select pg_database_size(current_database()) as bytes`.execute(db)
  return Number(rows[0]?.bytes ?? 0)
}

/** Caches in memory take no disk. */
async function cachedBytes(caches: Caches) {
  const files = (await statsOf(caches)).filter(({ scheme }) => scheme === 'file')
  const bytes = files.reduce((sum, cache) => sum + (cache.bytes ?? 0), 0)
  return { bytes, place: null, isElsewhere: false }
}
