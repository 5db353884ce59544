/** What the completion of threads is made of, its limits, and how an attempt ends. */
import type { Clock } from '../../core/clock.ts'
import type { Logger } from '../../core/log.ts'
import type { Database } from '../../db/pool.ts'
import type { Home } from '../../domain/owner/home.ts'
import type { Dereferencer } from '../dereference.ts'
import type { RemoteCollections } from '../remote-collections.ts'

export interface ThreadParts {
  readonly db: Database
  readonly clock: Clock
  readonly log: Logger
  readonly home: Pick<Home, 'isOwnHost' | 'isBlockedDomain'>
  readonly dereferencer: Pick<Dereferencer, 'readPostDocument' | 'storePosts'>
  readonly collections: Pick<RemoteCollections, 'look'>
  readonly limits: ThreadLimits
}

/** Of one run, over all its attempts; an attempt has its fetch budget. */
export interface ThreadLimits {
  /** Most items of collections that are looked at. */
  readonly maxItems: number
  /** Most pages of collections that are read. */
  readonly maxPages: number
}

/** How an attempt ended. */
export type AttemptEnd =
  /** Nothing is left that this run would read. */
  | { readonly kind: 'done' }
  | { readonly kind: 'more'; readonly afterSeconds: number; readonly reason: string }
