/** Finds the files of posts in their archive: what a post calls a file and what the archive calls it differ in their beginnings. */

export type FindFile = (source: string) => string | null

/** @param names  of all files in the archive */
export function fileFinder(names: Iterable<string>): FindFile {
  const byBase = new Map<string, string[]>()
  for (const name of names) {
    const base = baseOf(name)
    const same = byBase.get(base)
    if (same === undefined) byBase.set(base, [name])
    else same.push(name)
  }
  return (source) => {
    const path = pathOf(source)
    const candidates = byBase.get(baseOf(path)) ?? []
    const [best, second] = candidates
      .map((name) => ({ name, common: commonEnd(name, path) }))
      .toSorted((a, b) => b.common - a.common)
    if (best === undefined) return null
    // A name that is like many others says nothing by itself.
    const isSure = second === undefined || best.common > second.common
    return isSure ? best.name : null
  }
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

function pathOf(source: string): string {
  const path = URL.parse(source)?.pathname ?? source
  try {
    return decodeURIComponent(path)
  } catch {
    // No escapes, then, but signs of a name.
    return path
  }
}

/** How many folders, from the file on, are called the same. */
function commonEnd(one: string, other: string): number {
  const [a, b] = [one.split('/').toReversed(), other.split('/').toReversed()]
  let count = 0
  while (count < a.length && count < b.length && a[count] === b[count]) count += 1
  return count
}
