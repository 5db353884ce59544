/** What the appliance tells about itself: to `homebird status`, to the window, to whoever looks on. */
import type { PartStatus } from './part-status.ts'

export type HomeState = 'Starting' | 'Running' | 'Needs attention' | 'Stopped'

export interface ApplianceStatus {
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
  readonly parts: readonly PartStatus[]
  /** What server and workers say about themselves, by part; null for one that does not answer. */
  readonly details: Readonly<Record<string, unknown>>
}

export type ApplianceEvent =
  | { readonly kind: 'part'; readonly part: PartStatus }
  | {
      readonly kind: 'notice'
      readonly level: 'info' | 'warn' | 'error'
      readonly part: string
      readonly message: string
    }
  /** A log line of a child, as JSON, when its level is at least that of the settings. */
  | { readonly kind: 'line'; readonly line: string }
