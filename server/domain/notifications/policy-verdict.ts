/** What the policy of an identity says of a notification that is about to be made: one SQL expression for any number of them. */
import { type RawBuilder, sql } from 'kysely'
import type { PolicyWord } from '../../db/notice-tables.ts'

/** Whoever follows for less than this counts as somebody who does not. */
const FOLLOWER_AFTER_DAYS = 3
const NEW_ACCOUNT_DAYS = 30

/** They tell of the home itself, or of what the identity has asked to be told of. */
const NEVER_FILTERED = ['admin.report', 'poll', 'status', 'update', 'quoted_update', 'severed_relationships']

/**
 * `drop` before `filter` before `accept`. Identities of this home and whom the owner has accepted are strangers to nobody.
 * A query that uses it names the identity `me`, the sender `sender` and their draft `given`, and joins `notification_policies` as `policy`, which has no row
 * where nothing was set.
 */
export const POLICY_VERDICT: RawBuilder<PolicyWord> = sql`
  case when policy.actor_id is null or sender.is_local or given.kind = any(${NEVER_FILTERED}::text[]) then 'accept'
       when exists (select from notification_permissions as permission
                     where permission.actor_id = me.id and permission.from_actor_id = sender.id) then 'accept'
       else (
         select case when bool_or(word = 'drop') then 'drop' when bool_or(word = 'filter') then 'filter' else 'accept' end
           from (values (policy.for_not_following, not is_followed),
                        (policy.for_not_followers, not is_follower),
                        (policy.for_new_accounts, not is_followed and is_new),
                        (policy.for_private_mentions, not is_followed and is_unasked)) as reason (word, applies)
          where applies)
  end`

/** What the verdict depends on; it is only looked at where there is a policy. */
export const POLICY_FACTS: RawBuilder<unknown> = sql`
  cross join lateral (
    select exists (select from follows
                    where source_id = me.id and target_id = sender.id and state in ('accepting', 'accepted')) as is_followed,
           exists (select from follows
                    where source_id = sender.id and target_id = me.id and state in ('accepting', 'accepted')
                      and coalesce(accepted_at, created_at) < now() - make_interval(days => ${sql.lit(FOLLOWER_AFTER_DAYS)})) as is_follower,
           coalesce(sender.published_at, sender.created_at) > now() - make_interval(days => ${sql.lit(NEW_ACCOUNT_DAYS)}) as is_new,
           -- A private post that answers none of the identity's own to its author.
           given.kind = 'mention' and exists (
             select from posts as letter
              where letter.id = given."postId" and letter.visibility = 'direct'
                and not exists (
                      select from posts as mine join mentions on mentions.post_id = mine.id and mentions.actor_id = sender.id
                       where mine.conversation_id = letter.conversation_id and mine.author_id = me.id)) as is_unasked
  ) as facts`
