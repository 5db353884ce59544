/** Which warnings, covered media and filtered posts the reader has opened, by names such as `112` and `media 112`. */

export function toggled(names: ReadonlySet<string>, name: string): ReadonlySet<string> {
  const next = new Set(names)
  if (!next.delete(name)) next.add(name)
  return next
}
