/** What a check of the doctor is. The list is open: whoever adds a part of the home adds its checks. */
import type { DoctorCode, FindingState } from '../../contracts/doctor.ts'
import type { DoctorParts } from './doctor-parts.ts'
import type { OutsideWorld } from './outside/world.ts'

export type { DoctorParts } from './doctor-parts.ts'

export interface Finding {
  readonly state: FindingState
  readonly facts?: Readonly<Record<string, string | number | null>>
  /** Of checks from outside. */
  readonly codes?: readonly DoctorCode[]
}

/** What the checks of one run share. */
export interface DoctorRun {
  /** The way in from outside; null where this home has no address, or is not to be asked this time. */
  world(): Promise<OutsideWorld | null>
}

export interface DoctorCheck {
  /** The window has words for it: `doctor.<name>.<state>`. */
  readonly name: string
  /** Null where it does not apply to this home. What it throws is a bad finding with the error as its `reason`. */
  run(parts: DoctorParts, run: DoctorRun): Promise<Finding | null>
  /** Mends what was found, where that is one safe act. */
  fix?(parts: DoctorParts): Promise<void>
}

export const GOOD: Finding = { state: 'good' }
