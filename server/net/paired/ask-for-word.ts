/** The last step of a taking over: the old home is asked to be silent from now on. May be done again, however far it came before. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Lease } from '../../contracts/hand-over.ts'
import { HomebirdError, isHomebirdError } from '../../core/errors.ts'
import { type PairedAddress, askPaired } from './paired-line.ts'

export type TakenLease = Extract<Lease, { readonly phase: 'taken' }>

const PAUSE_MS = 2_000

/** @throws HomebirdError as `askPaired`: then this home stays silent */
export async function askForWord(lease: TakenLease, mostTries: number): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await askPaired(lineOf(lease), '/give', {}, { ticket: lease.ticket })
      return
    } catch (error) {
      if (!isHomebirdError(error, 'UNAVAILABLE') || tries >= mostTries) throw error
      await pause(PAUSE_MS)
    }
  }
}

/**
 * Before the word is taken without being asked for: whoever answers is not off.
 * @returns whether it was given; false where nobody answers, or somebody else
 * @throws HomebirdError CONFLICT where the old home answers and refuses
 */
export async function isGivenWhenAsked(lease: TakenLease): Promise<boolean> {
  try {
    await askForWord(lease, 1)
    return true
  } catch (error) {
    if (!isHomebirdError(error, 'UNPROCESSABLE')) return false
    const why = `${lease.from} is not off: ${error.message}. Nothing was changed; see who speaks there, offer the home anew there and take it here: homebird hand-over take ADDRESS --anew`
    throw new HomebirdError('CONFLICT', why, { safe: why, cause: error })
  }
}

/** It waits to hear that; where that is lost it listens on, and nothing depends on it. */
export async function sayDone(lease: TakenLease): Promise<void> {
  // The lease is on the disk of both by now: this word only lets the other end stop listening sooner.
  await askPaired(lineOf(lease), '/done', {}, { ticket: lease.ticket }).catch(() => undefined)
}

function lineOf({ host, port, fingerprint }: TakenLease): PairedAddress {
  return { host, port, fingerprint: Buffer.from(fingerprint, 'hex') }
}
