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

  rose(): void {
    if (this.#reason === null) return
    const { name, scheme, log, notice } = this.#options
    log.info({ event: 'cache.up', cache: name, scheme, after: this.#reason })
    notice('info', `the ${name} cache (${scheme}) works again`)
    this.#reason = null
  }
}
