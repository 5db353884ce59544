/** Sorts the owner's follows out: by how both stand, by silence, by moves, by server. */
import type { FollowFacts } from '../../server/contracts/follow-facts.ts'

export const FOLLOW_FILTERS = ['all', 'dormant', 'mutual', 'one_way', 'moved'] as const
export type FollowFilter = (typeof FOLLOW_FILTERS)[number]

/** Whoever was not seen to post for so long is silent. */
export const DORMANT_DAYS = 90

const DAY_MS = 86_400_000

function matches(facts: FollowFacts, filter: FollowFilter, now: Date): boolean {
  switch (filter) {
    case 'all':
      return true
    case 'dormant':
      return facts.lastPostAt === null || now.getTime() - Date.parse(facts.lastPostAt) > DORMANT_DAYS * DAY_MS
    case 'mutual':
      return facts.isMutual
    case 'one_way':
      return !facts.isMutual
    case 'moved':
      return facts.hasMoved
  }
}

/** @param domain  null for all servers */
export function filterFollows(
  people: readonly FollowFacts[],
  filter: FollowFilter,
  domain: string | null,
  now: Date,
): readonly FollowFacts[] {
  return people.filter((one) => matches(one, filter, now) && (domain === null || one.domain === domain))
}

export function countByFilter(
  people: readonly FollowFacts[],
  now: Date,
): Readonly<Record<FollowFilter, number>> {
  const count = (filter: FollowFilter): number => filterFollows(people, filter, null, now).length
  return {
    all: people.length,
    dormant: count('dormant'),
    mutual: count('mutual'),
    one_way: count('one_way'),
    moved: count('moved'),
  }
}

/** Servers with how many of these are there, the largest first. */
export function countByDomain(
  people: readonly FollowFacts[],
): readonly { readonly domain: string; readonly count: number }[] {
  return [...Map.groupBy(people, ({ domain }) => domain)]
    .map(([domain, there]) => ({ domain, count: there.length }))
    .toSorted((a, b) => b.count - a.count || (a.domain < b.domain ? -1 : 1))
}
