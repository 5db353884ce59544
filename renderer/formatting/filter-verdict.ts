/** What the reader's filters mean for one post in one place. */
import type { FilterAction, FilterContext, FilterResult } from '../../server/contracts/filter.ts'

export interface FilterVerdict {
  readonly action: FilterAction
  /** Of the filters that say so, as their owner named them. */
  readonly titles: readonly string[]
}

/** The strictest wins: what is hidden once is not warned of. */
const STRICTEST: readonly FilterAction[] = ['hide', 'warn', 'blur']

/** @returns null where nothing of it is filtered here and now */
export function filterVerdict(
  filtered: readonly FilterResult[] | undefined,
  context: FilterContext,
  now: Date,
): FilterVerdict | null {
  const matching = (filtered ?? [])
    .map(({ filter }) => filter)
    .filter((filter) => filter.context.includes(context) && !isOver(filter.expires_at, now))
  const action = STRICTEST.find((one) => matching.some((filter) => filter.filter_action === one))
  if (action === undefined) return null
  const titles = matching.filter((filter) => filter.filter_action === action).map(({ title }) => title)
  return { action, titles: [...new Set(titles)] }
}

function isOver(moment: string | null, now: Date): boolean {
  return moment !== null && Date.parse(moment) <= now.getTime()
}
