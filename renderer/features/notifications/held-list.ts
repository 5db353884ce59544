/** What is read does not move: while the reader is below the top, new groups wait above until the top is reached again. */
import { compareIds } from '../../stores/ids.ts'
import type { NoticeGroup } from '../../stores/notice-groups.ts'

export interface HeldList {
  readonly shown: readonly NoticeGroup[]
  /** How many wait above. */
  readonly arrived: number
}

/** @param held  the list as it was when the top was left; null at the top */
export function heldList(groups: readonly NoticeGroup[], held: readonly NoticeGroup[] | null): HeldList {
  const newest = held?.[0]
  const oldest = held?.at(-1)
  if (held === null || newest === undefined || oldest === undefined) return { shown: groups, arrived: 0 }
  const now = new Map(groups.map((group) => [group.key, group]))
  const isNew = ({ newestId }: NoticeGroup): boolean => compareIds(newestId, newest.newestId) > 0
  // What was put away goes at once; what grew meanwhile stays in its place as it was.
  const kept = held.filter(({ key }) => now.has(key))
  const below = groups.filter(({ newestId }) => compareIds(newestId, oldest.newestId) < 0)
  return { shown: [...kept, ...below], arrived: groups.filter(isNew).length }
}
