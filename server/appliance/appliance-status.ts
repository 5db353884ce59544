/** What the appliance tells about itself: to `homebird status`, to the window, to whoever looks on. */
import type { PartStatus } from './part-status.ts'

export type { ApplianceFacts, ApplianceStatus, HomeState } from '../contracts/appliance-status.ts'

/**
 * Of a start, in this order; `copy` only where the folder was last run with another version, `upgrade` only where the database is
 * of an older PostgreSQL.
 */
export type StartStep = 'check' | 'copy' | 'upgrade' | 'database' | 'schema' | 'parts'

export type ApplianceEvent =
  /** A start has come to this step. */
  | { readonly kind: 'step'; readonly step: StartStep }
  /** How far the copy before the first start of another version is, or the move to another PostgreSQL. */
  | { readonly kind: 'copying'; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: 'part'; readonly part: PartStatus }
  | {
      readonly kind: 'notice'
      readonly level: 'info' | 'warn' | 'error'
      readonly part: string
      readonly message: string
    }
  /** A log line of a child, as JSON, when its level is at least that of the settings. */
  | { readonly kind: 'line'; readonly line: string }
