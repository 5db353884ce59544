/** Decoders that the supervisor starts for children which cannot: each belongs to the child that has asked for it. */
import type { DecoderRequest } from '../contracts/child-message.ts'
import { HomebirdError } from '../core/errors.ts'
import type { LaunchedProcess, Launcher } from './launcher.ts'

/** Four uploads and two pictures of elsewhere at once, and as many that are just ending. */
const MOST_OF_ONE_CHILD = 12
const WORD = /^[\w-]{43}$/
const MOST_HEAP_MB = 512

interface DecoderSources {
  readonly launcher: Launcher
  /** Where the child of this name waits for its decoders. */
  readonly socketOf: (child: string) => string
  readonly line: (name: string, text: string) => void
}

interface StartedDecoder {
  readonly child: string
  readonly process: LaunchedProcess
}

export class Decoders {
  readonly #sources: DecoderSources
  readonly #started = new Map<number, StartedDecoder>()
  #nextId = 1

  constructor(sources: DecoderSources) {
    this.#sources = sources
  }

  /** @throws HomebirdError UNAVAILABLE when the child has as many as it may have */
  answer(child: string, request: DecoderRequest): { readonly id: number } | null {
    if (request.kind === 'decoder') return { id: this.#start(child, request) }
    const decoder = this.#started.get(request.id)
    if (decoder?.child === child) decoder.process.kill('SIGKILL')
    return null
  }

  /** When the child has ended; its next life asks for others. */
  endAllOf(child: string): void {
    for (const decoder of this.#started.values()) if (decoder.child === child) decoder.process.kill('SIGKILL')
  }

  #start(child: string, { word, heapMb }: Extract<DecoderRequest, { readonly kind: 'decoder' }>): number {
    const count = [...this.#started.values()].filter((decoder) => decoder.child === child).length
    if (count >= MOST_OF_ONE_CHILD)
      throw new HomebirdError('UNAVAILABLE', `${child} has ${count} decoders and may have no more`)
    if (!WORD.test(word)) throw new HomebirdError('INTERNAL', `${child} gave its decoder no word`)
    const id = this.#nextId
    this.#nextId += 1
    const name = `decoder-${id}`
    const heapMegabytes = heapMb === null ? null : Math.min(heapMb, MOST_HEAP_MB)
    const process = this.#sources.launcher.launch({ role: 'decoder', name, heapMegabytes })
    this.#started.set(id, { child, process })
    process.onLine((text) => this.#sources.line(name, text))
    process.onEnd(() => this.#started.delete(id))
    process.send({ type: 'decode', socket: this.#sources.socketOf(child), word })
    return id
  }
}
