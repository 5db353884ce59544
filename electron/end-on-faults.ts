/**
 * A fault that nobody handled ends the shell at once: what goes on after it could be anything, and a box that waits for
 * somebody would keep a home without a supervisor meanwhile. Its parts end by themselves, and the next start, which the shell
 * asks for itself, takes the home over and says what happened. Nothing that was said to be kept is lost.
 * @see security rule 109
 */
import type { ElectronParts } from './electron-parts.ts'

interface Faulty {
  on(event: 'uncaughtException' | 'unhandledRejection', tell: (fault: unknown) => void): unknown
}

interface FaultNeeds {
  /** @returns whether a start may follow: not when the one before ended so a short while ago */
  readonly keep: (technical: string) => boolean
  readonly startAgain: () => void
  /** A line for whoever started the shell. */
  readonly say: (line: string) => void
}

export function endOnFaults(process: Faulty, { app }: Pick<ElectronParts, 'app'>, needs: FaultNeeds): void {
  let isEnding = false
  const end = (fault: unknown): void => {
    if (isEnding) return
    isEnding = true
    const technical = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)
    try {
      needs.say(`Homebird has to stop: ${technical}`)
      if (needs.keep(technical)) needs.startAgain()
    } finally {
      app.exit(1)
    }
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
