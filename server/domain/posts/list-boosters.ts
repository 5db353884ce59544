/** Who boosted posts, of those whom the reader follows: also whose boost is in no timeline, since it repeats another. */
import { type RawBuilder, sql } from 'kysely'
import { type Booster, type FollowedBoosters, MOST_NAMED_BOOSTERS } from '../../contracts/boosters.ts'
import type { Querier } from '../../db/pool.ts'
import { statement } from '../../db/statement.ts'
import type { Row } from '../../db/tables.ts'
import { acctOf } from '../actors/account-entities.ts'
import { type EntityScope, customEmojis } from '../actors/entity-scope.ts'
import { mutedBy, unmutedPosts, visibleAlone, visiblePosts } from './can-see.ts'

type NamedActor = Pick<
  Row<'actors'>,
  | 'id'
  | 'is_local'
  | 'username'
  | 'handle_domain'
  | 'display_name'
  | 'emojis'
  | 'icon_url'
  | 'kind'
  | 'is_locked'
>

interface BoosterRow extends NamedActor {
  readonly post_id: string
  readonly boosters: number
}

/**
 * By the conditions of the home timeline: whoever is followed and whose boosts are wanted there, in a language that is; never
 * somebody blocked, muted or of a blocked domain. One statement for any number of posts.
 * @returns by the id of the boosted post; those without any are missing
 */
export async function listFollowedBoosters(
  db: Querier,
  scope: EntityScope,
  viewerId: string,
  postIds: readonly string[],
): Promise<ReadonlyMap<string, FollowedBoosters>> {
  if (postIds.length === 0) return new Map()
  const rows = await readBoosters(db, { viewerId, postIds: [...new Set(postIds)] })
  return new Map(
    [...Map.groupBy(rows, (row) => row.post_id)].map(([postId, boosters]) => [
      postId,
      { count: boosters[0]?.boosters ?? 0, accounts: boosters.map((row) => boosterOf(scope, row)) },
    ]),
  )
}

interface Asked {
  readonly viewerId: string
  readonly postIds: readonly string[]
}

/**
 * Whoever boosted is looked up among the followed first, and only of those it is asked whether they may be seen: what an
 * identity wrote itself may have been boosted by thousands of strangers.
 */
export function followedBoosters({ viewerId, postIds }: Asked): RawBuilder<BoosterRow> {
  const viewer = sql`${viewerId}::bigint`
  return sql<BoosterRow>`
    select shown.id as post_id, found.boosters, actors.id, actors.is_local, actors.username, actors.handle_domain,
           actors.display_name, actors.emojis, actors.icon_url, actors.kind, actors.is_locked
      from posts as shown
     cross join lateral (
       select boost.id, boost.author_id, count(*) over ()::integer as boosters
         from (select posts.id, posts.author_id, posts.visibility, posts.deleted_at
                 from posts
                 join follows as follow on follow.source_id = ${viewer} and follow.target_id = posts.author_id
                where posts.boost_of_id = shown.id and follow.state = 'accepted' and follow.shows_boosts
                  and (follow.languages is null or posts.language is null or posts.language = any(follow.languages))
               offset 0) as boost
        where ${visibleAlone(viewer, 'boost')} and not ${mutedBy(viewerId, sql`boost.author_id`)}
        order by boost.id limit ${sql.lit(MOST_NAMED_BOOSTERS)}
     ) as found
      join actors on actors.id = found.author_id
     where shown.id = any(${postIds}::bigint[])
       and ${visiblePosts(viewer, 'shown')} and ${unmutedPosts(viewerId, 'shown')}
     order by shown.id, found.id`
}

const readBoosters = statement(followedBoosters)

function boosterOf(scope: EntityScope, actor: BoosterRow): Booster {
  const avatar = scope.urls.avatar(actor)
  return {
    id: actor.id,
    acct: acctOf(scope, actor),
    username: actor.username,
    display_name: actor.display_name,
    emojis: customEmojis(scope, { kind: 'actor', id: actor.id, isOurs: actor.is_local }, actor.emojis),
    avatar,
    avatar_static: avatar,
    bot: actor.kind === 'Service' || actor.kind === 'Application',
    locked: actor.is_locked,
  }
}
