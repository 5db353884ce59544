/**
 * Answers that are the same for every stranger, kept as ready bytes in memory and in the cache of pages: made once however
 * many ask, dropped in every process when what they show changes, and after a minute in any case, since what others count
 * up shows in them too. A hit costs no statement. Nothing that depends on who asks may ever be made here (rule 83).
 *
 * To serve a page or a feed this way: `const answer = await answers.get({ variant, host, path }, make)`, where `make`
 * gives `readyAnswer({ contentType, document, tags, modifiedAt })` or null for what is not there, then
 * `sendReady(request, reply, answer)`. The name holds everything that the bytes depend on; the tags name what they show.
 */
import { hash, randomUUID } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { describeError } from '../../core/errors.ts'
import type { HttpContext } from '../http-context.ts'
import type { ReadyAnswer } from './ready-answer.ts'
import { SharedAnswers } from './shared-answers.ts'
import { ToldChanges } from './told-changes.ts'

const MOST_ANSWERS = 4_000
const MOST_BYTES = 32 * 1_048_576
/** What an answer costs beside its body. */
const OVERHEAD_BYTES = 1_024
const LIFE_MS = 60_000

export interface AnswerName {
  /** Kind of document, such as `ap`, `html` or `rss`: one word. */
  readonly variant: string
  /** By which the home was asked; an empty one where it changes nothing. */
  readonly host: string
  /** With the query as far as it counts. */
  readonly path: string
}

type Making = Promise<ReadyAnswer | null>
export type AnswerContext = Pick<HttpContext, 'clock' | 'log' | 'listener' | 'home' | 'caches'>

interface Kept {
  readonly answer: ReadyAnswer
  /** As of which change it was made. */
  readonly moment: number
}

export class ReadyAnswers {
  readonly #context: AnswerContext
  readonly #changes: ToldChanges
  readonly #shared: SharedAnswers
  readonly #kept: LRUCache<string, Kept>
  readonly #making = new Map<string, Making>()
  readonly #tagged = new Map<string, Set<string>>()
  /** What was made before is not shown until the news of a write here has come back; null while nothing is awaited. */
  #settling: { since: number; word: string; isAgain: boolean } | null = null

  constructor(context: AnswerContext) {
    this.#context = context
    const { clock, caches } = context
    this.#changes = new ToldChanges(clock)
    this.#shared = new SharedAnswers({
      cache: caches.default,
      clock,
      changes: this.#changes,
      lifeMs: LIFE_MS,
    })
    this.#kept = new LRUCache({
      max: MOST_ANSWERS,
      maxSize: MOST_BYTES,
      // With its compressed forms.
      sizeCalculation: ({ answer }) => Math.ceil(answer.body.length * 1.5) + OVERHEAD_BYTES,
      ttl: LIFE_MS,
      ttlResolution: 0,
      perf: { now: () => clock.monotonicMs() },
      dispose: ({ answer }, key) => this.#untag(key, answer),
    })
    context.listener.subscribe('answers', {
      onNotification: (payload) => this.#hear(payload),
      onConnected: () => this.clear(),
    })
    // What is made here reads facts of the home from memory.
    context.home.onRefreshed(() => this.clear())
  }

  /**
   * @param make  for a stranger, whoever asks; gives null for what is not there, which is not remembered
   * @throws what `make` throws
   */
  async get(name: AnswerName, make: () => Making): Making {
    const key = keyOf(name)
    const kept = this.#kept.get(key)
    if (kept !== undefined && kept.moment >= (this.#settling?.since ?? 0)) return kept.answer
    const running = this.#making.get(key)
    if (running !== undefined) return running
    const making = this.#make(key, make)
    this.#making.set(key, making)
    try {
      return await making
    } finally {
      if (this.#making.get(key) === making) this.#making.delete(key)
    }
  }

  /**
   * After a write that was answered by this process: whoever asks from now on sees it, although the news of what it changed
   * is still on its way. It comes before an empty one that is sent after it, on the same channel.
   */
  settle(): void {
    this.#making.clear()
    const since = this.#changes.tick()
    if (this.#settling !== null) {
      this.#settling = { ...this.#settling, since, isAgain: true }
      return
    }
    this.#await(since)
  }

  /** Forgets all of them. */
  clear(): void {
    this.#changes.forget()
    this.#shared.doubt()
    this.#making.clear()
    this.#kept.clear()
    this.#settling = null
  }

  async #make(key: string, make: () => Making): Making {
    const { moment } = this.#changes
    // What a write here has changed may not be heard of yet, so nothing can be said of what others have made.
    const found = this.#settling === null ? await this.#shared.find(key) : null
    if (found !== null && !this.#changes.isOutdated(moment, found.answer.tags)) {
      this.#keep(key, { answer: found.answer, moment }, LIFE_MS - found.ageMs)
      return found.answer
    }
    const begun = this.#changes.moment
    const madeAtMs = this.#context.clock.now().getTime()
    const answer = await make()
    if (answer !== null && !this.#changes.isOutdated(begun, answer.tags)) {
      this.#keep(key, { answer, moment: begun }, LIFE_MS)
      this.#shared.keep(key, answer, madeAtMs).catch((error: unknown) => {
        this.#context.log.warn({ event: 'answers.keep_failed', error: describeError(error) })
      })
    }
    return answer
  }

  #keep(key: string, kept: Kept, lifeMs: number): void {
    // One that was begun later may have ended sooner.
    if ((this.#kept.peek(key)?.moment ?? 0) > kept.moment) return
    this.#kept.set(key, kept, { ttl: Math.max(1, lifeMs) })
    if (!this.#kept.has(key)) return
    for (const tag of kept.answer.tags) {
      const keys = this.#tagged.get(tag) ?? new Set()
      this.#tagged.set(tag, keys.add(key))
    }
  }

  #untag(key: string, { tags }: ReadyAnswer): void {
    for (const tag of tags) {
      const keys = this.#tagged.get(tag)
      keys?.delete(key)
      if (keys?.size === 0) this.#tagged.delete(tag)
    }
  }

  /** A word, and the tags that it is about: all of them for `*`. */
  #hear(payload: string): void {
    const [word = '', ...tags] = payload.split(' ')
    if (tags.includes('*') || !this.#changes.note(word, tags)) return this.clear()
    this.#making.clear()
    for (const tag of tags) for (const key of this.#tagged.get(tag) ?? []) this.#kept.delete(key)
    const settling = this.#settling
    if (settling === null || settling.word !== word) return
    this.#settling = null
    if (settling.isAgain) this.#await(settling.since)
  }

  #await(since: number): void {
    const word = randomUUID()
    this.#settling = { since, word, isAgain: false }
    this.#context.listener.tell('answers', word).catch((error: unknown) => {
      this.#context.log.warn({ event: 'answers.settle_failed', error: describeError(error) })
      if (this.#settling?.word === word) this.clear()
    })
  }
}

/** Readable in a store that is shared; what is long or strange is hashed. */
function keyOf({ variant, host, path }: AnswerName): string {
  const key = `page_${variant}_${host}${path}`
  if (/^[\x21-\x7e]{1,200}$/.test(key)) return key
  return `page_${variant}_${hash('sha256', key, 'base64url')}`
}

const kept = new WeakMap<object, ReadyAnswers>()

/** One for all plugins of a process. */
export function readyAnswersOf(context: AnswerContext): ReadyAnswers {
  const answers = kept.get(context.listener) ?? new ReadyAnswers(context)
  kept.set(context.listener, answers)
  return answers
}
