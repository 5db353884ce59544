/**
 * Answers of the home that came before they were asked for: each serves one question, soon. Whatever is missing in them is
 * asked for as ever, so nothing depends on their being there or being right.
 */
import type { ReadyAnswer } from '../../server/contracts/owner-api.ts'

/** Later than this it may be otherwise. */
const FRESH_MS = 10_000

export interface ReadyAnswers {
  /** The answer to that question, once; null: ask. */
  take(address: string): Promise<{ readonly body: unknown; readonly headers: Headers } | null>
}

/**
 * @param asked  what the home answered, of which nothing is believed; null where it did not
 * @param nowMs  of a clock that only goes forwards
 */
export function createReadyAnswers(asked: Promise<unknown>, nowMs: () => number): ReadyAnswers {
  const beganMs = nowMs()
  const answers = asked.then(answersOf, () => new Map<string, ReadyAnswer>())
  return {
    async take(address) {
      if (nowMs() - beganMs > FRESH_MS) return null
      const known = await answers
      const answer = known.get(address)
      known.delete(address)
      if (answer === undefined || nowMs() - beganMs > FRESH_MS) return null
      return { body: answer.body, headers: new Headers(answer.link === null ? {} : { link: answer.link }) }
    },
  }
}

function answersOf(start: unknown): Map<string, ReadyAnswer> {
  const list = isObject(start) && Array.isArray(start['answers']) ? (start['answers'] as unknown[]) : []
  return new Map(list.filter(isAnswer).map((answer) => [answer.address, answer]))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const isAnswer = (value: unknown): value is ReadyAnswer =>
  isObject(value) &&
  typeof value['address'] === 'string' &&
  (value['link'] === null || typeof value['link'] === 'string') &&
  value['body'] !== undefined
