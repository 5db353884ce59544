/** `homebird farewell`: what leaving for good would take away, and how it goes; to begin it the handle has to be typed. */
import { FAREWELL_WAIT_HOURS, type FarewellProgress } from '../contracts/farewell.ts'
import type { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError } from '../core/errors.ts'
import { beginFarewell, callOffFarewell, readFarewell } from '../domain/farewells/farewell.ts'
import type { CommandIo } from './command-io.ts'
import type { CommonOptions } from './options.ts'
import { withHome } from './with-home.ts'

export interface FarewellOptions extends CommonOptions {
  /** Hours, as typed. */
  readonly in?: string
  readonly callOff?: boolean
}

const HOUR_MS = 3_600_000
const MOST_HOURS = 30 * 24

/** Whoever sits at the machine needs no password. @param handle  begins it; without it nothing changes */
export async function farewell(handle: string | undefined, options: FarewellOptions): Promise<ExitCode> {
  if (handle !== undefined && options.callOff === true) {
    throw new HomebirdError('USAGE', 'say either the handle, to leave, or --call-off, to stay')
  }
  const hours = hoursOf(options.in)
  return withHome(options, async (db, io) => {
    const now = new Date()
    if (options.callOff === true) await callOffFarewell(db)
    else if (handle !== undefined) {
      await beginFarewell(db, { handle, dueAt: new Date(now.getTime() + hours * HOUR_MS), now })
    }
    const facts = await readFarewell(db)
    io.put(facts)
    if (facts.progress === null) {
      const { handles, posts, followers, servers, files } = facts.preview
      io.say(`${handles.join(', ')} live here: ${posts} posts, ${followers} followers, ${files} files.`)
      io.say(`Leaving for good tells ${servers} servers to delete them, then erases everything here.`)
      io.say(`Nobody can ever use these names again. To begin: homebird farewell ${handles[0] ?? '@HANDLE'}`)
    } else tell(io, facts.progress)
  })
}

function tell(io: CommandIo, progress: FarewellProgress): void {
  const { phase, dueAt, inboxes, waiting, failed, finishedAt } = progress
  switch (phase) {
    case 'waiting':
      io.say(`You leave at ${dueAt}. Until then: homebird farewell --call-off`)
      io.say('An archive is made first; fetch it from the page Export, or by homebird export archive.')
      io.say('If that fails it is waited for: make another on that page, or take the failed one away.')
      return
    case 'leaving':
      io.say(`Servers are told: ${waiting} of ${inboxes ?? waiting} addresses to go, ${failed} given up.`)
      return
    case 'erasing':
      io.say('Every server was told that could be; what is left here is being erased.')
      return
    case 'erased':
      io.say(`Nobody lives here since ${finishedAt ?? dueAt}; ${failed} addresses could not be told.`)
      io.say('While it runs the home answers that you are gone. You may also remove it now.')
  }
}

/** @throws HomebirdError USAGE */
function hoursOf(typed: string | undefined): number {
  const hours = typed === undefined ? FAREWELL_WAIT_HOURS : Number(typed)
  if (Number.isInteger(hours) && hours >= 0 && hours <= MOST_HOURS) return hours
  throw new HomebirdError('USAGE', `--in is "${typed}" and must be whole hours from 0 to ${MOST_HOURS}`)
}
