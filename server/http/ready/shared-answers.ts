/**
 * Ready answers in the cache of pages (DEFAULT), which processes may share: what one has made, another need not make. An
 * item says which changes of what it shows its maker had heard of; whoever has heard of others does not take it. A cache
 * that is off or down is a miss, and nothing that depends on who asks is ever here.
 */
import type { Clock } from '../../core/clock.ts'
import type { Cache } from '../../storage/caches/cache.ts'
import type { AnswerTag, ReadyAnswer } from './ready-answer.ts'
import type { ToldChanges } from './told-changes.ts'

/** What was made and stored when this process did not listen yet has ended by then, and the news of it has passed. */
const UNSURE_MS = 75_000
/** Clocks of machines that share a cache differ a little. */
const SKEW_MS = 5_000

export interface FoundAnswer {
  readonly answer: ReadyAnswer
  readonly ageMs: number
}

interface SharedParts {
  readonly cache: Cache
  readonly clock: Clock
  readonly changes: ToldChanges
  readonly lifeMs: number
}

export class SharedAnswers {
  readonly #parts: SharedParts
  #readFromMs = 0

  constructor(parts: SharedParts) {
    this.#parts = parts
    this.doubt()
  }

  /** Changes may have been missed: for a while nothing is taken. */
  doubt(): void {
    this.#readFromMs = this.#parts.clock.monotonicMs() + UNSURE_MS
  }

  async find(key: string): Promise<FoundAnswer | null> {
    const { cache, clock, changes, lifeMs } = this.#parts
    if (clock.monotonicMs() < this.#readFromMs) return null
    const item = await cache.find(key)
    if (item === null) return null
    const { type, etag, storedAt, note = {} } = item.facts
    const ageMs = clock.now().getTime() - storedAt
    const tags = wordsIn(note['tags']) as AnswerTag[]
    if (ageMs < -SKEW_MS || ageMs >= lifeMs || changes.wordsOf(tags) !== note['words']) return null
    const headers = headersFrom(note['headers'])
    const body = headers === null ? null : await item.bytes()
    if (headers === null || body === null) return null
    const modified = String(note['modified'] ?? '')
    const answer: ReadyAnswer = {
      status: note['status'] === 410 ? 410 : 200,
      contentType: type,
      outcome: note['outcome'] === 'public' ? 'public' : 'not public',
      body,
      etag,
      lastModified: modified === '' ? null : modified,
      headers,
      tags,
    }
    return { answer, ageMs: Math.max(0, ageMs) }
  }

  /** @param madeAtMs  when its making began */
  async keep(key: string, answer: ReadyAnswer, madeAtMs: number): Promise<void> {
    const { cache, changes, lifeMs } = this.#parts
    const { contentType, etag, tags, status, outcome, lastModified, headers, body } = answer
    const note = {
      status,
      outcome,
      tags: tags.join(' '),
      words: changes.wordsOf(tags),
      modified: lastModified ?? '',
      headers: JSON.stringify(headers),
    }
    const facts = { type: contentType, etag, storedAt: madeAtMs, note }
    await cache.keep(key, facts, body, { ttlSeconds: lifeMs / 1_000 })
  }
}

/** Null for what no process of this version has written. */
function headersFrom(text: unknown): Record<string, string> | null {
  try {
    const headers: unknown = JSON.parse(String(text))
    const isGood = typeof headers === 'object' && headers !== null && !Array.isArray(headers)
    return isGood ? (headers as Record<string, string>) : null
  } catch {
    return null // not JSON, so not ours
  }
}

const wordsIn = (text: unknown): string[] => (typeof text === 'string' && text !== '' ? text.split(' ') : [])
