/** The table of what is made to take along, as Kysely sees it. */
import type { Generated } from 'kysely'
import type { ExportKind } from '../contracts/export.ts'
import type { Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface ExportsTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  kind: ExportKind
  is_private: boolean
  done: Generated<number>
  total: Generated<number>
  missing: Generated<number>
  bytes: Nullable<string | number>
  problem: Nullable<string>
  created_at: Moment
  finished_at: NullableMoment
}

export interface ExportTables {
  exports: ExportsTable
}
