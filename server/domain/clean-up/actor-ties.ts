/**
 * What keeps somebody of another server here: posts, mentions, follows, blocks, whatever was done by them or to them. The
 * database itself is asked what refers to actors, so that a new table cannot be forgotten: what is in no list here is a tie.
 */
import { type RawBuilder, sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import { some } from './prune-slice.ts'

/** `table.column`: what is only known of them, and goes with them. */
export const ACTOR_BELONGINGS = [
  'actor_keys.actor_id',
  'featured_hashtags.actor_id',
  'follow_checks.actor_id',
  'link_checks.actor_id',
  'origin_lists.actor_id',
  'origin_list_entries.actor_id',
  'outbox_sweeps.actor_id',
  'profile_readings.id',
] as const

/** What identities alone have: asking costs and finds nothing. */
export const IDENTITY_COLUMNS = [
  'active_weeks.actor_id',
  'actor_notes.actor_id',
  'attachments.owner_actor_id',
  'bookmarks.actor_id',
  'conversations.actor_id',
  'dismissed_suggestions.actor_id',
  'drafts.actor_id',
  'endorsements.actor_id',
  'exports.actor_id',
  'featured_changes.actor_id',
  'filters.actor_id',
  'followed_hashtags.actor_id',
  'imports.actor_id',
  'left_entries.actor_id',
  'lists.actor_id',
  'markers.actor_id',
  'notification_permissions.actor_id',
  'notification_policies.actor_id',
  'notification_requests.actor_id',
  'notifications.actor_id',
  'oauth_codes.actor_id',
  'oauth_tokens.actor_id',
  'outbound_activities.actor_id',
  'post_expiries.actor_id',
  'push_subscriptions.actor_id',
  'quote_authorizations.author_id',
  'scheduled_posts.actor_id',
  'severances.actor_id',
  'thread_fetches.actor_id',
  'thread_mutes.actor_id',
  'timeline_entries.actor_id',
  'uploads.actor_id',
] as const

/** As `table.column`. */
export async function readActorTies(db: Querier): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select conrelid::regclass::text || '.' || attname as name
      from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
     where contype = 'f' and confrelid = 'actors'::regclass order by 1`.execute(db)
  const others = new Set<string>([...ACTOR_BELONGINGS, ...IDENTITY_COLUMNS])
  return rows.flatMap(({ name }) => (others.has(name) ? [] : [name]))
}

/** Of a row of actors called `candidate`. */
export function isTiedActor(ties: readonly string[]): RawBuilder<boolean> {
  return sql<boolean>`(${sql.join(
    ties.map((tie) => {
      const [table = '', column = ''] = tie.split('.')
      return some(sql`from ${sql.table(table)} as tie where ${sql.ref(`tie.${column}`)} = candidate.id`)
    }),
    sql` or `,
  )})`
}
