/** Reads server-sent events of a test as they come. */
import type { ClientRequest, IncomingMessage } from 'node:http'

const GIVE_UP_AFTER_MS = 60_000

export interface ReadEvent {
  readonly event: string
  readonly data: string
  /** Where the reader is who has read it. */
  readonly id: string
}

export class EventReader {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** Settles when the other side has ended the stream. */
  readonly ended: Promise<void>
  readonly #request: ClientRequest
  readonly #events: ReadEvent[] = []
  readonly #waiting: Array<(event: ReadEvent) => void> = []
  #text = ''

  constructor({ answer, request }: { answer: IncomingMessage; request: ClientRequest }) {
    this.status = answer.statusCode ?? 0
    this.headers = answer.headers
    this.#request = request
    answer.setEncoding('utf8')
    answer.on('data', (text: string) => this.#take(text))
    this.ended = new Promise((resolve) => {
      answer.once('close', resolve)
    })
    request.on('error', () => {})
  }

  /** The next event that was not read yet. */
  async next(): Promise<ReadEvent> {
    const event = this.#events.shift()
    if (event !== undefined) return event
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(
        () => reject(new Error(`no event came within ${GIVE_UP_AFTER_MS} ms`)),
        GIVE_UP_AFTER_MS,
      )
      this.#waiting.push((came) => {
        clearTimeout(giveUp)
        resolve(came)
      })
    })
  }

  close(): void {
    this.#request.destroy()
  }

  #take(text: string): void {
    this.#text += text
    const blocks = this.#text.split('\n\n')
    this.#text = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1]
      const data = /^data: (.*)$/m.exec(block)?.[1]
      const id = /^id: (.*)$/m.exec(block)?.[1] ?? ''
      if (event === undefined || data === undefined) continue
      const reader = this.#waiting.shift()
      if (reader === undefined) this.#events.push({ event, data, id })
      else reader({ event, data, id })
    }
  }
}
