/** A home that comes from another computer, as the window of the new one is told of it. */
import type { OfferedHome } from './hand-over.ts'
import type { KeeperProgress } from './keeping.ts'

/** How far a new home is with becoming the one of another computer. */
export type TakingState =
  | { readonly phase: 'none' }
  /** Nothing has come yet: the owner looks at what would. */
  | { readonly phase: 'paired'; readonly home: OfferedHome }
  /** Nobody went on for so long that the other home was let go of. */
  | { readonly phase: 'lapsed' }
  /** Bytes, of roughly how many. */
  | { readonly phase: 'coming'; readonly done: number; readonly total: number }
  | { readonly phase: 'restoring'; readonly progress: KeeperProgress | null }
  | { readonly phase: 'failed'; readonly message: string }
