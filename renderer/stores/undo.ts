/**
 * What was done and can still be taken back. The deed shows at once; what it means for others (`commit`) happens when
 * the time is over, another deed takes its place, or the window is left.
 */
import { createStore, type Observable, type Store } from './observable.ts'

export interface UndoOffer {
  /** "Post deleted." */
  readonly words: string
  /** Takes it back; nothing has left yet. */
  readonly undo: () => void
  /** Does it for good. A failure is its own business to tell. Absent where it was done already and `undo` reverses it. */
  readonly commit?: () => void
  readonly seconds?: number
}

export interface ShownOffer extends UndoOffer {
  readonly id: number
  readonly seconds: number
}

/** Time to notice, read and reach the button. */
const SECONDS = 8

interface UndoClock {
  readonly set: (act: () => void, ms: number) => unknown
  readonly clear: (timer: never) => void
}

export class Undo {
  readonly #shown: Store<ShownOffer | null> = createStore<ShownOffer | null>(null)
  readonly #clock: UndoClock
  #timer: unknown = null
  #count = 0

  constructor(
    clock: UndoClock = { set: (act, ms) => setTimeout(act, ms), clear: (timer) => clearTimeout(timer) },
  ) {
    this.#clock = clock
  }

  get shown(): Observable<ShownOffer | null> {
    return this.#shown
  }

  offer(offer: UndoOffer): void {
    this.settle()
    this.#count += 1
    const seconds = offer.seconds ?? SECONDS
    this.#shown.set({ ...offer, id: this.#count, seconds })
    this.#wait(seconds)
  }

  /** The time stands still while somebody is at the offer; afterwards it begins anew. */
  hold(): void {
    this.#clock.clear(this.#timer as never)
  }

  release(): void {
    const offer = this.#shown.get()
    if (offer !== null) this.#wait(offer.seconds)
  }

  #wait(seconds: number): void {
    this.#clock.clear(this.#timer as never)
    this.#timer = this.#clock.set(() => this.settle(), seconds * 1_000)
  }

  takeBack(): void {
    const offer = this.#end()
    offer?.undo()
  }

  /** It stays done: also when the window is left. */
  settle(): void {
    const offer = this.#end()
    offer?.commit?.()
  }

  #end(): ShownOffer | null {
    const offer = this.#shown.get()
    this.#clock.clear(this.#timer as never)
    this.#shown.set(null)
    return offer
  }
}
