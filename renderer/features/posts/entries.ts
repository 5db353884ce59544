/** What stands in a list of posts: posts by their ids, and marks between them, which no id looks like. */

export function isMark(entry: string): boolean {
  return !/^\d/.test(entry)
}

/** The entry that follows in a direction, stepping over marks; the same one at an end. */
export function neighbour(entries: readonly string[], current: string | null, step: 1 | -1): string | null {
  const start = current === null ? -1 : entries.indexOf(current)
  for (let index = start + step; index >= 0 && index < entries.length; index += step) {
    const id = entries[index]
    if (id !== undefined && !isMark(id)) return id
  }
  return current
}
