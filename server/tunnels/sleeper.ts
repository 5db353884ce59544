/** A pause that can be ended from elsewhere. */

export type Wait = (ms: number, signal: AbortSignal) => Promise<void>

export class Sleeper {
  readonly #wait: Wait
  #pause: AbortController | null = null

  constructor(wait: Wait) {
    this.#wait = wait
  }

  /** @returns whether the whole time went by; false when it was woken or aborted */
  async sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    const pause = new AbortController()
    this.#pause = pause
    try {
      await this.#wait(ms, AbortSignal.any([signal, pause.signal]))
      return true
    } catch (error) {
      if (pause.signal.aborted || signal.aborted) return false
      throw error
    } finally {
      this.#pause = null
    }
  }

  wake(): void {
    this.#pause?.abort()
  }
}
