/** The life of a link in a profile: its page is read, and a week later again, as long as somebody here cares. */
import { defineGraph } from '../../stator/graph.ts'

export const linkCheckGraph = defineGraph(
  'link_checks',
  {
    due: {
      initial: true,
      next: ['checked', 'dropped'],
      retryEverySeconds: 300,
      backOffToSeconds: 43_200,
      timeoutSeconds: 3 * 86_400,
      timeoutState: 'checked', // the page is silent: what was proved stands until the next time
    },
    checked: { next: ['due', 'dropped'], retryEverySeconds: 7 * 86_400, attemptsImmediately: false },
    dropped: { next: [], deleteAfterSeconds: 1 },
  },
  { hostColumn: 'host' },
)
