/** Reads `text/event-stream` as it comes in, in pieces that end anywhere. */

export interface ServerEvent {
  readonly event: string
  readonly data: string
  /** Last id seen so far on this stream, or empty. */
  readonly id: string
}

/** More than any entity of the API: what is longer is dropped, so that a broken server cannot fill the memory. */
const MAX_EVENT_CHARACTERS = 4_000_000

/** @see WHATWG HTML 9.2.6, interpreting an event stream */
export class EventStreamParser {
  readonly #onEvent: (event: ServerEvent) => void
  #rest = ''
  /** Of a line that is too long nothing more is read, until it ends. */
  #isSkipping = false
  #event = ''
  #data: string[] = []
  #length = 0
  #id = ''

  constructor(onEvent: (event: ServerEvent) => void) {
    this.#onEvent = onEvent
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!this.#isSkipping) this.#line(line.endsWith('\r') ? line.slice(0, -1) : line)
      this.#isSkipping = false
    }
    if (this.#isSkipping) this.#rest = ''
    else if (this.#rest.length > MAX_EVENT_CHARACTERS) this.#skipLine()
  }

  /** The event that the line belongs to is dropped with it. */
  #skipLine(): void {
    this.#rest = ''
    this.#isSkipping = true
    this.#length = Number.POSITIVE_INFINITY
  }

  #line(line: string): void {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    if (colon === 0) return undefined // a comment, which only keeps the connection open
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === 'event') this.#event = value
    if (name === 'id') this.#id = value
    if (name === 'data') {
      // The end of a line counts: empty ones fill the memory too.
      this.#length += value.length + 1
      if (this.#length <= MAX_EVENT_CHARACTERS) this.#data.push(value)
    }
    return undefined
  }

  #dispatch(): void {
    const data = this.#data.join('\n')
    const event = this.#event === '' ? 'message' : this.#event
    const isWhole = data !== '' && this.#length <= MAX_EVENT_CHARACTERS
    this.#event = ''
    this.#data = []
    this.#length = 0
    if (isWhole) this.#onEvent({ event, data, id: this.#id })
  }
}
