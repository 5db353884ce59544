/**
 * Guesses in which language a draft is written, a moment after the last letter, until the person has said it. A guess that
 * was made stays where nothing better can be said.
 */
import type { Draft } from './draft.ts'
import type { Drafts } from './drafts.ts'

export type Guess = (text: string) => string | null

interface DraftLanguageParts {
  readonly drafts: Pick<Drafts, 'view' | 'current' | 'find' | 'change'>
  /** Loaded when it is first needed. */
  readonly load: () => Promise<Guess>
  readonly clock?: {
    readonly set: (act: () => void, ms: number) => unknown
    readonly clear: (timer: never) => void
  }
}

const AFTER_MS = 400
/** Where so little stands nothing is loaded. */
const LEAST_UNITS = 6

export class DraftLanguage {
  readonly #parts: DraftLanguageParts
  readonly #clock: NonNullable<DraftLanguageParts['clock']>
  #guess: Guess | null = null
  #timer: unknown = null
  /** Text of the draft that was looked at last. */
  #seen = ''

  constructor(parts: DraftLanguageParts) {
    this.#parts = parts
    this.#clock = parts.clock ?? {
      set: (act, ms) => setTimeout(act, ms),
      clear: (timer) => clearTimeout(timer),
    }
    parts.drafts.view.subscribe(() => this.#look())
  }

  /** Before it is sent: with what is known by now, without waiting. */
  settle(id: string): void {
    const draft = this.#parts.drafts.find(id)
    if (draft !== undefined && this.#guess !== null) this.#apply(draft, this.#guess)
  }

  #look(): void {
    const draft = this.#parts.drafts.current()
    const seen = `${draft.id} ${draft.text}`
    if (seen === this.#seen) return
    this.#seen = seen
    this.#clock.clear(this.#timer as never)
    if (!isOpen(draft)) return
    this.#timer = this.#clock.set(() => void this.#guessFor(draft.id), AFTER_MS)
  }

  async #guessFor(id: string): Promise<void> {
    try {
      this.#guess ??= await this.#parts.load()
    } catch {
      return // without it the post has the language of the settings; the next letter tries again
    }
    this.settle(id)
  }

  #apply(draft: Draft, guess: Guess): void {
    if (!isOpen(draft)) return
    const language = guess(draft.text)
    if (language !== null && language !== draft.language) this.#parts.drafts.change({ language }, draft.id)
  }
}

/** The person has said nothing, and there is something to read. */
const isOpen = ({ isLanguageChosen, savedAtMs, text }: Draft): boolean =>
  !isLanguageChosen && savedAtMs !== null && text.length >= LEAST_UNITS
