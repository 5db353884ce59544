/** What is put into a place, watched: how much it was, and whether it broke by itself, which is no fault of the place. */
import type { Readable } from 'node:stream'
import { asPlaceError } from './place-errors.ts'

export class WatchedSource {
  readonly #source: Readable
  readonly #signal: AbortSignal
  readonly #stop: () => void
  #failure: unknown = null
  /** Read of it so far. */
  size = 0

  /** @param signal  ends the source too, which may be waiting for its next piece */
  constructor(source: Readable, signal: AbortSignal) {
    this.#source = source
    this.#signal = signal
    this.#stop = () => void source.destroy(signal.reason as Error)
    signal.addEventListener('abort', this.#stop, { once: true })
    // Whoever reads it is told; when nobody reads it yet, the signal tells.
    source.on('error', () => undefined)
  }

  async *pieces(): AsyncGenerator<Buffer, void> {
    this.#signal.throwIfAborted()
    try {
      for await (const piece of this.#source as AsyncIterable<Buffer>) {
        this.size += piece.length
        yield piece
      }
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  /** Nothing more of it is wanted. @returns what is to be thrown for this error */
  failed(label: string, error: unknown): unknown {
    this.#source.destroy()
    if (this.#signal.aborted) return this.#signal.reason
    return this.#failure ?? asPlaceError(label, error)
  }

  done(): void {
    this.#signal.removeEventListener('abort', this.#stop)
  }
}
