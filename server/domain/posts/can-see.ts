/**
 * Who may see a post: one SQL predicate for the API, pages, collections, searches, streams and acts upon posts. What it
 * hides is answered exactly like what does not exist.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely'

/** An actor by its id, or the column of a query that holds it. */
export type Viewer = string | RawBuilder<unknown>

/**
 * True for the rows of `alias` that the viewer may see: public and unlisted ones, their own, those that mention them, and
 * those for followers where their follow is accepted; nothing between two who block each other, nothing of blocked
 * domains; a boost only where the boosted post may be seen too. Deleted posts are never seen.
 * @param viewerId  an actor here or elsewhere; null for a stranger
 * @param alias     the name by which the query calls the table `posts`
 * @see security rules 65 to 67
 */
export function visiblePosts(viewerId: Viewer | null, alias = 'posts'): RawBuilder<SqlBool> {
  const boosted = `${alias}_boosted`
  const isBoostedSeen = probe(sql`posts as ${sql.raw(boosted)}
     where ${column(boosted, 'id')} = ${column(alias, 'boost_of_id')} and ${visibleAlone(viewerId, boosted)}`)
  return sql<SqlBool>`(${visibleAlone(viewerId, alias)}
    and (${column(alias, 'boost_of_id')} is null or ${isBoostedSeen}))`
}

/** The same for the rows alone: of a boost nothing is asked about what it carries, which its reader has asked already. */
export function visibleAlone(viewerId: Viewer | null, alias: string): RawBuilder<SqlBool> {
  const present = sql<SqlBool>`${column(alias, 'deleted_at')} is null`
  const open = sql<SqlBool>`${column(alias, 'visibility')} in ('public', 'unlisted')`
  if (viewerId === null) {
    return sql<SqlBool>`(${present} and ${open} and not ${ofBlockedDomain(column(alias, 'author_id'))})`
  }
  const isMentioned = probe(sql`mentions
     where mentions.post_id = ${column(alias, 'id')} and mentions.actor_id = ${viewerId}`)
  const isFollowing = probe(sql`follows
     where follows.source_id = ${viewerId} and follows.target_id = ${column(alias, 'author_id')}
       and follows.state in ('accepting', 'accepted')`)
  return sql<SqlBool>`(${present}
    and (${open} or ${column(alias, 'author_id')} = ${viewerId} or ${isMentioned}
      or (${column(alias, 'visibility')} = 'followers' and ${isFollowing}))
    and not ${blockedBetween(viewerId, column(alias, 'author_id'))})`
}

/** True for actors of blocked domains, by their host or their handle. */
export function ofBlockedDomain(actorId: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return probe(sql`actors as apart where apart.id = ${actorId} and apart.is_domain_blocked`)
}

/** True where one of the two blocks the other, and where the actor is of a blocked domain. */
export function blockedBetween(viewerId: Viewer, actorId: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${blockedBy(viewerId, actorId)} or ${blockedBy(actorId, viewerId)} or ${ofBlockedDomain(actorId)})`
}

/** True where the first blocks the second. */
export function blockedBy(source: Viewer, target: Viewer): RawBuilder<SqlBool> {
  return probe(sql`blocks
     where blocks.source_id = ${source} and blocks.target_id = ${target}
       and not blocks.is_mute and blocks.state not in ('undone', 'undone_sent')`)
}

/** True where the viewer has muted the actor. A mute takes somebody out of timelines; it hides nothing that is asked for by name. */
export function mutedBy(viewerId: string, actorId: RawBuilder<unknown>): RawBuilder<SqlBool> {
  return probe(sql`blocks
     where blocks.source_id = ${viewerId} and blocks.target_id = ${actorId}
       and blocks.is_mute and blocks.state not in ('undone', 'undone_sent')
       and (blocks.expires_at is null or blocks.expires_at > now())`)
}

/** True for rows of `alias` that neither a muted author wrote nor one whose post is boosted by it. */
export function unmutedPosts(viewerId: string, alias = 'posts'): RawBuilder<SqlBool> {
  const boosted = `${alias}_unmuted`
  const isBoostedMuted = probe(sql`posts as ${sql.raw(boosted)}
     where ${column(boosted, 'id')} = ${column(alias, 'boost_of_id')}
       and ${mutedBy(viewerId, column(boosted, 'author_id'))}`)
  return sql<SqlBool>`(not ${mutedBy(viewerId, column(alias, 'author_id'))}
    and (${column(alias, 'boost_of_id')} is null or not ${isBoostedMuted}))`
}

/**
 * Whether there is such a row, looked up by index for each row that asks. As `exists` the planner would make joins and
 * hashes of it, which read every mention and every block of the viewer for one page.
 */
const probe = (rows: RawBuilder<unknown>): RawBuilder<SqlBool> =>
  sql<SqlBool>`((select true from ${rows} limit 1) is true)`

const column = (alias: string, name: string): RawBuilder<unknown> => sql.ref(`${alias}.${name}`)
