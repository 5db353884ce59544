/** What a block would take away, before it is said: counted for one domain as for a whole list. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'

export interface BlockPreview {
  /** Known actors whose host or handle is covered and was not before. */
  readonly people: number
  /** Followed, or asked. */
  readonly follows: number
  readonly followers: number
  readonly posts: number
  /** Threads in which somebody here wrote too. */
  readonly threads: number
  /** Handles of some of those who are followed. */
  readonly followed: readonly string[]
}

const MOST_NAMED = 20

/** @param domains  from `readDomain` */
export async function previewBlocks(db: Querier, domains: readonly string[]): Promise<BlockPreview> {
  const { rows } = await sql<BlockPreview>`
    with given as materialized (
      select distinct word.domain from unnest(${[...domains]}::text[]) as word (domain)
       where not exists (select from domain_allows where domain_allows.domain = word.domain)
    ), names as (
      select host as name from actors where domain_id is null
      union select handle_domain from actors where domain_id is null
    ), covered as materialized (
      select distinct names.name
        from names,
             lateral (select string_to_array(split_part(names.name, ':', 1), '.') as labels) as split,
             generate_series(1, cardinality(split.labels)) as first
        join given on true
       where given.domain = array_to_string(split.labels[first:], '.')
         and not exists (select from domain_allows where domain_allows.domain = split_part(names.name, ':', 1))
    ), people as materialized (
      select id, username, handle_domain from actors
       where domain_id is null and not is_domain_blocked
         and (host in (select name from covered) or handle_domain in (select name from covered))
    ), followed as materialized (
      select distinct people.* from follows
        join actors as me on me.id = follows.source_id and me.domain_id is not null
        join people on people.id = follows.target_id
       where follows.state in ('unrequested', 'pending_approval', 'accepted')
    )
    select (select count(*) from people)::integer as people,
           (select count(*) from followed)::integer as follows,
           (select count(distinct people.id) from follows
              join people on people.id = follows.source_id
             where follows.state in ('accepting', 'accepted'))::integer as followers,
           (select count(*) from posts join people on people.id = posts.author_id
             where posts.deleted_at is null)::integer as posts,
           (select count(distinct posts.conversation_id) from posts join people on people.id = posts.author_id
             where posts.boost_of_id is null and posts.conversation_id in (
                     select own.conversation_id from posts as own
                      where own.is_local and own.deleted_at is null))::integer as threads,
           array(select '@' || username || '@' || handle_domain from followed
                  order by handle_domain, username limit ${MOST_NAMED}) as followed`.execute(db)
  const [preview] = rows
  return preview ?? { people: 0, follows: 0, followers: 0, posts: 0, threads: 0, followed: [] }
}
