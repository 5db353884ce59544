/** Telling a cache in as many calls as there are things to forget: some at once, until the time is up. */
import { describeError } from '../../../core/errors.ts'
import { ALL_FORGOTTEN, type PurgeResult, notForgotten } from '../purger.ts'

/** One thing that one call is about. */
export type Item = { readonly url: string } | { readonly tag: string }

export interface CallOutcome {
  readonly isDone: boolean
  /** Why not, for the owner to read. */
  readonly problem?: string
  readonly retryAfterSeconds?: number | null
}

const AT_ONCE = 8
/** After so many refusals in a row the rest is not tried: the cache says the same to all. */
const MOST_FAILURES = 8

/**
 * @param tell  makes one call; it may throw
 * @param signal  aborted when the time is up: what has not been told then is left
 */
export async function tellEach(
  urls: readonly string[],
  tags: readonly string[],
  signal: AbortSignal,
  tell: (item: Item) => Promise<CallOutcome>,
): Promise<PurgeResult> {
  // Tags first: they stand for more.
  const items: Item[] = [...tags.map((tag) => ({ tag })), ...urls.map((url) => ({ url }))]
  const left = new Set(items)
  let problem: string | null = null
  let retryAfterSeconds: number | null = null
  let failures = 0
  let next = 0
  const work = async (): Promise<void> => {
    while (next < items.length && failures < MOST_FAILURES && !signal.aborted) {
      const item = items[next++]
      if (item === undefined) return
      const outcome = await tell(item).catch((error: unknown): CallOutcome => ({
        isDone: false,
        problem: describeError(error),
      }))
      if (outcome.isDone) {
        left.delete(item)
        failures = 0
        continue
      }
      failures += 1
      problem ??= outcome.problem ?? 'the cache refused'
      retryAfterSeconds = Math.max(retryAfterSeconds ?? 0, outcome.retryAfterSeconds ?? 0) || null
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, work))
  if (left.size === 0) return ALL_FORGOTTEN
  const rest = [...left]
  return notForgotten(
    {
      urls: rest.flatMap((item) => ('url' in item ? [item.url] : [])),
      tags: rest.flatMap((item) => ('tag' in item ? [item.tag] : [])),
    },
    problem ?? 'the cache was not done in time',
    retryAfterSeconds,
  )
}
