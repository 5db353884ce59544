/**
 * The life of one push: what does not get through within some hours is of no use any more. When a receiver is tried next, its
 * subscription says.
 */
import { defineGraph } from '../../stator/graph.ts'

const USEFUL_SECONDS = 4 * 3_600

export const pushDeliveryGraph = defineGraph(
  'push_deliveries',
  {
    new: {
      initial: true,
      next: ['sent', 'skipped', 'failed'],
      retryEverySeconds: 15,
      backOffToSeconds: 1_800,
      timeoutSeconds: USEFUL_SECONDS,
      timeoutState: 'failed',
    },
    sent: { next: [], deleteAfterSeconds: 3_600 },
    skipped: { next: [], deleteAfterSeconds: 3_600 },
    failed: { next: [], deleteAfterSeconds: 86_400 },
  },
  { hostColumn: 'host', claimSize: 20 },
)
