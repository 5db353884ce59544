/** What the window and the private listener say to each other about leaving for good. */

/**
 * `waiting` can be called off. In `leaving` every server is told, in `erasing` what is left here goes; after `erased` the
 * home only answers that nobody is here any more.
 */
export type FarewellPhase = 'waiting' | 'leaving' | 'erasing' | 'erased'

export interface FarewellProgress {
  readonly phase: FarewellPhase
  /** When it begins. */
  readonly dueAt: string
  readonly begunAt: string | null
  readonly finishedAt: string | null
  /** Addresses of servers that are told; null while they are not counted. */
  readonly inboxes: number | null
  /** Not told yet. */
  readonly waiting: number
  /** Could not be told in a week. */
  readonly failed: number
}

/** What would go. */
export interface FarewellPreview {
  readonly handles: readonly string[]
  readonly posts: number
  readonly followers: number
  readonly following: number
  readonly files: number
  readonly servers: number
}

export interface FarewellFacts {
  /** Null where nobody leaves. */
  readonly progress: FarewellProgress | null
  readonly preview: FarewellPreview
}

/** How long it waits, in hours. */
export const FAREWELL_WAIT_HOURS = 24
