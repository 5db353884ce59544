/** Whether the store of a cache does its work. It is said once when it stops and once when it goes on. */
import type { CacheName, CacheScheme } from '../../contracts/caches.ts'
import type { Logger } from '../../core/log.ts'

/** A sentence for the journal of the appliance. */
export type Notice = (level: 'info' | 'warn', message: string) => void

export interface HealthOptions {
  readonly name: CacheName
  readonly scheme: CacheScheme
  readonly log: Logger
  readonly notice: Notice
}

export class Health {
  readonly #options: HealthOptions
  #reason: string | null = null
  readonly #refusals = new Set<string>()

  constructor(options: HealthOptions) {
    this.#options = options
  }

  get isUp(): boolean {
    return this.#reason === null
  }

  /** @param reason  such as `the disk is full`; never with a password in it */
  fell(reason: string): void {
    const { name, scheme, log, notice } = this.#options
    const isNews = this.#reason === null
    this.#reason = reason
    if (!isNews) return
    log.warn({ event: 'cache.down', cache: name, scheme, reason })
    notice(
      'warn',
      `the ${name} cache (${scheme}) keeps nothing for now: ${reason}; the home goes on without it`,
    )
  }

  /** The store works and will not do something: out of memory, no right to. Said once for each first word of its answer. */
  refused(message: string): void {
    const { name, scheme, log, notice } = this.#options
    const [kind = ''] = message.split(' ')
    if (this.#refusals.has(kind)) return
    this.#refusals.add(kind)
    log.warn({ event: 'cache.refused', cache: name, scheme, message })
    notice('warn', `the store of the ${name} cache (${scheme}) refused something: ${message.slice(0, 200)}`)
  }

  rose(): void {
    if (this.#reason === null) return
    const { name, scheme, log, notice } = this.#options
    log.info({ event: 'cache.up', cache: name, scheme, after: this.#reason })
    notice('info', `the ${name} cache (${scheme}) works again`)
    this.#reason = null
  }
}
