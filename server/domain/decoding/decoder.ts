/**
 * Starts a decoder for one upload, watches it and takes its answer. Each file has a process of its own that ends with it: an
 * idle home spends no memory on it, nothing that a picture does to it lasts, and there is nothing to start again. It gets the file and
 * no path, and knows neither database nor settings.
 * @see security rules 59, 60
 */
import { open } from 'node:fs/promises'
import type { DecodeOutcome, DecodeRequest, FromDecoder } from '../../contracts/decoding.ts'
import type { Logger } from '../../core/log.ts'
import { checkOutcome } from './check-outcome.ts'
import type { DecoderEnd, DecoderProcess, StartDecoder } from './decoder-process.ts'
import { forkDecoder } from './fork-decoder.ts'

export interface Decoder {
  /**
   * @param path  of a file of this machine
   * @throws the signal's reason when it is aborted, and the system's errors when no process can be started
   */
  decode(path: string, request: DecodeRequest, signal: AbortSignal): Promise<DecodeOutcome>
}

export interface DecoderLimits {
  readonly memoryBytes: number
  /** From its start to its answer. */
  readonly timeMs: number
}

export const DECODER_LIMITS: DecoderLimits = { memoryBytes: 512 * 1_048_576, timeMs: 20_000 }

const WATCHED_EVERY_MS = 100

const TOO_LONG = 'The file takes too long to be read.'
const TOO_LARGE = 'The file needs too much memory to be read.'
const BROKEN = 'The file is damaged and cannot be read.'

export interface DecoderOptions {
  readonly log: Logger
  readonly limits?: DecoderLimits
  readonly startDecoder?: StartDecoder
}

export function createDecoder({
  log,
  limits = DECODER_LIMITS,
  startDecoder = forkDecoder,
}: DecoderOptions): Decoder {
  return {
    async decode(path, request, signal) {
      const file = await open(path, 'r')
      try {
        signal.throwIfAborted()
        const child = startDecoder({ file })
        return await new Reading({ child, request, limits, signal, log }).outcome
      } finally {
        await file.close()
      }
    },
  }
}

interface ReadingParts {
  readonly child: DecoderProcess
  readonly request: DecodeRequest
  readonly limits: DecoderLimits
  readonly signal: AbortSignal
  readonly log: Logger
}

class Reading {
  readonly outcome: Promise<DecodeOutcome>
  readonly #parts: ReadingParts
  readonly #settled = Promise.withResolvers<DecodeOutcome>()
  readonly #startedMs = performance.now()
  #toldBytes = 0
  #isSettled = false

  constructor(parts: ReadingParts) {
    this.#parts = parts
    const { child, request, signal } = parts
    const watch = setInterval(() => this.#watch(), WATCHED_EVERY_MS)
    const abort = (): void => this.#settled.reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    child.onMessage((message) => this.#hear(message))
    child.onEnd((end) => this.#afterEnd(end))
    child.send(request)
    this.outcome = this.#settled.promise.finally(() => {
      this.#isSettled = true
      clearInterval(watch)
      signal.removeEventListener('abort', abort)
      child.kill()
    })
  }

  #hear(message: FromDecoder): void {
    if (message.type === 'memory') this.#toldBytes = message.rssBytes
    else if (message.type === 'done')
      this.#settled.resolve(checkOutcome(message.outcome, this.#parts.request) ?? refused(BROKEN))
  }

  #watch(): void {
    const { limits, log } = this.#parts
    const bytes = this.#parts.child.residentBytes() ?? this.#toldBytes
    const ms = performance.now() - this.#startedMs
    if (bytes <= limits.memoryBytes && ms <= limits.timeMs) return
    log.warn({ event: 'decoder.killed', bytes, ms: Math.round(ms) })
    this.#settled.resolve(refused(ms > limits.timeMs ? TOO_LONG : TOO_LARGE))
  }

  /** Whatever ended it before it could answer was the file. */
  #afterEnd({ failure, code, signal, errorText }: DecoderEnd): void {
    if (failure !== null) this.#settled.reject(failure)
    else if (!this.#isSettled) this.#parts.log.info({ event: 'decoder.died', code, signal, error: errorText })
    this.#settled.resolve(refused(BROKEN))
  }
}

const refused = (reason: string): DecodeOutcome => ({ outcome: 'refused', reason })
