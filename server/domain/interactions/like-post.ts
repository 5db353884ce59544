/** Likes by identities of this home: the row, the count, who is told here; Stator tells the author elsewhere. */
import { type RawBuilder, sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { moveRows } from '../../stator/move.ts'
import { removeNotifications } from '../notifications/create-notifications.ts'
import type { Home } from '../owner/home.ts'
import { nextId } from '../owner/identities.ts'
import { likeUri } from '../owner/own-uris.ts'
import { visiblePosts } from '../posts/can-see.ts'
import { countLikes } from '../posts/ingest-counts.ts'
import { tellIdentities } from '../posts/local-effects.ts'
import { interactionGraph } from './interaction-graph.ts'

type PostId = Pick<Row<'posts'>, 'id'>

/** The likes that stand; an undone one stays a day and is no like any more. */
const STANDS: RawBuilder<boolean> = sql`state not in ('undone', 'undone_fanned_out')`

/**
 * Likes a post, of a boost the one it carries. A second like is the first.
 * @returns the post that is liked
 * @throws HomebirdError NOT_FOUND when the actor cannot see it
 */
export async function likePost(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  actor: Pick<Row<'actors'>, 'id' | 'host'>,
  post: PostId,
  now: Date,
): Promise<Row<'posts'>> {
  const liked = await getLikedPost(tx, actor.id, post.id)
  const id = await nextId(tx)
  const { rows } = await sql<{ id: string }>`
    insert into interactions (id, uri, kind, actor_id, post_id, created_at, state_priority, state_next_attempt_at)
    values (${id}, ${likeUri(home.origin(actor.host), id)}, 'like', ${actor.id}, ${liked.id}, ${now}, 0, now())
        on conflict (actor_id, post_id, kind, emoji) where ${STANDS} do nothing
    returning id`.execute(tx)
  if (rows.length === 0) return liked
  await countLikes(tx, [liked.id], 1)
  await tellIdentities(tx, [
    { actorId: liked.author_id, kind: 'favourite', fromActorId: actor.id, postId: liked.id },
  ])
  await wakeWorker(tx, 'interactions')
  return { ...liked, likes_count: liked.likes_count + 1 }
}

/** Takes a like back; without one nothing happens. */
export async function unlikePost(
  tx: Transaction,
  actor: Pick<Row<'actors'>, 'id'>,
  post: PostId,
): Promise<void> {
  const likes = await tx
    .selectFrom('interactions')
    .select('id')
    .where('actor_id', '=', actor.id)
    .where('post_id', '=', post.id)
    .where('kind', '=', 'like')
    .where(STANDS)
    .execute()
  const undone = await moveRows(
    tx,
    interactionGraph,
    likes.map((like) => like.id),
    'undone',
  )
  if (undone.length === 0) return
  await countLikes(tx, [post.id], -1)
  await removeNotifications(tx, [{ kind: 'favourite', fromActorId: actor.id, postId: post.id }])
}

async function getLikedPost(tx: Transaction, actorId: string, postId: string): Promise<Row<'posts'>> {
  const post = await tx
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', postId)
    .where(visiblePosts(actorId))
    .executeTakeFirst()
  if (post === undefined) throw new HomebirdError('NOT_FOUND', `there is no post ${postId} to like`)
  return post.boost_of_id === null ? post : getLikedPost(tx, actorId, post.boost_of_id)
}
