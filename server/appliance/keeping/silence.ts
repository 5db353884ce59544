/**
 * Tells when somebody has said nothing for too long while this machine was awake: it counts steps of a timer, each of which is one
 * however late it comes. What was asleep with the machine has not been silent.
 */
const STEPS = 120

export class Silence {
  readonly #timer: NodeJS.Timeout
  #steps = 0

  /** @param tooLong  called once */
  constructor(limitMs: number, tooLong: () => void) {
    this.#timer = setInterval(() => {
      this.#steps += 1
      if (this.#steps < STEPS) return
      clearInterval(this.#timer)
      tooLong()
    }, limitMs / STEPS)
  }

  heard(): void {
    this.#steps = 0
  }

  end(): void {
    clearInterval(this.#timer)
  }
}
