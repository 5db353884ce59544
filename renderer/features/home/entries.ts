/** What the list shows, from what the timeline knows. */
import type { TimelineView } from '../../stores/home-timeline.ts'
import { compareIds } from '../../stores/ids.ts'
import { isMark } from '../posts/entries.ts'

/** The line between what is new and what was there when the reader left. */
export const LEFT_HERE = 'left-here'

type Known = Pick<TimelineView, 'ids' | 'groups' | 'gaps' | 'leftAt'>

/**
 * Ids from new to old, one for each entry, with the gaps by their names, and the line where it is of use: when something
 * newer stands above it.
 */
export function entriesOf({ ids, groups, gaps, leftAt }: Known): readonly string[] {
  const entries: string[] = ids.filter((id) => groups.has(id))
  for (const gap of gaps) insertAbove(entries, gap.name, (id) => compareIds(id, gap.above) < 0)
  if (leftAt !== null && entries.some((id) => !isMark(id) && compareIds(id, leftAt.id) > 0)) {
    insertAbove(entries, LEFT_HERE, (id) => compareIds(id, leftAt.id) <= 0)
  }
  return entries
}

/** Puts a mark above the first post that is so; nowhere if none is. */
function insertAbove(entries: string[], mark: string, isBelow: (id: string) => boolean): void {
  const place = entries.findIndex((entry) => !isMark(entry) && isBelow(entry))
  if (place >= 0) entries.splice(place, 0, mark)
}

/**
 * How many posts are newer than the newest that was on the screen.
 * @param isOwn  what the reader did is no news
 */
export function unseenCount(
  entries: readonly string[],
  newestSeen: string | null,
  isOwn: (id: string) => boolean,
): number {
  const place = newestSeen === null ? 0 : Math.max(0, entries.indexOf(newestSeen))
  return entries.slice(0, place).filter((entry) => !isMark(entry) && !isOwn(entry)).length
}
