/**
 * Tokens that were looked up a moment ago. They are kept for four seconds, or until some process says that sessions
 * changed: a revoked token is refused within five seconds everywhere.
 * @see security rule 74
 */
import { boundedMap } from '../../core/bounded-map.ts'
import type { Listener } from '../../db/listen.ts'
import type { Database } from '../../db/pool.ts'
import { type Grant, findGrant } from '../../domain/oauth/tokens.ts'
import type { HttpContext } from '../http-context.ts'

const KEPT_MS = 4_000
const KEPT_TOKENS = 1_000

export class GrantCache {
  readonly #db: Database
  readonly #kept = boundedMap<string, { readonly grant: Grant }>({ max: KEPT_TOKENS, ttl: KEPT_MS })
  /** Grows with every change, so that an answer that was on its way is not kept. */
  #changes = 0

  constructor(db: Database, listener: Pick<Listener, 'subscribe'>) {
    this.#db = db
    listener.subscribe('changed', {
      onNotification: (what) => {
        if (what === 'sessions') this.clear()
      },
      onConnected: () => this.clear(),
    })
  }

  /** Null for a token that is not good (any more). */
  async find(token: string): Promise<Grant | null> {
    const kept = this.#kept.get(token)
    if (kept !== undefined) return kept.grant
    const changes = this.#changes
    const grant = await findGrant(this.#db, token)
    if (grant !== null && changes === this.#changes) this.#kept.set(token, { grant })
    return grant
  }

  /** Also called by what revokes, so that its own process never waits for the news. */
  clear(): void {
    this.#changes += 1
    this.#kept.clear()
  }
}

const caches = new WeakMap<object, GrantCache>()

/** One cache for all plugins of a process. */
export function grantCacheOf(context: Pick<HttpContext, 'db' | 'listener'>): GrantCache {
  const kept = caches.get(context.listener)
  if (kept !== undefined) return kept
  const cache = new GrantCache(context.db, context.listener)
  caches.set(context.listener, cache)
  return cache
}
