/** Gives posts their cards, and has the pages read that nobody here has read lately. */
import { sql } from 'kysely'
import type { Querier } from '../../db/pool.ts'
import type { RemoteUrl } from '../../net/origin.ts'
import { queueForIndex } from '../search/index-posts.ts'
import { CARD_FRESH_SECONDS } from './card-graph.ts'

/** Pages behind posts of others are asked for after a while of chance: everybody who has the post would ask at once. */
const MOST_DELAY_SECONDS = 60

export interface CardLink {
  readonly postId: string
  readonly url: Pick<RemoteUrl, 'href' | 'host'>
}

/**
 * Two statements for any number of posts. Own posts have their pages read at once; that the worker is to be woken for it is
 * for the caller. What leads to a post that is quoted has no card, whatever its markup.
 * @returns ids of the posts that have their card now
 */
export async function linkCards(db: Querier, links: readonly CardLink[]): Promise<string[]> {
  if (links.length === 0) return []
  const ids = links.map(({ postId }) => postId)
  const urls = links.map(({ url }) => url.href)
  const hosts = links.map(({ url }) => url.host)
  const delay = sql`case when is_own then interval '0' else random() * ${MOST_DELAY_SECONDS}::integer * interval '1 second' end`
  const { rows } = await sql<{ post_id: string }>`
    with given as (
      select given.post_id, given.url, given.host, posts.is_local
        from unnest(${ids}::bigint[], ${urls}::text[], ${hosts}::text[]) as given (post_id, url, host)
        join posts on posts.id = given.post_id and posts.deleted_at is null
       where not exists (select from quotes
                          where quotes.post_id = given.post_id and quotes.quoted_uri = given.url)
    ), wanted as (
      select url, host, bool_or(is_local) as is_own from given group by url, host
    ), made as (
      insert into cards (url, host, state_priority, state_next_attempt_at)
      select url, host, case when is_own then 0 else 1 end, now() + ${delay} from wanted order by url
          on conflict (url) do nothing
      returning id, url
    ), renewed as (
      update cards
         set state = 'due', state_changed_at = now(), state_next_attempt_at = now() + ${delay}, state_attempts = 0,
             state_errors = 0, state_deaths = 0, state_lock_token = null, state_locked_until = null
        from wanted
       where cards.url = wanted.url and cards.state = 'fetched'
         and cards.fetched_at < now() - ${CARD_FRESH_SECONDS}::integer * interval '1 second'
    ), hastened as (
      update cards set state_priority = 0, state_next_attempt_at = now()
        from wanted
       where cards.url = wanted.url and wanted.is_own and cards.state = 'due' and cards.state_attempts = 0
         and cards.state_priority = 1 and cards.state_next_attempt_at > now() and cards.state_lock_token is null
    )
    insert into post_cards (post_id, card_id)
    select given.post_id, found.id
      from given join (select id, url from made union all select id, url from cards) as found using (url)
     order by given.post_id
        on conflict (post_id) do update set card_id = excluded.card_id
    returning post_id`.execute(db)
  const linked = rows.map((row) => row.post_id)
  // Their pages were read for other posts before; those that were not are told when they are.
  await queueForIndex(
    db,
    sql`select post_id from post_cards join cards on cards.id = card_id
         where post_id = any(${linked}::bigint[]) and cards.fetched_at is not null`,
  )
  return linked
}
