/** What the private listener says of Stator: what waits in each graph, what was done, what is not tried any more. */

/** Moments are ISO 8601 in UTC; series are in order of time, without gaps, the present period last. */
export interface GraphFacts {
  readonly graph: string
  /** Rows that are due and that no worker holds; counting ends at 100,000. */
  readonly waiting: number
  /** For how many seconds the oldest of them has been due; null where none waits. */
  readonly oldestSeconds: number | null
  readonly quarantined: number
  /** Most rows that were seen waiting, of each of the last 120 minutes. */
  readonly queuedByMinute: readonly number[]
  /** Of the last 50 hours, 62 days and 120 months. */
  readonly handledByHour: readonly HandledCount[]
  readonly handledByDay: readonly HandledCount[]
  readonly handledByMonth: readonly HandledCount[]
}

export interface HandledCount {
  readonly startsAt: string
  /** Rows moved on. */
  readonly handled: number
  /** Attempts that failed. */
  readonly failed: number
}

export interface EngineFacts {
  readonly graphs: readonly GraphFacts[]
}

/** One graph in depth: how many rows are in each state, and those whose last attempt went wrong. */
export interface GraphDetail {
  readonly graph: string
  readonly states: readonly {
    readonly name: string
    /** Moved on by the home itself, by something else, or never again. */
    readonly kind: 'automatic' | 'external' | 'final'
    readonly next: readonly string[]
    /** Counting ends at 100,000. */
    readonly rows: number
  }[]
  /** At most 100, those that come due first, of the next 5,000. */
  readonly failing: readonly FailingFacts[]
}

export interface FailingFacts {
  readonly key: string
  readonly state: string
  /** An address or a name of what the row is about. */
  readonly about: string | null
  readonly attempts: number
  readonly error: string | null
  readonly nextAttemptAt: string
}

/** A row that is not tried any more, because its handler failed or its process died too often. */
export interface QuarantinedFacts {
  readonly key: string
  /** An address or a name of what the row is about. */
  readonly about: string | null
  readonly state: string
  readonly since: string
  readonly errors: number
  readonly deaths: number
  /** The technical line of the last error. */
  readonly error: string | null
}

export interface QuarantinePage {
  readonly rows: readonly QuarantinedFacts[]
}
