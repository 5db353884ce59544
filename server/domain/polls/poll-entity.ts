/** Polls as the client API shows them. Who voted for what is never among it. */
import type { CustomEmoji } from '../../contracts/custom-emoji.ts'
import type { Poll } from '../../contracts/poll.ts'
import type { EntityScope } from '../actors/entity-scope.ts'

/** A poll as it comes out of the statement that reads everything that hangs on posts: moments are text inside JSON. */
export interface PollFact {
  readonly is_multiple: boolean
  readonly hides_totals: boolean
  readonly ends_at: string | null
  readonly closed_at: string | null
  readonly voters_count: number | null
  readonly options: ReadonlyArray<{ readonly title: string; readonly votes: number }>
  /** Positions that the viewer chose; null for none. */
  readonly own_votes: readonly number[] | null
}

interface PollPost {
  readonly id: string
  readonly author_id: string
}

export function pollFromFact(
  scope: EntityScope,
  post: PollPost,
  fact: PollFact,
  emojis: readonly CustomEmoji[],
): Poll {
  const endsAt = momentOf(fact.ends_at)
  const closedAt = momentOf(fact.closed_at)
  const isExpired = closedAt !== null || (endsAt !== null && endsAt <= scope.now)
  const isHidden = fact.hides_totals && !isExpired
  const ownVotes = fact.own_votes ?? []
  return {
    id: post.id,
    expires_at: earlier(endsAt, closedAt)?.toISOString() ?? null,
    expired: isExpired,
    multiple: fact.is_multiple,
    votes_count: fact.options.reduce((sum, { votes }) => sum + votes, 0),
    voters_count: fact.voters_count,
    options: fact.options.map(({ title, votes }) => ({ title, votes_count: isHidden ? null : votes })),
    emojis,
    ...(scope.viewerId === null
      ? {}
      : { voted: post.author_id === scope.viewerId || ownVotes.length > 0, own_votes: ownVotes }),
  }
}

/** A poll that was closed before its time ended then. */
function earlier(endsAt: Date | null, closedAt: Date | null): Date | null {
  if (endsAt === null || closedAt === null) return endsAt ?? closedAt
  return endsAt < closedAt ? endsAt : closedAt
}

const momentOf = (text: string | null): Date | null => (text === null ? null : new Date(text))
