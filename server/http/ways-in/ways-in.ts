/** The listeners that a server has for tunnels besides its own: opened, closed and exchanged while it runs. */
import type { FastifyInstance } from 'fastify'
import type { ListenAddress } from '../../contracts/listen-address.ts'
import type { WayIn } from '../../contracts/way-in.ts'
import type { Logger } from '../../core/log.ts'
import { HomebirdError, describeError } from '../../core/errors.ts'
import { type OpenWayIn, openWayIn } from './open-way-in.ts'

export interface WaysInOutcome {
  /** Of those that are open, ports resolved. */
  readonly addresses: readonly ListenAddress[]
  /** Why others are not. */
  readonly refusals: readonly string[]
}

interface WaysInOptions {
  readonly log: Logger
  /** Several servers share what is no socket. */
  readonly shared: boolean
}

export class WaysIn {
  readonly #app: FastifyInstance
  readonly #options: WaysInOptions
  readonly #open = new Map<string, OpenWayIn>()
  #work: Promise<unknown> = Promise.resolve()

  constructor(app: FastifyInstance, options: WaysInOptions) {
    this.#app = app
    this.#options = options
  }

  /**
   * What stays the same stays open. One that cannot be opened is told and left out: the home is served without it; asked
   * for the same again, it is tried again.
   */
  async change(ways: readonly WayIn[]): Promise<WaysInOutcome> {
    const changing = this.#work.then(async () => this.#change(ways))
    // What failed is told to whoever asked for it; the next change only waits for its end.
    this.#work = changing.catch(() => undefined)
    return changing
  }

  async close(): Promise<void> {
    await this.change([])
  }

  async #change(ways: readonly WayIn[]): Promise<WaysInOutcome> {
    const refusals: string[] = []
    const wanted = new Map(ways.map((way) => [JSON.stringify(way), way]))
    for (const [name, open] of this.#open) {
      if (wanted.has(name)) continue
      this.#open.delete(name)
      await open[Symbol.asyncDispose]()
    }
    for (const [name, way] of wanted) {
      if (this.#open.has(name)) continue
      try {
        const shared = this.#options.shared && way.address.kind === 'tcp'
        this.#open.set(name, await openWayIn(this.#app, way, { log: this.#options.log, shared }))
      } catch (error) {
        this.#options.log.error({ event: 'way_in.failed', way: way.name, address: way.address, error })
        refusals.push(error instanceof HomebirdError ? error.message : describeError(error))
      }
    }
    return { addresses: [...this.#open.values()].map(({ address }) => address), refusals }
  }
}
