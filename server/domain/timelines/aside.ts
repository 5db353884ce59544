/** What an identity reads in an exclusive list only, and not in its home timeline. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'

/**
 * True for posts by members of an exclusive list; what the identity writes itself is always at home.
 * @param me     the identity's id, or the column that holds it
 * @param alias  the name by which the query calls the table `posts`
 */
export function isAside(me: RawBuilder<unknown>, alias: string): RawBuilder<SqlBool> {
  const authorId = sql.ref(`${alias}.author_id`)
  return sql<SqlBool>`(${authorId} <> ${me} and exists (
    select 1 from list_members join lists on lists.id = list_members.list_id
     where list_members.member_id = ${authorId} and lists.actor_id = ${me} and lists.is_exclusive))`
}
