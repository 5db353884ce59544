/** Lets so many through at once; the others wait in the order of their coming. */
import { setImmediate as turn } from 'node:timers/promises'

export class Gate {
  readonly #places: number
  #free: number
  readonly #waiting: (() => void)[] = []
  readonly #patient: (() => void)[] = []

  constructor(places: number) {
    this.#places = places
    this.#free = places
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  /** Resolves when nobody is inside, and nobody has come at once to take the place. */
  async isEmpty(): Promise<void> {
    do {
      if (this.#free < this.#places) await new Promise<void>((resolve) => this.#patient.push(resolve))
      await turn()
    } while (this.#free < this.#places)
  }

  #leave(): void {
    const next = this.#waiting.shift()
    if (next !== undefined) return next()
    this.#free += 1
    if (this.#free < this.#places) return
    for (const goOn of this.#patient.splice(0)) goOn()
  }
}
