/** Posts that an identity did something with, as queries for `post_id`. */
import { type RawBuilder, sql } from 'kysely'
import type { Mark } from './parse-query.ts'

export function idsOfMark(mark: Mark, viewerId: string): RawBuilder<unknown> {
  switch (mark) {
    case 'bookmarked':
      return sql`select post_id from bookmarks where actor_id = ${viewerId}`
    case 'favourited':
      return sql`select post_id from interactions
                  where actor_id = ${viewerId} and kind = 'like' and state not in ('undone', 'undone_fanned_out')`
    case 'boosted':
      return sql`select boost_of_id as post_id from posts as boosts
                  where author_id = ${viewerId} and boost_of_id is not null and deleted_at is null`
    case 'pinned':
      return sql`select post_id from pins where actor_id = ${viewerId}`
  }
}

/** What the identity wrote, is mentioned in, marked, boosted or voted in. */
export function idsOfLibrary(viewerId: string): RawBuilder<unknown> {
  const marks = (['bookmarked', 'favourited', 'boosted'] as const).map((mark) => idsOfMark(mark, viewerId))
  return sql`
    select id as post_id from posts as written
     where author_id = ${viewerId} and boost_of_id is null and deleted_at is null
    union select post_id from mentions where actor_id = ${viewerId}
    union select poll_id from poll_votes where actor_id = ${viewerId}
    union ${sql.join(marks, sql` union `)}`
}
