/** Kinds of columns: what is read, and what may be written. */
import type { ColumnType } from 'kysely'

export type Moment = ColumnType<Date, Date | string | undefined, Date | string>
export type NullableMoment = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
export type Json<T> = ColumnType<T, string | undefined, string>
export type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>
