/** How a part of the home does, in the words of the window. */
import type { PartState } from '../contracts/appliance-status.ts'

export type { PartState, PartStatus } from '../contracts/appliance-status.ts'

/** A part is well when it does its work, be it slowly. */
export function isWell(state: PartState): boolean {
  return state === 'Running' || state === 'Slow'
}
