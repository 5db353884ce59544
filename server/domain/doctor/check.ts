/** What a check of the doctor is. The list is open: whoever adds a part of the home adds its checks. */
import type { ApplianceFacts } from '../../contracts/appliance-status.ts'
import type { FindingState } from '../../contracts/doctor.ts'
import type { Clock } from '../../core/clock.ts'
import type { Config } from '../../core/config.ts'
import type { DataDir } from '../../core/data-dir.ts'
import type { Logger } from '../../core/log.ts'
import type { Database } from '../../db/pool.ts'
import type { Caches } from '../../storage/caches/open-caches.ts'
import type { MediaStore } from '../../storage/media-store.ts'

export interface DoctorParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly config: Config
  readonly caches: Caches
  readonly media: MediaStore
  /** Null where there is none, as in a process without a supervisor. */
  readonly dir: DataDir | null
  readonly facts: () => Promise<ApplianceFacts | null>
}

export interface Finding {
  readonly state: FindingState
  readonly facts?: Readonly<Record<string, string | number | null>>
}

export interface DoctorCheck {
  /** The window has words for it: `doctor.<name>.<state>`. */
  readonly name: string
  /** Null where it does not apply to this home. What it throws is a bad finding with the error as its `reason`. */
  run(parts: DoctorParts): Promise<Finding | null>
  /** Mends what was found, where that is one safe act. */
  fix?(parts: DoctorParts): Promise<void>
}

export const GOOD: Finding = { state: 'good' }
