/** What is measured in a server process and read by Prometheus. Loaded only where figures are offered. */
import { Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { AnsweredRequest, Figures } from './measure-requests.ts'
import { type FigureSource, HomeFigures } from './home-figures.ts'

/** Ready bytes take a tenth of a millisecond, an upload minutes. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

export function openFigures(source: FigureSource): Figures {
  return new ProcessFigures(source)
}

class ProcessFigures implements Figures {
  readonly #registry = new Registry()
  readonly #home: HomeFigures
  readonly #requests: Histogram
  #reading: Promise<string> | null = null

  constructor(source: FigureSource) {
    collectDefaultMetrics({ register: this.#registry })
    this.#home = new HomeFigures(this.#registry, source)
    this.#requests = new Histogram({
      name: 'homebird_http_request_duration_seconds',
      help: 'Requests that this server process has answered',
      labelNames: ['listener', 'method', 'route', 'status'],
      buckets: SECONDS,
      registers: [this.#registry],
    })
  }

  answered({ listener, method, route, status, seconds }: AnsweredRequest): void {
    this.#requests.observe({ listener, method, route, status: `${Math.floor(status / 100)}xx` }, seconds)
  }

  /** Whoever asks while it is read gets the same. */
  async text(): Promise<string> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
    })
    return this.#reading
  }

  async #read(): Promise<string> {
    await this.#home.read()
    return this.#registry.metrics()
  }
}
