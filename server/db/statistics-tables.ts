/** The tables of how the home did and of what its doctor found, as Kysely sees them. */
import type { ColumnType, Generated } from 'kysely'
import type { DoctorCode } from '../contracts/doctor.ts'
import type { Json, Moment, Nullable, NullableMoment } from './column-types.ts'

/** 64-bit numbers travel as strings. */
type Big = ColumnType<string, string | number, string | number>

interface HomeStatisticsTable {
  grain: 'minute' | 'hour'
  starts_at: Moment
  samples: number
  received: number
  sent: number
  failures: number
  waiting: number
  memory: ColumnType<string | null, string | number | null, string | number | null>
  cache_hits: Big
  cache_misses: Big
  disk_free: ColumnType<string | null, string | number | null, string | number | null>
}

interface DoctorFindingsTable {
  name: string
  state: 'good' | 'look' | 'bad'
  facts: Json<Readonly<Record<string, string | number | null>>>
  codes: Json<readonly DoctorCode[]>
  checked_at: Moment
  ignored_state: Nullable<'look' | 'bad'>
}

interface DoctorRunsTable {
  id: Generated<boolean>
  leased_until: NullableMoment
  outside_at: NullableMoment
}

export interface StatisticsTables {
  home_statistics: HomeStatisticsTable
  doctor_findings: DoctorFindingsTable
  doctor_runs: DoctorRunsTable
}
