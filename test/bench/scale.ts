/** How much a run measures: all of it, or enough to see whether something went wrong. */
import type { SeedStore } from './seeded-home.ts'

export interface Scale {
  /** Of the requests of a full run. */
  readonly share: number
  /** Posts of the small library and of the large one. */
  readonly posts: readonly [number, number]
  /** Followers of the small crowd and of the large one. */
  readonly followers: readonly [number, number]
}

export const FULL: Scale = { share: 1, posts: [10_000, 1_000_000], followers: [1_000, 100_000] }
export const QUICK: Scale = { share: 0.1, posts: [1_000, 20_000], followers: [200, 4_000] }

/** What a workload is given. */
export interface Bench {
  readonly scale: Scale
  readonly seeds: SeedStore
  /** A workload of many parts begins no more of them without, and tells what it has. */
  readonly hasTime: () => boolean
}
