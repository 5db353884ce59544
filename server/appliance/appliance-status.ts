/** What the appliance tells about itself: to `homebird status`, to the window, to whoever looks on. */
import type { PartStatus } from './part-status.ts'

export type { ApplianceFacts, ApplianceStatus, HomeState } from '../contracts/appliance-status.ts'

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
