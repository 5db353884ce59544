/** What the reader has opened, by name: it stays open though the post leaves the page and comes back. */

export type Opened = ReadonlySet<string>

/** A post's warning has the id itself as its name. */
export const OPENED = {
  warning: (id: string): string => id,
  media: (id: string): string => `media ${id}`,
  /** All lines of a long text. */
  text: (id: string): string => `text ${id}`,
  /** Of the post inside it: its warning, or what a block or a filter covers. */
  quote: (id: string): string => `quote ${id}`,
  /** A post that a filter covers. */
  covered: (id: string): string => `covered ${id}`,
} as const

export function toggled(names: Opened, name: string): Opened {
  const next = new Set(names)
  if (!next.delete(name)) next.add(name)
  return next
}
