/** The tables of what caches in front of the home are told, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment, Nullable, NullableMoment, StateColumns } from './column-types.ts'

interface PurgeTargetTable {
  id: Generated<number>
  kind: string
  since: Moment
  failing_since: NullableMoment
  last_error: Nullable<string>
  last_purged_at: NullableMoment
}

interface PurgesTable extends StateColumns {
  id: Generated<string>
  subject: 'post' | 'actor' | 'home' | 'urls'
  subject_id: Nullable<string>
  urls: Generated<string[]>
  reason: string
  object_uri: Nullable<string>
  created_at: Moment
  answered_at: NullableMoment
}

export interface PurgeTables {
  purge_target: PurgeTargetTable
  purges: PurgesTable
}
