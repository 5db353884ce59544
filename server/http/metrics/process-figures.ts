/** What is measured of one process, and how those of several become one. Loaded only where figures are offered. */
import { AggregatorRegistry, Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { PoolCounts } from '../../db/pool.ts'
import type { DeliveryCounts } from '../../domain/fan-outs/delivery-counts.ts'
import type { AnsweredRequest } from './measure-requests.ts'

/** Ready bytes take a tenth of a millisecond, an upload minutes. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

const STATEMENTS = 'homebird_pool_statements_total'
const DELIVERIES = 'homebird_deliveries_total'
const POOL: readonly (readonly [string, string, keyof PoolCounts])[] = [
  ['homebird_pool_connections', 'Connections of a process', 'connections'],
  ['homebird_pool_idle', 'Of them, those that nobody uses', 'idle'],
  ['homebird_pool_waiting', 'Callers that wait for a connection', 'waiting'],
]

interface ProcessSource {
  /** `server-0`, `worker-1`. */
  readonly part: string
  readonly poolCounts?: (() => PoolCounts) | undefined
  /** Of a worker. */
  readonly deliveries?: DeliveryCounts
}

export class ProcessFigures {
  readonly #registry = new Registry()
  #requests: Histogram | null = null

  constructor({ part, poolCounts, deliveries }: ProcessSource) {
    this.#registry.setDefaultLabels({ part })
    collectDefaultMetrics({ register: this.#registry })
    if (poolCounts !== undefined) this.#tellPool(poolCounts)
    if (deliveries !== undefined) this.#tellDeliveries(deliveries)
  }

  #tellPool(poolCounts: () => PoolCounts): void {
    const registers = [this.#registry]
    for (const [name, help, count] of POOL) {
      const collect = function collect(this: Gauge): void {
        this.set(poolCounts()[count])
      }
      void new Gauge({ name, help, registers, collect })
    }
    const collect = function collect(this: Counter): void {
      this.reset() // it is counted elsewhere
      this.inc(poolCounts().statements)
    }
    void new Counter({ name: STATEMENTS, help: 'Statements of a process', registers, collect })
  }

  #tellDeliveries(deliveries: DeliveryCounts): void {
    const collect = function collect(this: Counter): void {
      this.reset() // it is counted elsewhere
      for (const [result, count] of Object.entries(deliveries.read())) this.inc({ result }, count)
    }
    const about = { name: DELIVERIES, help: 'Tries to deliver, by how they ended', labelNames: ['result'] }
    void new Counter({ ...about, registers: [this.#registry], collect })
  }

  answered({ listener, method, route, status, seconds }: AnsweredRequest): void {
    this.#requests ??= new Histogram({
      name: 'homebird_http_request_duration_seconds',
      help: 'Requests that a server process has answered',
      labelNames: ['listener', 'method', 'route', 'status'],
      buckets: SECONDS,
      registers: [this.#registry],
    })
    this.#requests.observe({ listener, method, route, status: `${Math.floor(status / 100)}xx` }, seconds)
  }

  /** As plain data, to be told to another process. */
  async read(): Promise<readonly object[]> {
    return this.#registry.getMetricsAsJSON()
  }
}

/** In the text format of Prometheus. @param readings  of processes of different names; what is none is left out */
export async function mergedText(readings: readonly unknown[]): Promise<string> {
  const metrics = readings.filter((reading) => Array.isArray(reading)) as object[][]
  // Each value has its process as a label, so that adding up changes none and loses none.
  const added = metrics.map((reading) => reading.map((metric) => ({ ...metric, aggregator: 'sum' })))
  const text = await AggregatorRegistry.aggregate(added).metrics()
  // What was not measured since the last reading, as the mean of no values: the library writes it otherwise than the format does.
  return text.replaceAll(/ Nan$/gm, ' NaN')
}
