/**
 * Asks the database whether it has read a page that is not what it wrote: within a minute the owner knows, and can take a
 * backup back before the good ones are too old.
 * @see security rule 119; PostgreSQL manual, pg_stat_database
 */
import type { DatabaseConnection } from '../../contracts/child-message.ts'
import { withClient } from '../../db/connection.ts'

const ASK_EVERY_MS = 30_000

interface DamageWatchOptions {
  /** @throws HomebirdError while the database does not run */
  readonly connection: () => DatabaseConnection
  readonly everyMs?: number
  readonly found: (message: string) => void
}

export class DamageWatch {
  readonly #options: DamageWatchOptions
  #known = 0
  #timer: NodeJS.Timeout | null = null

  constructor(options: DamageWatchOptions) {
    this.#options = options
  }

  /** Within the last day. */
  get hasFound(): boolean {
    return this.#known > 0
  }

  start(): void {
    this.#timer = setInterval(() => void this.look(), this.#options.everyMs ?? ASK_EVERY_MS)
    this.#timer.unref()
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  async look(): Promise<void> {
    const failures = await this.#failures()
    if (failures === null) return
    const isNew = failures > this.#known
    this.#known = failures
    if (!isNew) return
    this.#options.found(
      `the database has read ${failures} damaged page(s): its disk or memory is failing. Keep the newest backup ` +
        'from before, move to another disk, and restore it there: homebird restore',
    )
  }

  async #failures(): Promise<number | null> {
    try {
      const { rows } = await withClient(this.#options.connection(), (client) =>
        client.query<{ failures: string }>(
          `select coalesce(sum(checksum_failures), 0) as failures from pg_stat_database
            where (datname = current_database() or datid = 0)
              and checksum_last_failure > now() - interval '1 day'`,
        ),
      )
      return Number(rows[0]?.failures ?? 0)
    } catch {
      return null // that it is away is told by whoever keeps it running
    }
  }
}
