/** Events that come by callbacks, read one after the other. */

export class EventFeed<Event> {
  readonly #events: Event[] = []
  #wake: () => void = () => undefined
  #hasEnded = false

  push(event: Event): void {
    if (this.#hasEnded) return
    this.#events.push(event)
    this.#wake()
  }

  /** What was pushed before is read still. */
  end(): void {
    this.#hasEnded = true
    this.#wake()
  }

  async *read(): AsyncGenerator<Event, void> {
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) yield event
      else if (this.#hasEnded) return
      else await this.#more()
    }
  }

  async #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#wake = () => resolve(undefined)
    await promise
  }
}
