/** When a row is tried again: the interval doubles with each attempt, up to a limit, with jitter. Pure. */

/** Share of the interval that chance adds or takes away, so that rows that failed together do not return together. */
const JITTER = 0.25
/** Beyond this many doublings every interval is at its limit; keeps the power finite. */
const MOST_DOUBLINGS = 40

/**
 * Seconds until the next attempt.
 * @param retryEverySeconds  interval after the first attempt
 * @param backOffToSeconds  most that the interval grows to; undefined keeps it as it is
 * @param attempts  attempts in this state before the one that has just ended
 * @param random  at least 0 and below 1
 * @returns the interval ± 25 %
 */
export function backOffSeconds(
  retryEverySeconds: number,
  backOffToSeconds: number | undefined,
  attempts: number,
  random: number,
): number {
  const grown =
    backOffToSeconds === undefined
      ? retryEverySeconds
      : Math.min(backOffToSeconds, retryEverySeconds * 2 ** Math.min(Math.max(attempts, 0), MOST_DOUBLINGS))
  return Math.max(grown, retryEverySeconds) * (1 + JITTER * (2 * random - 1))
}
