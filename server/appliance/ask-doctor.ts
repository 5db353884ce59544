/** Has the doctor of the home look, which lives in the first server, and hands on what it found. */
import { HomebirdError } from '../core/errors.ts'
import type { Child } from './child.ts'
import type { KeptPart } from './kept-part.ts'

/** Behind another look that is under way. */
const ANSWER_LIMIT_MS = 40_000
/** The same of a look that may take its time. */
const DEEP_LIMIT_MS = 180_000

/** @throws HomebirdError UNAVAILABLE where there is no server, CHILD_FAILED where it does not answer */
export async function askDoctor(
  parts: readonly KeptPart<Child>[],
  { deep = false }: { readonly deep?: boolean },
): Promise<unknown> {
  const server = parts.find(({ name }) => name === 'server-0')?.life ?? null
  if (server === null)
    throw new HomebirdError('UNAVAILABLE', 'no server of the home runs here now, in which its doctor lives')
  const answer = await (deep
    ? server.ask('doctor_deep', DEEP_LIMIT_MS)
    : server.ask('doctor', ANSWER_LIMIT_MS))
  if (typeof answer === 'object' && answer !== null && 'error' in answer)
    throw new HomebirdError('UNAVAILABLE', String(answer.error))
  return answer
}
