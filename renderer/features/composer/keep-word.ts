/** Which of all that could be said of how far the home has a draft is said: what needs care first. */
import { type Draft, isWorthKeeping } from '../../stores/draft.ts'
import type { KeeperView } from '../../stores/draft-keeper.ts'

export function keepWord(
  { failure, parted, writtenOn }: Pick<KeeperView, 'failure' | 'parted' | 'writtenOn'>,
  draft: Draft,
): 'kept_here' | 'parted' | 'written_on' | 'nothing' | 'saved' {
  const isWorth = isWorthKeeping(draft)
  if (isWorth && draft.isUnsaved && failure !== null) return 'kept_here'
  if (parted.includes(draft.id)) return 'parted'
  if (writtenOn.includes(draft.id)) return 'written_on'
  return isWorth ? 'saved' : 'nothing'
}
