/** What the list shows, from what the timeline knows. */
import type { TimelineView } from '../../stores/home-timeline.ts'

/** The line between what is new and what was there when the reader left. */
export const LEFT_HERE = 'left-here'

/** Ids from new to old, with the line where it is of use: when something newer stands above it. */
export function entriesOf({ ids, leftAtId }: Pick<TimelineView, 'ids' | 'leftAtId'>): readonly string[] {
  const place = leftAtId === null ? -1 : ids.indexOf(leftAtId)
  return place <= 0 ? ids : [...ids.slice(0, place), LEFT_HERE, ...ids.slice(place)]
}

/**
 * How many posts are newer than the newest that was on the screen.
 * @param isOwn  what the reader did is no news
 */
export function unseenCount(
  ids: readonly string[],
  newestSeen: string | null,
  isOwn: (id: string) => boolean,
): number {
  const place = newestSeen === null ? 0 : Math.max(0, ids.indexOf(newestSeen))
  return ids.slice(0, place).filter((id) => !isOwn(id)).length
}

/** The entry that follows in a direction, stepping over the line; the same one at an end. */
export function neighbour(entries: readonly string[], current: string | null, step: 1 | -1): string | null {
  const start = current === null ? -1 : entries.indexOf(current)
  for (let index = start + step; index >= 0 && index < entries.length; index += step) {
    const id = entries[index]
    if (id !== undefined && id !== LEFT_HERE) return id
  }
  return current
}
