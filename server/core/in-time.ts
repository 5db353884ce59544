/** Waits for what may hang, such as a disk of another machine, only for so long. */
import { HomebirdError } from './errors.ts'

/**
 * @param subject  begins the sentence: `the disk of /mnt/nas`
 * @param remedy  ends it
 * @throws HomebirdError UNAVAILABLE once the time is up; what was begun goes on, and nobody hears of its end
 */
export async function inTime<T>(
  work: Promise<T>,
  limitMs: number,
  { subject, remedy }: { readonly subject: string; readonly remedy: string },
): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const why = `${subject} does not answer within ${limitMs / 1_000} s; ${remedy}`
    late.reject(new HomebirdError('UNAVAILABLE', why, { safe: why }))
  }, limitMs)
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
