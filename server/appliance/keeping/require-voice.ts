/** Whether this computer speaks for its home: what is written while it is handed over is not there, and what is sent goes out twice. */
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { readLease } from '../../core/lease-file.ts'
import { isUnanswered } from '../control-socket.ts'
import { type GroundSources, chosenDataDir } from '../ground.ts'
import { askHandOver } from './ask-hand-over.ts'

/** @throws HomebirdError CONFLICT where another computer speaks, or is just taking over */
export async function requireVoice(sources: GroundSources): Promise<void> {
  if (await isSpeaker(sources)) return
  throw new HomebirdError(
    'CONFLICT',
    'another computer speaks for this home or is taking it over: what is changed here would be lost, and nothing is sent from here. See homebird hand-over state',
  )
}

/** @throws HomebirdError NOT_RUNNING where a home runs that does not say it: it may just be handed over */
export async function isSpeaker(sources: GroundSources): Promise<boolean> {
  const { path } = chosenDataDir(sources)
  for (let isAskedAgain = false; ; isAskedAgain = true) {
    if (readLease(path) !== null) return false
    try {
      const { phase } = await askHandOver(sources, { kind: 'hand_over', ask: 'state' })
      return phase === 'none' || phase === 'offered'
    } catch (error) {
      if (!isHomebirdError(error, 'NOT_RUNNING')) throw error
      // It starts or ends just now, or is none yet: then only what is on the disk counts.
      if (!isUnanswered(error)) return true
      // A home that ends breaks off what it was asked, and is not there a moment later.
      if (isAskedAgain) throw error
    }
  }
}
