/** How much room the disk of a home has, in the steps that change what the home does. @see security rule 115 */

const MEBIBYTE = 1_048_576

/** Below this the owner is warned. */
export const LOW_ROOM_BYTES = 5_120 * MEBIBYTE
/** Below this nothing is cached. */
export const SCARCE_ROOM_BYTES = 1_024 * MEBIBYTE
/** Below this nothing new is taken in: no posts, no files, no activities of others. */
export const NO_ROOM_BYTES = 256 * MEBIBYTE

export type Room = 'enough' | 'low' | 'scarce' | 'none'

export interface DiskFacts {
  /** Null where the file system does not tell; then there is room until a write finds none. */
  readonly freeBytes: number | null
  readonly room: Room
  /** The home keeps its reserve: room that it lets go of so that it can stop in order. */
  readonly hasReserve: boolean
}

const STEPS: readonly (readonly [Room, number])[] = [
  ['none', NO_ROOM_BYTES],
  ['scarce', SCARCE_ROOM_BYTES],
  ['low', LOW_ROOM_BYTES],
]
/** Room has come back when this much more is free than the step says: at its edge the home would else go to and fro. */
const BACK_AT = 1.1

/** @param before  the step that the home was in, which it leaves a little later than it came into it */
export function roomOf(freeBytes: number, before: Room = 'enough'): Room {
  const rank = (room: Room): number => STEPS.findIndex(([name]) => name === room)
  const beforeRank = before === 'enough' ? STEPS.length : rank(before)
  const found = STEPS.find(([, bytes], index) => freeBytes < (index >= beforeRank ? bytes * BACK_AT : bytes))
  return found?.[0] ?? 'enough'
}
