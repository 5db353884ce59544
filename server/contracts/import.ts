/** What the window and the private listener say to each other about lists that are brought along from elsewhere. */

import type { BlockLoss } from './moderation.ts'

/** Of one file. */
export const MOST_IMPORT_BYTES = 8 * 1_048_576
export const MOST_IMPORT_LINES = 50_000

export const IMPORT_KINDS = [
  'following',
  'blocks',
  'mutes',
  'domain_blocks',
  'bookmarks',
  'lists',
  'filters',
] as const

export type ImportKind = (typeof IMPORT_KINDS)[number]

export type ImportState = 'working' | 'finished' | 'cancelled'

export interface ImportProgress {
  readonly id: string
  readonly kind: ImportKind
  readonly mode: 'merge' | 'overwrite'
  readonly state: ImportState
  /** Lines that say something; `done + failed + pending` of them. */
  readonly entries: number
  readonly done: number
  readonly failed: number
  readonly pending: number
  /** Lines that say what another line says. */
  readonly repeated: number
  /** What was there before and was taken away, since the file does not name it. */
  readonly removed: number
  readonly createdAt: string
  readonly finishedAt: string | null
}

/** A line that cannot be taken in. */
export interface ImportFlaw {
  readonly line: number
  readonly text: string
  readonly reason: string
}

/** What an import that overwrites takes away. */
export interface ImportLoss {
  readonly count: number
  /** Some of it by name. */
  readonly named: readonly string[]
}

/** What blocking the servers of a file does. */
export interface ImportBlocks {
  /** Servers named that are neither blocked nor allowed yet. */
  readonly fresh: number
  /** The first of all that are named. */
  readonly domains: readonly string[]
  readonly loss: BlockLoss
}

export interface ImportPreview {
  /** Lines that would be taken in. */
  readonly entries: number
  readonly repeated: number
  readonly flawed: number
  /** The first of them. */
  readonly flaws: readonly ImportFlaw[]
  /** Nothing where the mode is `merge`. */
  readonly loss: ImportLoss
  /** Null for every kind but `domain_blocks`. */
  readonly blocks: ImportBlocks | null
}
