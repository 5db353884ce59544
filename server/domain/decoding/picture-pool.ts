/**
 * Has pictures of elsewhere made as large as screens show them, by a few decoders that live for a while: starting one for each
 * avatar would cost more than the avatar. Each has one picture at a time, so what harms it harms that picture only; it ends
 * after so many pictures, when it has grown, and soon after the last one, so that an idle home spends nothing on it.
 * @see security rules 59, 60
 */
import type { FromDecoder, ShownPicture, ShownUse } from '../../contracts/decoding.ts'
import { describeError } from '../../core/errors.ts'
import type { Logger } from '../../core/log.ts'
import { MEDIA_LIMITS } from '../media/media-types.ts'
import { checkShown } from './check-outcome.ts'
import type { DecoderEnd, DecoderProcess, StartDecoder } from './decoder-process.ts'
import { forkDecoder } from './fork-decoder.ts'

/**
 * `refused`: over a limit, not what it says, or it harmed its decoder; never to be shown. `unreadable`: damaged, as far as
 * this decoder knows. `busy`: nobody has looked at it.
 */
export type Shrunk =
  | ShownPicture
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unreadable' | 'busy' }

export interface PictureToShrink {
  readonly bytes: Buffer
  /** By its first bytes. */
  readonly mediaType: string
  readonly use: ShownUse
}

export interface PicturePool extends AsyncDisposable {
  /** Never throws for what a picture is or does. */
  shrink(picture: PictureToShrink): Promise<Shrunk>
}

export interface PoolLimits {
  /** Decoders at once. */
  readonly decoders: number
  /** Pictures of one decoder. */
  readonly pictures: number
  /** Resident: a decoder that has more after a picture ends, one that has more during one is killed. */
  readonly restingBytes: number
  readonly mostBytes: number
  readonly pictureMs: number
  readonly idleMs: number
  /** Pictures that wait; further ones are told `busy`. */
  readonly waiting: number
}

export const POOL_LIMITS: PoolLimits = {
  decoders: 2,
  pictures: 200,
  restingBytes: 256 * 1_048_576,
  mostBytes: 512 * 1_048_576,
  pictureMs: 10_000,
  idleMs: 15_000,
  waiting: 64,
}

const HEAP_MB = 128
const WATCHED_EVERY_MS = 100
const LIMITS = {
  imagePixels: MEDIA_LIMITS.imagePixels,
  imageSide: MEDIA_LIMITS.imageSide,
  imageFrames: MEDIA_LIMITS.imageFrames,
}

export interface PoolOptions {
  readonly log: Logger
  readonly limits?: PoolLimits
  readonly startDecoder?: StartDecoder
}

export function createPicturePool({
  log,
  limits = POOL_LIMITS,
  startDecoder = forkDecoder,
}: PoolOptions): PicturePool {
  return new Pool({ log, limits, startDecoder })
}

interface Waiting {
  readonly picture: PictureToShrink
  readonly settle: (shrunk: Shrunk) => void
}

class Pool implements PicturePool {
  readonly #options: Required<PoolOptions>
  readonly #decoders = new Set<LivingDecoder>()
  readonly #waiting: Waiting[] = []
  #isClosed = false

  constructor(options: Required<PoolOptions>) {
    this.#options = options
  }

  async shrink(picture: PictureToShrink): Promise<Shrunk> {
    if (this.#isClosed || this.#waiting.length >= this.#options.limits.waiting) return { outcome: 'busy' }
    const { promise, resolve } = Promise.withResolvers<Shrunk>()
    this.#waiting.push({ picture, settle: resolve })
    this.#next()
    return promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const { settle } of this.#waiting.splice(0)) settle({ outcome: 'busy' })
    await Promise.all([...this.#decoders].map(async (decoder) => decoder.end()))
  }

  #next(): void {
    if (this.#waiting.length === 0) return
    const decoder = [...this.#decoders].find(({ isFree }) => isFree) ?? this.#start()
    if (decoder === null) return
    const { picture, settle } = this.#waiting.shift() as Waiting
    void decoder.shrink(picture).then((shrunk) => {
      settle(shrunk)
      this.#next()
    })
  }

  /** Null where there are as many as there may be. */
  #start(): LivingDecoder | null {
    if (this.#decoders.size >= this.#options.limits.decoders) return null
    const decoder = new LivingDecoder(this.#options, () => {
      this.#decoders.delete(decoder)
      this.#next()
    })
    this.#decoders.add(decoder)
    return decoder
  }
}

const TOO_LONG = 'it takes too long to be read'
const TOO_LARGE = 'it needs too much memory to be read'
const BROKEN = 'its decoder died of it'

interface Work {
  readonly picture: PictureToShrink
  readonly startedMs: number
  readonly settle: (shrunk: Shrunk) => void
}

/** One process, from its first picture to its end. */
class LivingDecoder {
  readonly #options: Required<PoolOptions>
  readonly #child: DecoderProcess
  readonly #ended = Promise.withResolvers<void>()
  #work: Work | null = null
  #count = 0
  #toldBytes = 0
  /** Of its whole life. */
  readonly #watch: NodeJS.Timeout
  #idle: NodeJS.Timeout | undefined
  #isEnding = false

  constructor(options: Required<PoolOptions>, whenEnded: () => void) {
    this.#options = options
    this.#child = options.startDecoder({ heapMb: HEAP_MB })
    this.#child.onMessage((message) => this.#hear(message))
    this.#child.onEnd((end) => {
      this.#afterEnd(end)
      this.#ended.resolve()
      whenEnded()
    })
    this.#child.hold(false)
    this.#watch = setInterval(() => this.#look(), WATCHED_EVERY_MS).unref()
  }

  get isFree(): boolean {
    return this.#work === null && !this.#isEnding
  }

  async shrink(picture: PictureToShrink): Promise<Shrunk> {
    clearTimeout(this.#idle)
    const { promise, resolve } = Promise.withResolvers<Shrunk>()
    this.#work = { picture, startedMs: performance.now(), settle: resolve }
    this.#count += 1
    this.#child.hold(true)
    this.#child.send({ ...picture, limits: LIMITS })
    return promise
  }

  /** A picture that it still has says nothing of it by this end: nobody has looked at it. */
  async end(): Promise<void> {
    this.#isEnding = true
    this.#finish({ outcome: 'busy' })
    this.#child.kill()
    return this.#ended.promise
  }

  #afterEnd({ failure, errorText }: DecoderEnd): void {
    this.#isEnding = true
    const { log } = this.#options
    if (failure !== null) log.warn({ event: 'decoder.not_started', error: describeError(failure) })
    else if (this.#work !== null) log.info({ event: 'decoder.died', error: errorText })
    this.#finish(failure === null ? { outcome: 'refused', reason: BROKEN } : { outcome: 'busy' })
    clearInterval(this.#watch)
    clearTimeout(this.#idle)
  }

  #hear(message: FromDecoder): void {
    if (message.type === 'memory') this.#toldBytes = message.rssBytes
    else if (message.type === 'shown')
      this.#finish(checkShown(message.outcome, LIMITS) ?? { outcome: 'refused', reason: BROKEN })
  }

  #finish(shrunk: Shrunk): void {
    const work = this.#work
    if (work === null) return
    this.#work = null
    this.#child.hold(false)
    const { limits } = this.#options
    // What answered with something else than a picture is trusted no further.
    const isSpent = this.#count >= limits.pictures || this.#bytes() > limits.restingBytes
    if (isSpent || (shrunk.outcome === 'refused' && shrunk.reason === BROKEN)) void this.end()
    else this.#idle = setTimeout(() => void this.end(), limits.idleMs).unref()
    work.settle(shrunk)
  }

  #look(): void {
    if (this.#work === null) return
    const { limits, log } = this.#options
    const bytes = this.#bytes()
    const ms = performance.now() - this.#work.startedMs
    if (bytes <= limits.mostBytes && ms <= limits.pictureMs) return
    log.warn({ event: 'decoder.killed', bytes, ms: Math.round(ms) })
    this.#isEnding = true
    this.#finish({ outcome: 'refused', reason: ms > limits.pictureMs ? TOO_LONG : TOO_LARGE })
    void this.end()
  }

  #bytes(): number {
    return this.#child.residentBytes() ?? this.#toldBytes
  }
}
