/** Ids of rows as the client API gives them: decimal numbers of up to 19 digits, ordered by time. */

/** Negative when `a` is older. */
export function compareIds(a: string, b: string): number {
  return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length
}

/** Both lists as one, newest first, each id at its place: two may overtake each other on the way. */
export function merged(ids: readonly string[], more: readonly string[]): readonly string[] {
  const known = new Set(ids)
  const added = more.filter((id) => !known.has(id))
  if (added.length === 0) return ids
  return [...ids, ...new Set(added)].sort((a, b) => compareIds(b, a))
}

/** The bound below which the id itself is still found. */
export function idAfter(id: string): string {
  return /^\d+$/.test(id) ? (BigInt(id) + 1n).toString() : id
}
