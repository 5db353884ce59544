/** The last step of a taking over that was begun in the window: as soon as this home runs, the old one is asked for the word. */
import { setTimeout as pause } from 'node:timers/promises'
import { describeError, isHomebirdError } from '../../core/errors.ts'
import { readLease } from '../../core/lease-file.ts'
import { askForWord, sayDone } from '../../net/paired/ask-for-word.ts'
import type { HttpContext, Supervision } from '../http-context.ts'

const TRIES = 3
const AGAIN_MS = 15_000
const AGAIN_MOST_MS = 600_000
const LOOK_EVERY_MS = 500

/** Until it is given, this home is silent; where it is refused, only the owner says what follows. */
export async function finishTaking({
  supervision,
  log,
  stopping,
}: Pick<HttpContext, 'supervision' | 'log' | 'stopping'>): Promise<void> {
  const lease = supervision === null ? null : readLease(supervision.dataDir)
  if (supervision === null || lease?.phase !== 'taken' || lease.isAskedAtStart !== true) return
  await untilStarted(supervision, stopping)
  for (let waitMs = AGAIN_MS; !stopping.aborted; waitMs = Math.min(2 * waitMs, AGAIN_MOST_MS)) {
    try {
      await askForWord(lease, TRIES)
      // Somebody may have said so already.
      await supervision.handOver({ kind: 'hand_over', ask: 'speak' })
      return await sayDone(lease)
    } catch (error) {
      log.warn({ event: 'hand_over.word_not_given', error: describeError(error) })
      if (!isHomebirdError(error, 'UNAVAILABLE')) return
    }
    await pauseUnless(stopping, waitMs)
  }
}

/** Parts that still start would not hear who speaks. */
async function untilStarted(supervision: Supervision, stopping: AbortSignal): Promise<void> {
  const isStarting = async (): Promise<boolean> =>
    supervision.facts().then(
      (facts) => facts?.state === 'Starting',
      () => true, // it is busy, as at a start
    )
  while (!stopping.aborted && (await isStarting())) await pauseUnless(stopping, LOOK_EVERY_MS)
}

/** Rejects only when it is broken off by the end of this home, which the callers look for: the next start asks again. */
async function pauseUnless(stopping: AbortSignal, ms: number): Promise<void> {
  await pause(ms, undefined, { signal: stopping }).catch(() => undefined)
}
