/**
 * Who may see a post: one SQL predicate for the API, pages, collections, searches, streams and acts upon posts. What it
 * hides is answered exactly like what does not exist.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** An actor by its id, or the column of a query that holds it. */
export type Viewer = string | RawBuilder<unknown>

/**
 * True for the rows of `alias` that the viewer may see: public and unlisted ones, their own, those that mention them, and
 * those for followers where their follow is accepted; nothing between two who block each other; a boost only
 * where the boosted post may be seen too. Deleted posts are never seen.
 * @param viewerId  an actor here or elsewhere; null for a stranger
 * @param alias     the name by which the query calls the table `posts`
 * @see security rules 65 to 67
 */
export function visiblePosts(viewerId: Viewer | null, alias = 'posts'): RawBuilder<SqlBool> {
  const boosted = `${alias}_boosted`
  return sql<SqlBool>`(${visibleAlone(viewerId, alias)} and (${column(alias, 'boost_of_id')} is null or exists (
    select 1 from posts as ${sql.raw(boosted)}
     where ${column(boosted, 'id')} = ${column(alias, 'boost_of_id')} and ${visibleAlone(viewerId, boosted)})))`
}

function visibleAlone(viewerId: Viewer | null, alias: string): RawBuilder<SqlBool> {
  const present = sql<SqlBool>`${column(alias, 'deleted_at')} is null`
  const open = sql<SqlBool>`${column(alias, 'visibility')} in ('public', 'unlisted')`
  if (viewerId === null) return sql<SqlBool>`(${present} and ${open})`
  return sql<SqlBool>`(${present} and (${open}
      or ${column(alias, 'author_id')} = ${viewerId}
      or exists (select 1 from mentions where mentions.post_id = ${column(alias, 'id')} and mentions.actor_id = ${viewerId})
      or (${column(alias, 'visibility')} = 'followers' and exists (
            select 1 from follows
             where follows.source_id = ${viewerId} and follows.target_id = ${column(alias, 'author_id')}
               and follows.state in ('accepting', 'accepted'))))
    and not ${blockedBetween(viewerId, column(alias, 'author_id'))})`
}

/** True where one of the two blocks the other. */
export function blockedBetween(viewerId: Viewer, actorId: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (
    select 1 from blocks
     where not blocks.is_mute and blocks.state not in ('undone', 'undone_sent')
       and ((blocks.source_id = ${viewerId} and blocks.target_id = ${actorId})
         or (blocks.source_id = ${actorId} and blocks.target_id = ${viewerId})))`
}

/** True where the viewer has muted the actor. A mute takes somebody out of timelines; it hides nothing that is asked for by name. */
export function mutedBy(viewerId: string, actorId: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql<SqlBool>`exists (
    select 1 from blocks
     where blocks.is_mute and blocks.state not in ('undone', 'undone_sent')
       and blocks.source_id = ${viewerId} and blocks.target_id = ${actorId}
       and (blocks.expires_at is null or blocks.expires_at > now()))`
}

/** True for rows of `alias` that neither a muted author wrote nor one whose post is boosted by it. */
export function unmutedPosts(viewerId: string, alias = 'posts'): RawBuilder<SqlBool> {
  const boosted = `${alias}_unmuted`
  return sql<SqlBool>`(not ${mutedBy(viewerId, column(alias, 'author_id'))}
    and (${column(alias, 'boost_of_id')} is null or not exists (
      select 1 from posts as ${sql.raw(boosted)}
       where ${column(boosted, 'id')} = ${column(alias, 'boost_of_id')}
         and ${mutedBy(viewerId, column(boosted, 'author_id'))})))`
}

const column = (alias: string, name: string): RawBuilder<unknown> => sql.ref(`${alias}.${name}`)
