/** The tables of what an identity shows and wants of others, and of when it was there, as Kysely sees them. */
import type { Generated } from 'kysely'
import type { Moment, Nullable } from './column-types.ts'

interface EndorsementsTable {
  id: Generated<string>
  actor_id: string
  target_id: string
  created_at: Moment
}

interface DismissedSuggestionsTable {
  actor_id: string
  target_id: string
  created_at: Moment
}

interface ActiveWeeksTable {
  week: string
  actor_id: Nullable<string>
}

export interface ProfileTables {
  endorsements: EndorsementsTable
  dismissed_suggestions: DismissedSuggestionsTable
  active_weeks: ActiveWeeksTable
}
