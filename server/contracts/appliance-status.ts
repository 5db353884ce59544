/** What the supervisor says of the home: to `homebird status`, to the server, to whoever looks on. */
import type { Conditions } from './child-message.ts'
import type { DiskFacts } from './room.ts'
import type { TunnelStatus } from './tunnel.ts'

/** Slow: its event loop was late by more than a second in the last 5 s. Retrying: it ended and will start again. */
export type PartState = 'Starting' | 'Running' | 'Slow' | 'Retrying' | 'Stopped'

export interface PartStatus {
  /** `database`, `server-0`, `worker-0`. */
  readonly name: string
  readonly state: PartState
  readonly pid: number | null
  /** Seconds since it was last ready; null while it is not. */
  readonly uptimeSeconds: number | null
  /** Starts after the first. */
  readonly restarts: number
  /** With its helpers: proportional set size where the system tells it, else the resident size; null when unknown. */
  readonly memoryBytes: number | null
  /** With its helpers, since it was last looked at: 1 is one core. Null when unknown. */
  readonly cpuShare: number | null
  /** Processes that it has started itself, such as decoders of pictures; null where the system does not tell. */
  readonly helpers: number | null
  /** Why it is not running, or what its restart waits for. */
  readonly note: string | null
}

/** Another machine that works on the same external database. */
export interface OtherMachine {
  readonly host: string
  readonly version: string
  /** Most that its processes may hold. */
  readonly connections: number
}

export type HomeState = 'Starting' | 'Running' | 'Needs attention' | 'Stopped'

/** What is known without asking the parts themselves. */
export interface ApplianceFacts {
  readonly state: HomeState
  readonly pid: number
  readonly startedAt: string
  readonly dataDir: string
  /** `embedded PostgreSQL`, or where the external one is. */
  readonly database: string
  /** Null while it is not known yet, or when this appliance runs no server. */
  readonly publicAddress: string | null
  readonly privateAddress: string | null
  /** Bytes of the supervisor itself. */
  readonly memoryBytes: number
  readonly connectionsPerProcess: number
  /** That work on the same external database, as seen last. */
  readonly otherMachines: readonly OtherMachine[]
  readonly parts: readonly PartStatus[]
  /** For which workers do fewer things at once. */
  readonly conditions: Conditions
  /** On which the folder of the home lies. */
  readonly disk: DiskFacts
  /** The database has read pages that are not what it wrote. */
  readonly hasDamage: boolean
  /** Null where no tunnel is kept. */
  readonly tunnel: TunnelStatus | null
  /** A signed request of another server was accepted then; null where none was since the start. */
  readonly peerProvedAt: string | null
  /** Its settings as they count now, by name; of a secret, whether it is there. */
  readonly tunnelSettings: Readonly<Record<string, unknown>>
}

export interface ApplianceStatus extends ApplianceFacts {
  /** What server and workers say about themselves, by part; null for one that does not answer. */
  readonly details: Readonly<Record<string, unknown>>
}
