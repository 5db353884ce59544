/** The port to whatever stands in front of the home and keeps answers. */

/** What a cache is to forget. */
export interface Forgotten {
  /** Absolute, as visitors ask for them. */
  readonly urls: readonly string[]
  readonly tags: readonly string[]
}

export interface PurgeResult {
  /** What is not forgotten yet; empty where all is done. */
  readonly left: Forgotten
  /** Why, for the owner to read; null where all is done or only has to wait its turn. */
  readonly problem: string | null
  /** Sooner it need not be told again; null where the usual back-off decides. */
  readonly retryAfterSeconds: number | null
}

export interface Purger {
  /** Answers carry tags, and all that carry one can be forgotten by it. */
  readonly hasTags: boolean
  /** Is told a second time, for what was on its way when it was told first. */
  readonly isToldTwice: boolean
  /** Ends within five seconds and never throws: a cache that does not answer is a result. */
  purge(urls: readonly string[], tags: readonly string[]): Promise<PurgeResult>
}

/** Whoever waits for a purge waits no longer than this. */
export const PURGE_MS = 5_000

export const ALL_FORGOTTEN: PurgeResult = {
  left: { urls: [], tags: [] },
  problem: null,
  retryAfterSeconds: null,
}

export function notForgotten(
  left: Forgotten,
  problem: string | null,
  retryAfterSeconds: number | null = null,
): PurgeResult {
  return { left, problem, retryAfterSeconds }
}
