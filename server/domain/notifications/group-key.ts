/** Which notifications are shown as one: likes or boosts of one post, and follows, of half a day. */
import { type RawBuilder, sql } from 'kysely'
import type { NotificationType } from '../../contracts/notification.ts'

export const GROUPED_TYPES: readonly NotificationType[] = ['favourite', 'reblog', 'follow']

/** How long after the first one others come into its group. */
const GROUP_HOURS = 12

/**
 * `favourite-<post>-<hour>`, `reblog-<post>-<hour>`, `follow-<hour>`, with the hour in which the group began, since 1970; null for
 * all other types. What was put away is in no group that goes on. A query that uses it names the identity `me` and the draft
 * `given`.
 */
export const GROUP_KEY: RawBuilder<string | null> = sql`
  case when given.kind = any(${GROUPED_TYPES}::text[]) then (
    select concat_ws('-', given.kind, given."postId", case when hour < began + ${sql.lit(GROUP_HOURS)} then began else hour end)
      from (select floor(extract(epoch from now()) / 3600)::bigint as hour,
                   split_part(case when given."postId" is null then ${latest(sql`last.actor_id = me.id and last.post_id is null`)}
                                   else ${latest(sql`last.actor_id = me.id and last.post_id = given."postId"`)} end, '-', -1)::bigint as began) as span)
  end`

function latest(which: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select group_key from notifications as last
     where ${which} and last.kind = given.kind and last.dismissed_at is null and last.group_key is not null
     order by last.id desc limit 1)`
}
