/** Where a post of the owner went, under `/api/homebird/v1/posts/:id/deliveries`. */
import type { InspectorDelivery, InspectorDeliveryState } from './inspector.ts'

/** What became of it at one server: of several inboxes there, at the one where it went worst. */
export interface PostDelivery extends Omit<InspectorDelivery, 'inboxUri'> {
  /** A later version of the post; else the post itself. */
  readonly isChange: boolean
}

/** As far as it is remembered: what was taken for a day, what was given up for a week. */
export interface PostDeliveries {
  /** How many servers there are of each. */
  readonly counts: Readonly<Record<InspectorDeliveryState, number>>
  /** At most 500: those that were given up first, then those that wait. */
  readonly list: readonly PostDelivery[]
}
