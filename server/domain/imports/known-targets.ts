/** Whom and what the lines of an import mean, as far as it is known here: one statement for any number of lines. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { visiblePosts } from '../posts/can-see.ts'

export type Entry = Row<'import_entries'>
export type Target = Row<'actors'>

/** By the ids of the entries; those of handles that nobody here bears are left out. As `findActorByHandle` chooses. */
export async function findKnownActors(
  db: Querier,
  entries: readonly Pick<Entry, 'id' | 'subject'>[],
): Promise<Map<string, Target>> {
  const split = entries.map(({ id, subject }) => {
    const mark = subject.lastIndexOf('@')
    return { id, username: subject.slice(0, mark), domain: subject.slice(mark + 1) }
  })
  const { rows } = await sql<Target & { entry_id: string }>`
    select distinct on (given.id) given.id as entry_id, actors.*
      from unnest(${split.map(({ id }) => id)}::bigint[], ${split.map(({ username }) => username)}::text[],
                  ${split.map(({ domain }) => domain)}::text[]) as given (id, username, domain)
      join actors on lower(actors.username) = lower(given.username) and actors.handle_domain = given.domain
       and actors.gone_at is null and (actors.is_local or actors.fetched_at is not null)
     order by given.id, actors.is_local desc, actors.fetched_at desc nulls last, actors.id desc`.execute(db)
  return new Map(rows.map(({ entry_id: entryId, ...actor }) => [entryId, actor]))
}

export interface KnownPost {
  readonly id: string
  readonly isVisible: boolean
}

/** By the ids of the entries. A boost stands for what it carries. */
export async function findKnownPosts(
  db: Querier,
  viewerId: string,
  entries: readonly Pick<Entry, 'id' | 'subject'>[],
): Promise<Map<string, KnownPost>> {
  const { rows } = await sql<{ entry_id: string; post_id: string; is_visible: boolean }>`
    select given.id as entry_id, coalesce(posts.boost_of_id, posts.id) as post_id,
           ${visiblePosts(viewerId)} as is_visible
      from unnest(${entries.map(({ id }) => id)}::bigint[],
                  ${entries.map(({ subject }) => subject)}::text[]) as given (id, uri)
      join posts on posts.uri = given.uri and posts.deleted_at is null`.execute(db)
  return new Map(rows.map((row) => [row.entry_id, { id: row.post_id, isVisible: row.is_visible }]))
}
