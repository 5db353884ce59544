/**
 * Finds any number of phrases in one pass over a text, whatever both hold: no phrase is a pattern.
 * @see A. V. Aho, M. J. Corasick: Efficient string matching, 1975
 */

/** Units of UTF-16: an edge is named by its state and one of them. */
const UNITS = 65_536
const ROOT = 0

interface State {
  /** Of the longest phrase beginning that this one ends with. */
  fallback: number
  /** Phrase that ends here, or -1. */
  phrase: number
  /** Next state on the way of fallbacks where a phrase ends, or the root. */
  nextEnd: number
}

export class PhraseFinder {
  readonly #edges = new Map<number, number>()
  readonly #states: State[] = [{ fallback: ROOT, phrase: -1, nextEnd: ROOT }]
  readonly #lengths: number[] = []

  /** @param phrases  each once, none of them empty */
  constructor(phrases: readonly string[]) {
    for (const [index, phrase] of phrases.entries()) this.#add(phrase, index)
    this.#linkFallbacks()
  }

  /** Calls `found` for each place of each phrase, ends in ascending order, until it says false. */
  find(text: string, found: (phrase: number, start: number, end: number) => boolean): void {
    let state = ROOT
    for (let place = 0; place < text.length; place += 1) {
      state = this.#step(state, text.charCodeAt(place))
      for (let at = state; at !== ROOT; at = this.#stateAt(at).nextEnd) {
        const { phrase } = this.#stateAt(at)
        const start = place + 1 - (this.#lengths[phrase] ?? 0)
        if (phrase !== -1 && !found(phrase, start, place + 1)) return
      }
    }
  }

  #add(phrase: string, index: number): void {
    let state = ROOT
    for (let place = 0; place < phrase.length; place += 1) {
      const edge = state * UNITS + phrase.charCodeAt(place)
      const known = this.#edges.get(edge)
      state = known ?? this.#states.push({ fallback: ROOT, phrase: -1, nextEnd: ROOT }) - 1
      if (known === undefined) this.#edges.set(edge, state)
    }
    this.#stateAt(state).phrase = index
    this.#lengths[index] = phrase.length
  }

  /** States are looked at in the order of their depth, so that the fallback of the one before is always known. */
  #linkFallbacks(): void {
    const edgesOf = new Map<number, Array<readonly [unit: number, to: number]>>()
    for (const [edge, to] of this.#edges) {
      const from = Math.floor(edge / UNITS)
      const edges = edgesOf.get(from) ?? []
      edgesOf.set(from, edges)
      edges.push([edge % UNITS, to])
    }
    const line = [ROOT]
    for (const from of line) {
      for (const [unit, to] of edgesOf.get(from) ?? []) {
        const state = this.#stateAt(to)
        state.fallback = from === ROOT ? ROOT : this.#step(this.#stateAt(from).fallback, unit)
        const fallback = this.#stateAt(state.fallback)
        state.nextEnd = fallback.phrase === -1 ? fallback.nextEnd : state.fallback
        line.push(to)
      }
    }
  }

  #step(from: number, unit: number): number {
    for (let state = from; ; state = this.#stateAt(state).fallback) {
      const next = this.#edges.get(state * UNITS + unit)
      if (next !== undefined) return next
      if (state === ROOT) return ROOT
    }
  }

  #stateAt(index: number): State {
    const state = this.#states[index]
    if (state === undefined) throw new RangeError(`no state ${index}`)
    return state
  }
}
