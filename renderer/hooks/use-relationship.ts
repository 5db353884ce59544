/** How the owner stands to somebody, and the acts that change it: what the home answers is what every page shows then. */
import { type QueryClient, type UseQueryResult, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Account } from '../../server/contracts/account.ts'
import type { Relationship } from '../../server/contracts/relationship.ts'
import { getRelationship } from '../api/accounts.ts'
import * as people from '../api/people.ts'
import type { Leaving } from '../stores/left-out.ts'
import { useServices } from './use-services.ts'
import { useText } from './use-text.ts'

/** An answer to a request comes from another server, in its own time. */
const ASK_WHILE_REQUESTED_MS = 4_000

const relationshipKey = (id: string): readonly string[] => ['relationship', id]

/** Lists of people that are asked for anew when a relationship changes. */
const LISTS = ['mutes', 'blocks', 'domain-blocks', 'follow-facts'] as const

export function useRelationship(id: string): UseQueryResult<Relationship | null> {
  const { api } = useServices()
  return useQuery({
    queryKey: relationshipKey(id),
    queryFn: async () => getRelationship(api, id),
    refetchInterval: ({ state }) => (state.data?.requested === true ? ASK_WHILE_REQUESTED_MS : false),
  })
}

export interface PersonActs {
  /** @throws ApiFailure, as all of these */
  readonly follow: (account: Account, options?: people.FollowOptions) => Promise<void>
  /** Offers to follow again. */
  readonly unfollow: (account: Account) => Promise<void>
  readonly removeFollower: (account: Account) => Promise<void>
  /** Offers to take it back. */
  readonly mute: (account: Account, options: people.MuteOptions) => Promise<void>
  readonly unmute: (account: Account) => Promise<void>
  /** Offers to take it back where no follow has ended by it: follows do not come back. */
  readonly block: (account: Account) => Promise<void>
  readonly unblock: (account: Account) => Promise<void>
  readonly setEndorsed: (account: Account, isOn: boolean) => Promise<void>
  readonly setNote: (account: Account, note: string) => Promise<void>
  /** A server was blocked or unblocked: everything known of people may be old. */
  readonly serverChanged: () => void
}

export function usePersonActs(): PersonActs {
  const { api, undo, leftOut } = useServices()
  const t = useText()
  const queries = useQueryClient()
  const took = async (answering: Promise<Relationship>): Promise<void> => accept(queries, await answering)
  /** Lists let go before the home answers; what it refuses is there again. */
  const leave = async (leaving: Leaving, answering: Promise<Relationship>): Promise<void> => {
    leftOut.leave(leaving)
    try {
      await took(answering)
    } catch (error) {
      leftOut.bringBack(leaving)
      throw error
    }
  }
  const takeBack = async (leaving: Leaving, answering: Promise<Relationship>): Promise<void> => {
    await took(answering)
    leftOut.bringBack(leaving)
  }
  /** What could not be taken back stands, and is offered once more. */
  const offer = (words: string, leaving: Leaving, back: () => Promise<Relationship>): void =>
    undo.offer({ words, undo: () => void takeBack(leaving, back()).catch(() => offer(words, leaving, back)) })
  return {
    follow: async ({ id }, options) => took(people.follow(api, id, options)),
    unfollow: async ({ id, acct, locked }) => {
      const leaving = { deed: 'unfollow', whom: id } as const
      await leave(leaving, people.unfollow(api, id))
      if (!locked)
        offer(t('follow.ended', { handle: `@${acct}` }), leaving, async () => people.follow(api, id))
    },
    removeFollower: async ({ id }) => took(people.removeFollower(api, id)),
    mute: async ({ id, acct }, options) => {
      const leaving = { deed: 'mute', whom: id } as const
      await leave(leaving, people.mute(api, id, options))
      offer(t('follow.muted', { handle: `@${acct}` }), leaving, async () => people.unmute(api, id))
    },
    unmute: async ({ id }) => takeBack({ deed: 'mute', whom: id }, people.unmute(api, id)),
    block: async ({ id, acct }) => {
      const before = await getRelationship(api, id)
      const leaving = { deed: 'block', whom: id } as const
      await leave(leaving, people.block(api, id))
      const isWhole = before !== null && !before.following && !before.requested && !before.followed_by
      const words = t('follow.blocked', { handle: `@${acct}` })
      if (isWhole) offer(words, leaving, async () => people.unblock(api, id))
    },
    unblock: async ({ id }) => took(people.unblock(api, id)),
    setEndorsed: async ({ id }, isOn) => took(people.setEndorsed(api, id, isOn)),
    setNote: async ({ id }, note) => took(people.setNote(api, id, note)),
    serverChanged: () => {
      void queries.invalidateQueries({ queryKey: ['relationship'] })
      refreshLists(queries)
    },
  }
}

function accept(queries: QueryClient, answer: Relationship): void {
  queries.setQueryData(relationshipKey(answer.id), answer)
  refreshLists(queries)
}

function refreshLists(queries: QueryClient): void {
  for (const list of LISTS) void queries.invalidateQueries({ queryKey: [list] })
}
