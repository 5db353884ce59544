/** The tables of files of others, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type { Nullable, StateColumns } from './column-types.ts'

type Written = ColumnType<Date, Date, Date>

interface FailedMediaTable {
  /** Of the item in its cache. */
  key: string
  host: string
  failures: number
  reason: string
  status: Nullable<number>
  retry_at: Written
  failed_at: Written
}

interface DroppedMediaTable {
  id: Generated<string>
  cache: 'media' | 'avatars'
  key: string
}

interface TimelinePicturesTable extends StateColumns {
  /** Of the post. */
  id: string
}

export interface MediaTables {
  failed_media: FailedMediaTable
  dropped_media: DroppedMediaTable
  timeline_pictures: TimelinePicturesTable
}
