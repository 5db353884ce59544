/** What a home offers Prometheus: figures of the home as a whole, and of each of its processes. Loaded only where it is asked for. */
import { Registry } from 'prom-client'
import type { AnsweredRequest, Figures } from './measure-requests.ts'
import { type FigureSource, HomeFigures } from './home-figures.ts'
import { ProcessFigures, mergedText } from './process-figures.ts'

/** @param part  the name of this process */
export function openFigures(source: FigureSource, part = 'server-0'): Figures {
  return new ServerFigures(source, part)
}

class ServerFigures implements Figures {
  readonly #registry = new Registry()
  readonly #home: HomeFigures
  readonly #source: FigureSource
  readonly #own: ProcessFigures
  #reading: Promise<string> | null = null

  constructor(source: FigureSource, part: string) {
    this.#source = source
    this.#home = new HomeFigures(this.#registry, source)
    this.#own = new ProcessFigures({ part, poolCounts: source.poolCounts })
  }

  answered(request: AnsweredRequest): void {
    this.#own.answered(request)
  }

  async own(): Promise<readonly object[]> {
    return this.#own.read()
  }

  /** Whoever asks while it is read gets the same. */
  async text(): Promise<string> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #read(): Promise<string> {
    const [, others] = await Promise.all([this.#home.read(), this.#others()])
    const ofHome = await this.#registry.metrics()
    return `${ofHome}\n${await mergedText([await this.own(), ...others])}`
  }

  /** A process that does not answer is absent, and so are all while the supervisor is busy. */
  async #others(): Promise<readonly unknown[]> {
    const { supervision, log } = this.#source
    try {
      return (await supervision?.figures()) ?? []
    } catch (error) {
      log.warn({ event: 'metrics.own_process_only', error })
      return []
    }
  }
}
