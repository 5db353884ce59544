/** What the doctor found from outside, sorted for a page: by how much it matters, and by the check that can be ignored. */
import type { CodeWeight, DoctorCode, DoctorFinding } from '../../server/contracts/doctor.ts'

/** The checks that go out and come in again; one that is newer than the window stands among the others. */
export const OUTSIDE_CHECKS = [
  'dns',
  'tls',
  'identity',
  'bots',
  'fidelity',
  'caching',
  'size',
  'live',
  'who',
  'words',
] as const

export type OutsideCheckName = (typeof OUTSIDE_CHECKS)[number]

export const isOutsideCheck = (name: string): name is OutsideCheckName =>
  OUTSIDE_CHECKS.some((known) => known === name)

/** What matters most comes first. */
export const WEIGHTS: readonly CodeWeight[] = ['breaks', 'warns', 'informs']

export interface FoundCode {
  readonly check: OutsideCheckName
  readonly code: DoctorCode
}

export interface OutsideFindings {
  /** Of each weight, without those that are ignored. */
  readonly codes: Readonly<Record<CodeWeight, readonly FoundCode[]>>
  /** Checks that could not be done, so that they prove nothing. */
  readonly untried: readonly DoctorFinding[]
  readonly ignored: readonly OutsideCheckName[]
  readonly good: readonly OutsideCheckName[]
  readonly isEmpty: boolean
}

export function sortOutside(findings: readonly DoctorFinding[]): OutsideFindings {
  const outside = findings.flatMap((finding) =>
    isOutsideCheck(finding.name) ? [{ finding, check: finding.name }] : [],
  )
  const told = outside.filter(({ finding }) => !finding.isIgnored)
  const found = told.flatMap(({ finding, check }) => finding.codes.map((code) => ({ check, code })))
  const ofWeight = (weight: CodeWeight): readonly FoundCode[] =>
    found.filter(({ code }) => code.weight === weight)
  return {
    codes: { breaks: ofWeight('breaks'), warns: ofWeight('warns'), informs: ofWeight('informs') },
    untried: told
      .filter(({ finding }) => finding.state !== 'good' && finding.codes.length === 0)
      .map(({ finding }) => finding),
    ignored: outside.filter(({ finding }) => finding.isIgnored).map(({ check }) => check),
    good: told.filter(({ finding }) => finding.state === 'good').map(({ check }) => check),
    isEmpty: outside.length === 0,
  }
}
