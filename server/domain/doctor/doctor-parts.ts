/** What the checks of the doctor look at. */
import type { ApplianceFacts } from '../../contracts/appliance-status.ts'
import type { Clock } from '../../core/clock.ts'
import type { Config } from '../../core/config.ts'
import type { DataDir } from '../../core/data-dir.ts'
import type { Logger } from '../../core/log.ts'
import type { Database } from '../../db/pool.ts'
import type { Caches } from '../../storage/caches/open-caches.ts'
import type { MediaStore } from '../../storage/media-store.ts'
import type { Purger } from '../purges/purger.ts'

export interface DoctorParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly config: Config
  readonly caches: Caches
  readonly media: MediaStore
  /** Tells what stands in front to forget; null where nothing does. */
  readonly purger: Pick<Purger, 'purge'> | null
  /** Null where there is none, as in a process without a supervisor. */
  readonly dir: DataDir | null
  readonly facts: () => Promise<ApplianceFacts | null>
}
