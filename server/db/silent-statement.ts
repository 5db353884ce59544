/**
 * Ends the connection of a statement that is not answered: its socket is half open, or the database is frozen, and no time-out
 * of the database will ever come. What waits for it fails as when the database is away, and the pool opens another one.
 * @see security rule 108
 */
import type pg from 'pg'

/** What takes as long as it takes: the upkeep of tables, which the database does not limit either when it is told so. */
const UNBOUNDED = /^\s*(?:vacuum|analyze|reindex|cluster|create\s+(?:unique\s+)?index)\b/i
/** Whoever sets the database's own limit knows better. */
const OWN_LIMIT = /\bstatement_timeout\b/i

export class SilenceGuard {
  readonly #limitMs: number
  readonly #unguarded = new WeakSet<pg.PoolClient>()

  /** @param limitMs  longer than the time after which the database itself ends a statement */
  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  /** @param text  of the statement; what is no text is a stream that is watched by whoever reads it */
  async watch<T>(client: pg.PoolClient, text: unknown, sent: Promise<T>): Promise<T> {
    if (typeof text !== 'string' || UNBOUNDED.test(text) || this.#setsOwnLimit(client, text)) return sent
    const timer = setTimeout(() => socketOf(client)?.destroy(), this.#limitMs)
    try {
      return await sent
    } finally {
      clearTimeout(timer)
    }
  }

  #setsOwnLimit(client: pg.PoolClient, text: string): boolean {
    if (OWN_LIMIT.test(text)) this.#unguarded.add(client)
    return this.#unguarded.has(client)
  }
}

/** The driver ends everything that waits for a connection when its socket closes. */
function socketOf(client: pg.PoolClient): pg.Connection['stream'] | undefined {
  return (client as pg.PoolClient & { readonly connection?: pg.Connection }).connection?.stream
}
