/**
 * Which posts of others stay although they are old: each rule by its name. A post goes when no rule keeps it.
 */
import { type RawBuilder, sql } from 'kysely'
import type { CleanUpRules } from '../../contracts/clean-up.ts'
import type { Querier } from '../../db/pool.ts'
import { readActorTies } from './actor-ties.ts'
import { some } from './prune-slice.ts'

/** What the rules ask about, read once for many posts. */
export interface KeepFacts {
  readonly rules: Pick<CleanUpRules, 'keepsConversations' | 'keepsFollowed'>
  /** What came here or was written since stays. */
  readonly horizon: Date
  /** The id from which on posts were written since the horizon. */
  readonly horizonId: string
  /** Every identity, also those that are gone: what others answered to them stays what it is. */
  readonly ownIds: readonly string[]
  /** Posts that something unwritten is about: drafts, scheduled posts. */
  readonly namedIds: readonly string[]
  /** What keeps an actor, as `table.column`. */
  readonly actorTies: readonly string[]
}

/** Ids hold milliseconds in their upper 48 bits. */
export const idAt = (moment: Date): string => String(BigInt(Math.max(0, moment.getTime())) << 16n)

export async function readKeepFacts(db: Querier, rules: CleanUpRules, horizon: Date): Promise<KeepFacts> {
  const { rows } = await sql<{ own: string[]; named: string[] }>`
    select array(select id from actors where is_local) as own,
           array(select in_reply_to_id from scheduled_posts where in_reply_to_id is not null
                 union select quoted_id from scheduled_posts where quoted_id is not null
                 union select (content -> part ->> 'id')::bigint
                         from drafts, unnest(array['replyTo', 'quote']) as part
                        where content -> part ->> 'id' ~ '^[0-9]{1,18}$') as named`.execute(db)
  const { own = [], named = [] } = rows[0] ?? {}
  return {
    rules,
    horizon,
    horizonId: idAt(horizon),
    ownIds: own,
    namedIds: named,
    actorTies: await readActorTies(db),
  }
}

type Rule = (facts: KeepFacts) => RawBuilder<boolean>

/** Of a row of posts called `candidate`. */
export const KEEP_POST_RULES = {
  'own posts': () => sql`candidate.is_local`,
  'newer than the horizon': ({ horizon, horizonId }) =>
    sql`(candidate.created_at >= ${horizon} or candidate.id >= ${horizonId}::bigint)`,
  'private mentions': () => sql`candidate.visibility = 'direct'`,
  'replies to the owner': ({ ownIds }) =>
    sql`(candidate.in_reply_to_author_id is not null and candidate.in_reply_to_author_id = any(${ownIds}::bigint[]))`,
  'named in a draft or a scheduled post': ({ namedIds }) => sql`candidate.id = any(${namedIds}::bigint[])`,
  bookmarked: () => some(sql`from bookmarks where bookmarks.post_id = candidate.id`),
  'liked or reacted to': ({ ownIds }) =>
    some(sql`from interactions
              where interactions.post_id = candidate.id and interactions.actor_id = any(${ownIds}::bigint[])
                and interactions.state <> 'undone_fanned_out'`),
  'boosted by the owner, or lately by anybody': ({ horizon, horizonId }) =>
    some(sql`from posts as boost
              where boost.boost_of_id = candidate.id
                and (boost.is_local or boost.created_at >= ${horizon} or boost.id >= ${horizonId}::bigint)`),
  'boosts of own posts': ({ ownIds }) =>
    some(sql`from posts as boosted
              where boosted.id = candidate.boost_of_id and boosted.author_id = any(${ownIds}::bigint[])`),
  'pinned by somebody followed': ({ ownIds }) =>
    some(sql`from pins join follows on follows.target_id = pins.actor_id and follows.state = 'accepted'
              where pins.post_id = candidate.id and follows.source_id = any(${ownIds}::bigint[])`),
  'voted in': ({ ownIds }) =>
    some(sql`from poll_votes
              where poll_votes.poll_id = candidate.id and poll_votes.actor_id = any(${ownIds}::bigint[])`),
  'mentions the owner': ({ ownIds }) =>
    some(sql`from mentions
              where mentions.post_id = candidate.id and mentions.actor_id = any(${ownIds}::bigint[])`),
  'quotes the owner': ({ ownIds }) =>
    some(sql`from quotes
              where quotes.post_id = candidate.id and quotes.quoted_author_id = any(${ownIds}::bigint[])`),
  'quoted by a post that is here': () => some(sql`from quotes where quotes.quoted_id = candidate.id`),
  'part of a private conversation': () =>
    some(sql`from conversation_posts where conversation_posts.post_id = candidate.id`),
  'named by a filter': () => some(sql`from filter_posts where filter_posts.post_id = candidate.id`),
  'answered by the owner': ({ ownIds }) =>
    some(sql`from posts as reply
              where reply.in_reply_to_id = candidate.id and reply.author_id = any(${ownIds}::bigint[])`),
  'in a thread that goes on': ({ horizonId }) =>
    some(sql`from posts as other
              where other.conversation_id = candidate.conversation_id and other.id >= ${horizonId}::bigint
                and other.id <> candidate.id`),
  'in a thread that the owner took part in': ({ rules }) =>
    rules.keepsConversations
      ? some(sql`from posts as own
                  where own.conversation_id = candidate.conversation_id
                    and own.is_local and own.boost_of_id is null and own.deleted_at is null`)
      : sql`false`,
  'by somebody followed': ({ rules, ownIds }) =>
    rules.keepsFollowed
      ? some(sql`from follows
                  where follows.target_id = candidate.author_id and follows.source_id = any(${ownIds}::bigint[])
                    and follows.state = 'accepted'`)
      : sql`false`,
} as const satisfies Readonly<Record<string, Rule>>

/** Asked in the order of the rules: what costs nothing first. */
export function isKeptPost(facts: KeepFacts): RawBuilder<boolean> {
  const rules: readonly Rule[] = Object.values(KEEP_POST_RULES)
  return sql<boolean>`(${sql.join(
    rules.map((rule) => rule(facts)),
    sql` or `,
  )})`
}
