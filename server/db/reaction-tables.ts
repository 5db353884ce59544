/** The table of custom emoji, as Kysely sees it. */
import type { Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface EmojisTable extends StateColumns {
  id: Generated<string>
  host: Nullable<string>
  shortcode: string
  url: string
  uri: Nullable<string>
  image_host: string
  category: Nullable<string>
  is_confirmed: Generated<boolean>
  is_disabled: Generated<boolean>
  updated_at: NullableMoment
  created_at: Moment
}

export interface ReactionTables {
  emojis: EmojisTable
}
