/** How long ago something was, in a sentence: "20 sec. ago". Seconds go by tens, so that it does not flicker. */

const STEPS = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const
const TEN_SECONDS = 10

/** A moment of the future, as of a clock that runs ahead, is now. */
export function agoWords(locale: string, moment: Date, now: Date): string {
  const seconds = Math.max(0, Math.floor((now.getTime() - moment.getTime()) / 1_000))
  const format = new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'auto' })
  const step = STEPS.find(([, length]) => seconds >= length)
  if (step !== undefined) return format.format(-Math.floor(seconds / step[1]), step[0])
  return format.format(-Math.floor(seconds / TEN_SECONDS) * TEN_SECONDS, 'second')
}
