/** The tables of uploads and of the files that they become, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface MediaFilesTable {
  key: string
  size: string | number
  created_at: Moment
}

export type UploadPurpose = 'attachment' | 'thumbnail' | 'avatar' | 'header' | 'emoji'

interface UploadsTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  purpose: UploadPurpose
  attachment_id: Nullable<string>
  incoming_key: string
  media_type: string
  size: string | number
  file_key: Nullable<string>
  refusal: Nullable<string>
  settled_at: NullableMoment
  created_at: Moment
}

export interface UploadTables {
  media_files: MediaFilesTable
  uploads: UploadsTable
}
