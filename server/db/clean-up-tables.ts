/** The tables of what goes by the owner's rules, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type { CleanUpCounts, CleanUpStep } from '../contracts/clean-up.ts'
import type { Json, Moment, Nullable, NullableMoment } from './column-types.ts'

/** 64-bit numbers travel as strings. */
type NullableBig = ColumnType<string | null, string | number | null | undefined, string | number | null>

interface CleanUpsTable {
  id: Generated<string>
  asked_by: 'night' | 'owner'
  started_at: Moment
  ended_at: NullableMoment
  is_cancelled: Generated<boolean>
  step: Generated<CleanUpStep>
  place: Generated<string>
  horizon: Moment
  removed: Json<Partial<CleanUpCounts>>
  bytes_before: NullableBig
  bytes_after: NullableBig
}

interface PostExpiriesTable {
  actor_id: string
  is_on: Generated<boolean>
  after_days: Generated<number>
  keeps_pinned: Generated<boolean>
  keeps_direct: Generated<boolean>
  keeps_polls: Generated<boolean>
  keeps_media: Generated<boolean>
  keeps_own_favourites: Generated<boolean>
  keeps_own_bookmarks: Generated<boolean>
  keeps_boosts: Generated<boolean>
  keeps_favourites_from: Nullable<number>
  keeps_boosted_from: Nullable<number>
  changed_at: Moment
}

export interface CleanUpTables {
  clean_ups: CleanUpsTable
  post_expiries: PostExpiriesTable
}
