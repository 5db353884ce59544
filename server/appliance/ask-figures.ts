/** Asks the other processes of this machine for their figures, on behalf of the server that shows them. */
import type { Child } from './child.ts'
import type { KeptPart } from './kept-part.ts'

/** The server is asked by somebody who waits. */
const ANSWER_LIMIT_MS = 2_000

/** @returns what each tells; one that does not run or does not answer in time is left out, and so is who asks */
export async function askFigures(parts: readonly KeptPart<Child>[], asker: string): Promise<unknown[]> {
  const answers = parts
    .filter(({ name }) => name !== asker)
    .map(async ({ life }) => life?.ask('figures', ANSWER_LIMIT_MS))
  return (await Promise.allSettled(answers)).flatMap((answer) =>
    answer.status === 'fulfilled' && Array.isArray(answer.value) ? [answer.value] : [],
  )
}
