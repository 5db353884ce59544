/** The tables of what was taken over from another server, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Json, Moment, Nullable, NullableMoment } from './column-types.ts'

interface AdoptionTable {
  id: Generated<number>
  source_hash: string
  step: string
  after_key: Generated<string>
  taken: Json<Readonly<Record<string, number>>>
  left_out: Json<Readonly<Record<string, number>>>
  started_at: Moment
  finished_at: NullableMoment
}

interface AdoptedFilesTable {
  path: string
  purpose: 'attachment' | 'preview' | 'avatar' | 'header' | 'emoji'
  row_id: string
  file_key: Nullable<string>
  refusal: Nullable<string>
}

export interface AdoptionTables {
  adoption: AdoptionTable
  adopted_files: AdoptedFilesTable
}
