/**
 * The life of a custom emoji. One that stands in a post or a profile is only known by its address: nothing that a post names
 * is fetched for it. Once somebody reacts with it its picture is looked at, and again when it changes. One that is no
 * picture, too large or gone is shown by its name. What nobody used is forgotten after a while, and may be met again.
 */
import { defineGraph } from '../../stator/graph.ts'

const DAY_SECONDS = 86_400

export const emojiGraph = defineGraph(
  'emojis',
  {
    known: { next: ['outdated'], initial: true, deleteAfterSeconds: 90 * DAY_SECONDS },
    outdated: {
      next: ['updated', 'unusable'],
      retryEverySeconds: 300,
      backOffToSeconds: 21_600,
      timeoutSeconds: 3 * DAY_SECONDS,
      timeoutState: 'unusable',
    },
    updated: { next: ['outdated'] },
    unusable: { next: ['outdated'], deleteAfterSeconds: 7 * DAY_SECONDS },
  },
  { hostColumn: 'image_host' },
)
