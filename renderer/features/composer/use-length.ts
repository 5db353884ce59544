/** How long the draft is by the home's limits, and whether it can go as it is. */
import { countCharacters } from '../../formatting/count-characters.ts'
import { useInstance } from '../../hooks/use-facts.ts'
import type { Draft } from '../../stores/draft.ts'

/** Until the home has told its limits, those that every server knows. */
const FIRST_LIMITS = { max_characters: 500, characters_reserved_per_url: 23 }

export interface DraftLength {
  /** Characters that still fit; negative when it is too long. */
  readonly left: number
  readonly isEmpty: boolean
}

export function useLength({ text, warning, hasWarning, media }: Draft): DraftLength {
  const { data } = useInstance()
  const limits = data?.configuration.statuses ?? FIRST_LIMITS
  const perLink = limits.characters_reserved_per_url
  const count = countCharacters(text, perLink) + (hasWarning ? countCharacters(warning, perLink) : 0)
  return { left: limits.max_characters - count, isEmpty: text.trim() === '' && media.length === 0 }
}

/** A poll can be asked: two different options at least. */
export function isPollWhole({ poll }: Draft): boolean {
  if (poll === null) return true
  const options = poll.options.map((one) => one.trim()).filter((one) => one !== '')
  return options.length >= 2 && new Set(options).size === options.length
}
