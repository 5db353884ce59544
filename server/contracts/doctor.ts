/** What the doctor of the home finds, under `/api/homebird/v1/doctor`. The window has the words for each name. */

/** `look`: worth a look, nothing is broken. */
export type FindingState = 'good' | 'look' | 'bad'

export interface DoctorFinding {
  /** The check; an open list. */
  readonly name: string
  readonly state: FindingState
  /** Numbers and technical lines for the words. */
  readonly facts: Readonly<Record<string, string | number | null>>
  readonly checkedAt: string
  readonly isIgnored: boolean
  /** The doctor can mend it by itself. */
  readonly hasFix: boolean
}

export interface DoctorReport {
  /** Null before the first time. */
  readonly ranAt: string | null
  readonly findings: readonly DoctorFinding[]
}
