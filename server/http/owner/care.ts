/** What goes on by itself so that the owner's pages have something to tell: statistics by the minute, the doctor by the day. */
import { Sampler } from '../../domain/statistics/sampler.ts'
import type { HttpContext } from '../http-context.ts'
import { openDoctor } from './open-doctor.ts'

/** After a start everything comes up first. */
const FIRST_LOOK_MS = 20_000
const LOOK_EVERY_MS = 86_400_000

/** @returns what ends it */
export function startCare(context: HttpContext): () => Promise<void> {
  const { supervision, log } = context
  if (supervision === null) return async () => undefined
  const sampler = new Sampler({
    ...context,
    facts: async () => supervision.facts(),
    folder: supervision.dataDir,
  })
  sampler.start()
  const doctor = openDoctor(context)
  let looking: Promise<unknown> = Promise.resolve()
  const look = (): void => {
    looking = doctor.run().catch((error: unknown) => log.warn({ event: 'doctor.failed', error }))
  }
  const first = setTimeout(look, FIRST_LOOK_MS).unref()
  const daily = setInterval(look, LOOK_EVERY_MS).unref()
  return async () => {
    clearTimeout(first)
    clearInterval(daily)
    await sampler.stop()
    await looking
  }
}
