/**
 * Has one process of the home look at its caches, or empty one: they are as that home has them set, which a command that was started
 * with other variables cannot know. What was counted is counted over all processes.
 */
import type { CacheQuestion } from '../contracts/caches.ts'
import { HomebirdError, describeError } from '../core/errors.ts'
import type { Child } from './child.ts'
import type { KeptPart } from './kept-part.ts'

const LOOK_LIMIT_MS = 2_000
/** Of very many files. */
const CLEAR_LIMIT_MS = 600_000

/**
 * @returns see `storage/caches/answer-caches`
 * @throws HomebirdError NOT_RUNNING where there is no process to ask, UNAVAILABLE where none answers or what is to be emptied cannot be
 */
export async function askCaches(
  parts: readonly KeptPart<Child>[],
  question: CacheQuestion,
): Promise<unknown> {
  const limitMs = question === 'caches' ? LOOK_LIMIT_MS : CLEAR_LIMIT_MS
  let why: string | null = null
  for (const { life } of parts.filter(({ name }) => /^(?:server|worker)-/.test(name))) {
    if (life === null) continue
    const answer = await life
      .ask(question, limitMs)
      .catch((error: unknown) => ({ error: describeError(error) }))
    if (typeof answer !== 'object' || answer === null) {
      why = 'it says nothing of its caches'
      continue
    }
    if (!('error' in answer)) return answer
    why = String(answer.error)
  }
  if (why === null)
    throw new HomebirdError('NOT_RUNNING', 'no server and no worker of the home runs here now')
  throw new HomebirdError('UNAVAILABLE', why)
}
