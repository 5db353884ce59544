/**
 * The life of a poll. Own ones are born `open`, those of others `seen`; whoever here votes in one of these wants to know
 * how it ends, and makes it `open` too.
 */
import { defineGraph } from '../../stator/graph.ts'

/** Votes that come in are told together, this long after the first of them. */
export const VOTES_TOLD_AFTER_SECONDS = 180

export const pollGraph = defineGraph(
  'polls',
  {
    // Looked at when it ends.
    open: {
      initial: true,
      next: ['open', 'voted', 'outdated', 'closing', 'closed'],
      retryEverySeconds: 60,
      backOffToSeconds: 3_600,
    },
    // Has votes that nobody was told of; when more come while they are told, it begins anew.
    voted: {
      next: ['telling', 'open'],
      retryEverySeconds: VOTES_TOLD_AFTER_SECONDS,
      attemptsImmediately: false,
    },
    telling: { next: ['voted', 'open'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
    // Of somebody elsewhere, and nobody here waits for its end.
    seen: { next: ['open', 'outdated'] },
    // Somebody looks at it: the origin is asked for its counts.
    outdated: { next: ['open', 'seen', 'closed'], retryEverySeconds: 60, backOffToSeconds: 3_600 },
    // Of somebody elsewhere, at its end: the origin is asked for the result.
    closing: { next: ['open', 'closed'], retryEverySeconds: 300, backOffToSeconds: 21_600 },
    closed: { next: ['open'] }, // left when an edit gives it another end
  },
  { hostColumn: 'host' },
)
