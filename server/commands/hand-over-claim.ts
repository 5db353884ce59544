/** This home has come from another computer: it speaks from here on, once that one has said that it is silent. */
import { askHandOver } from '../appliance/keeping/ask-hand-over.ts'
import { ExitCode } from '../contracts/exit-code.ts'
import { HomebirdError, isHomebirdError } from '../core/errors.ts'
import { type TakenLease, askForWord, sayDone } from '../net/paired/ask-for-word.ts'
import type { CommandIo } from './command-io.ts'
import type { sourcesFrom } from './options.ts'

type Sources = ReturnType<typeof sourcesFrom>

const WORD_TRIES = 5

/** May be done again, however far it came before. */
export async function claim(io: CommandIo, sources: Sources, lease: TakenLease): Promise<ExitCode> {
  try {
    await askForWord(lease, WORD_TRIES)
  } catch (error) {
    const why = isHomebirdError(error) ? error.message : String(error)
    io.put({ speaks: false, why })
    io.say(`Everything is here, and this home is silent: ${why}.`)
    io.say(`Only the old computer, ${lease.from}, knows who speaks. Ask there: homebird hand-over state`)
    io.say('  It speaks there: offer it anew, and take it here: homebird hand-over take ADDRESS --anew')
    io.say('  It waits for this one: homebird hand-over take, with its address if that is another one now.')
    io.say('  It is off for good: homebird hand-over take-back')
    return ExitCode.failure
  }
  await speak(sources, lease)
  io.put({ speaks: true })
  io.say(`This home speaks now, and the one on ${lease.from} is silent. Start it with: homebird serve`)
  io.say('Lead your proxy or port forwarding to this computer; a tunnel of Homebird comes with the home.')
  return ExitCode.ok
}

/** Nobody else does, from here on. */
export async function speak(sources: Sources, lease: TakenLease): Promise<void> {
  try {
    await askHandOver(sources, { kind: 'hand_over', ask: 'speak' })
  } catch (error) {
    if (!isHomebirdError(error, 'NOT_RUNNING')) throw error
    throw new HomebirdError(
      'NOT_RUNNING',
      `${lease.from} is silent now, and the home here cannot be told while it starts or stops; wait a moment and finish with: homebird hand-over take`,
      { cause: error },
    )
  }
  await sayDone(lease)
}
