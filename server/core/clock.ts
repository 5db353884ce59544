/** The time as the program sees it; tests hold their own. Leases and deadlines use database or monotonic time. */
export interface Clock {
  /** Wall-clock moment, for stored facts and protocol dates. */
  now(): Date
  /** Milliseconds that only ever grow, for durations inside one process. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
}
