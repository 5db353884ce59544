/** Looks through the parts of Homebird by name and by licence. */
import type { LicencedPart } from '../../server/contracts/licences.ts'

/** @param words  parts that have all of them, in any case, in their name or licence */
export function findParts(parts: readonly LicencedPart[], words: string): readonly LicencedPart[] {
  const wanted = words.toLowerCase().split(/\s+/)
  return parts.filter(({ name, licence }) => {
    const text = `${name} ${licence ?? ''}`.toLowerCase()
    return wanted.every((word) => text.includes(word))
  })
}
