/** A text that saves itself a moment after the last letter; what is typed is never lost by a failure. */
import { type ApiFailure, toFailure } from '../api/failure.ts'
import { createStore, type Observable, type Store } from './observable.ts'

export type SaveState =
  | { readonly phase: 'idle' | 'waiting' | 'saving' | 'saved' }
  | { readonly phase: 'failed'; readonly failure: ApiFailure }

interface AutoSaveParts {
  readonly save: (text: string) => Promise<unknown>
  readonly afterMs?: number
  readonly clock?: {
    readonly set: (act: () => void, ms: number) => unknown
    readonly clear: (timer: never) => void
  }
}

const AFTER_MS = 800

export class AutoSave {
  readonly #save: AutoSaveParts['save']
  readonly #afterMs: number
  readonly #clock: NonNullable<AutoSaveParts['clock']>
  readonly #state: Store<SaveState> = createStore<SaveState>({ phase: 'idle' })
  #timer: unknown = null
  /** Not saved yet; null where everything is. */
  #pending: string | null = null
  #isSaving = false

  constructor({ save, afterMs = AFTER_MS, clock }: AutoSaveParts) {
    this.#save = save
    this.#afterMs = afterMs
    this.#clock = clock ?? {
      set: (act, ms) => setTimeout(act, ms),
      clear: (timer) => clearTimeout(timer),
    }
  }

  get state(): Observable<SaveState> {
    return this.#state
  }

  type(text: string): void {
    this.#pending = text
    if (!this.#isSaving) this.#state.set({ phase: 'waiting' })
    this.#clock.clear(this.#timer as never)
    this.#timer = this.#clock.set(() => void this.flush(), this.#afterMs)
  }

  /** Saves now what is not saved: when the field is left, or its page. One request at a time, the last text wins. */
  async flush(): Promise<void> {
    this.#clock.clear(this.#timer as never)
    if (this.#isSaving) return
    this.#isSaving = true
    try {
      while (this.#pending !== null) {
        const text = this.#pending
        this.#state.set({ phase: 'saving' })
        await this.#save(text)
        if (this.#pending === text) this.#pending = null
        this.#state.set({ phase: 'saved' })
      }
    } catch (error) {
      this.#state.set({ phase: 'failed', failure: toFailure(error) })
    } finally {
      this.#isSaving = false
    }
  }
}
