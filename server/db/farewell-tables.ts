/** The table of leaving for good, as Kysely sees it. */
import type { Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface FarewellsTable extends StateColumns {
  id: Generated<string>
  due_at: Moment
  begun_at: NullableMoment
  inboxes: Nullable<number>
  failed: Generated<number>
  created_at: Moment
  finished_at: NullableMoment
}

export interface FarewellTables {
  farewells: FarewellsTable
}
