/** `homebird stator pause` and `resume`: whether anything goes out, while travelling or on a metered line. */
import { systemClock } from '../core/clock.ts'
import type { ExitCode } from '../contracts/exit-code.ts'
import { pauseWork, resumeWork } from '../domain/owner/switches.ts'
import type { CommonOptions } from './options.ts'
import { parseDuration } from './stator.ts'
import { withHome } from './with-home.ts'

export interface PauseOptions extends CommonOptions {
  readonly for?: string
}

/** @throws HomebirdError USAGE for a time that is none */
export async function pause(options: PauseOptions): Promise<ExitCode> {
  const forMs = options.for === undefined ? null : parseDuration(options.for)
  return withHome(options, async (db, io) => {
    const now = systemClock.now()
    const { until } = await pauseWork(db, forMs === null ? null : new Date(now.getTime() + forMs), now)
    io.put({ paused: true, until: until?.toISOString() ?? null })
    const end = until === null ? 'you say: homebird stator resume' : until.toISOString()
    io.say(`Paused. Nothing is sent or fetched by itself until ${end}. What comes in is still taken.`)
  })
}

export async function resume(options: CommonOptions): Promise<ExitCode> {
  return withHome(options, async (db, io) => {
    await resumeWork(db, systemClock.now())
    io.put({ paused: false })
    io.say('Resumed. What waited goes out within a minute.')
  })
}
