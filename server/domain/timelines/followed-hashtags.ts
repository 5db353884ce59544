/** Whether a post belongs into a home timeline for a hashtag that its identity follows. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'

/**
 * True for public posts with a followed hashtag; a boost has none of its own.
 * @param me     the identity's id, or the column that holds it
 * @param alias  the name by which the query calls the table `posts`
 */
export function hasFollowedHashtag(me: RawBuilder<unknown>, alias: string): RawBuilder<SqlBool> {
  const column = (name: string): RawBuilder<unknown> => sql.ref(`${alias}.${name}`)
  return sql<SqlBool>`(${column('visibility')} = 'public' and ${column('boost_of_id')} is null and exists (
    select 1 from post_hashtags as tagged
      join followed_hashtags as followed on followed.hashtag_id = tagged.hashtag_id and followed.actor_id = ${me}
     where tagged.post_id = ${column('id')}))`
}
