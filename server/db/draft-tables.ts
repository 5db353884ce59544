/** The table of drafts, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { DraftContent } from '../contracts/draft.ts'
import type { Json, Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface DraftsTable extends StateColumns {
  id: Generated<string>
  actor_id: string
  key: string
  revision: Generated<number>
  text: string
  warning: string
  content: Json<Omit<DraftContent, 'text' | 'warning'>>
  attachment_ids: Generated<string[]>
  created_at: Moment
  changed_at: Moment
  send_at: NullableMoment
  post_id: Nullable<string>
  failure: Nullable<string>
}

export interface DraftTables {
  drafts: DraftsTable
}
