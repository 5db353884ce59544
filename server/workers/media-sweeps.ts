/** Has the caches forget the files of whoever was blocked or is gone. */
import { sql } from 'kysely'
import type { Row } from '../db/tables.ts'
import type { RemoteMedia } from '../domain/remote-media/remote-media.ts'
import type { Sweep } from '../stator/sweeper.ts'

interface DroppedMediaParts {
  readonly remoteMedia: Pick<RemoteMedia, 'forget'>
}

/** The rows go when they are forgotten: a worker that ends in between forgets once more. */
export function droppedMedia({ remoteMedia }: DroppedMediaParts): Sweep {
  return {
    name: 'dropped_media',
    async run(db, batchSize) {
      const rows: Row<'dropped_media'>[] = await db
        .selectFrom('dropped_media')
        .selectAll()
        .orderBy('id')
        .limit(batchSize)
        .execute()
      if (rows.length === 0) return 0
      for (const cache of ['media', 'avatars'] as const) {
        const keys = rows.filter((row) => row.cache === cache).map(({ key }) => key)
        if (keys.length > 0) await remoteMedia.forget(cache, keys)
      }
      const ids = rows.map(({ id }) => id)
      await sql`delete from dropped_media where id = any(${ids}::bigint[])`.execute(db)
      return rows.length
    },
  }
}
