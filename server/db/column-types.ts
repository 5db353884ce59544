/** Kinds of columns: what is read, and what may be written. */
import type { ColumnType, Generated } from 'kysely'

export type Moment = ColumnType<Date, Date | string | undefined, Date | string>
export type NullableMoment = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
export type Json<T> = ColumnType<T, string | undefined, string>
export type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>

/** The columns by which Stator moves a row on. */
export interface StateColumns {
  state: Generated<string>
  state_changed_at: Moment
  /** Null where nothing moves the row on by itself. */
  state_next_attempt_at: NullableMoment
  /** 0 is the owner's own work, 1 everything else. */
  state_priority: Generated<number>
  state_locked_until: NullableMoment
  state_lock_token: Nullable<string>
  state_attempts: Generated<number>
  /** Errors that the handler threw one after the other in this state. */
  state_errors: Generated<number>
  /** Leases that ran out one after the other in this state because their process died. */
  state_deaths: Generated<number>
  state_error: Nullable<string>
}

export type Visibility = 'public' | 'unlisted' | 'followers' | 'direct'

export interface StoredField {
  readonly name: string
  /** Sanitised HTML. */
  readonly value: string
  /** As the owner wrote it; identities only. */
  readonly source?: string
  readonly verifiedAt?: string | null
}

export interface StoredEmoji {
  readonly shortcode: string
  readonly url: string
  readonly uri?: string
  /** When its picture was changed last, ISO 8601. */
  readonly updatedAt?: string
}
