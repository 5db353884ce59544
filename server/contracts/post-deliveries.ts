/** Where a post of the owner went, under `/api/homebird/v1/posts/:id/deliveries`. */
import type { InspectorDelivery, InspectorDeliveryState } from './inspector.ts'

/** The last that went to one inbox, or is on its way there. */
export interface PostDelivery extends InspectorDelivery {
  /** A later version of the post; else the post itself. */
  readonly isChange: boolean
}

/** As far as it is remembered: what was taken for a day, what was given up for a week. */
export interface PostDeliveries {
  /** How many inboxes there are of each. */
  readonly counts: Readonly<Record<InspectorDeliveryState, number>>
  /** At most 500: those that were given up first, then those that wait. */
  readonly list: readonly PostDelivery[]
}
