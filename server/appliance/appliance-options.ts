/** What is asked of an appliance when it is opened. */
import type { DatabaseConnection } from '../contracts/child-message.ts'
import type { Config } from '../core/config.ts'
import type { ApplianceEvent } from './appliance-status.ts'
import type { GroundSources } from './ground.ts'
import type { ApplianceRole } from './home-database.ts'
import type { Launcher } from './launcher.ts'
import type { Sealer } from './sealer.ts'

export interface ApplianceOptions {
  readonly sources: GroundSources
  readonly role: ApplianceRole
  readonly launcher: Launcher
  /** Folder of the window's bundle, or null. */
  readonly windowDir: string | null
  /** Serves the owner at a socket of this appliance alone, unless the settings name another address. */
  readonly privateSocket?: boolean
  /** The keychain, where there is one: secrets are sealed by it, unless the owner wants them plain. */
  readonly sealer?: Sealer | null
  readonly onEvent: (event: ApplianceEvent) => void
  /** Stops a start that is under way; afterwards `stop` does. */
  readonly signal?: AbortSignal
  /** Runs once the schema is up to date and before the server starts: setting up a home without a page. */
  readonly beforeServer?: (database: DatabaseConnection, config: Config) => Promise<void>
}
