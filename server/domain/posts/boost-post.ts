/** Boosts: a post of its own that carries another, with the visibility its author gives it. */
import { sql } from 'kysely'
import { HomebirdError } from '../../core/errors.ts'
import type { Transaction } from '../../db/pool.ts'
import type { Row, Visibility } from '../../db/tables.ts'
import { wakeWorker } from '../../db/transaction.ts'
import { refuseMoved } from '../moves/refuse-moved.ts'
import { removeNotifications } from '../notifications/create-notifications.ts'
import type { Home } from '../owner/home.ts'
import { nextId } from '../owner/identities.ts'
import { postUri } from '../owner/own-uris.ts'
import { visiblePosts } from './can-see.ts'
import { deleteOwnPosts } from './delete-post.ts'
import { countNewPosts } from './ingest-counts.ts'
import { spreadAtHome, tellIdentities } from './local-effects.ts'

/**
 * Boosts a public or unlisted post, or one's own for followers, which stays among them. Boosting a boost boosts what it
 * carries; boosting twice gives the first boost.
 * @param visibility  of the boost; `direct` is none
 * @throws HomebirdError NOT_FOUND when the actor cannot see the post, FORBIDDEN when it is not to be passed on or the actor
 *   has moved, UNPROCESSABLE for a direct boost
 */
export async function boostPost(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  actor: Row<'actors'>,
  post: Pick<Row<'posts'>, 'id'>,
  visibility: Visibility,
  now: Date,
): Promise<Row<'posts'>> {
  if (visibility === 'direct') {
    throw new HomebirdError('UNPROCESSABLE', 'a boost for nobody is none', {
      safe: 'Validation failed: a boost cannot be direct',
    })
  }
  refuseMoved(actor)
  const original = await lockOriginal(tx, actor.id, post.id)
  refusePrivate(original, actor.id)
  const known = await findBoost(tx, actor.id, original.id)
  if (known !== undefined) return known
  const isPrivate = original.visibility === 'followers'
  const boost = await insertBoost(tx, home, actor, original, isPrivate ? 'followers' : visibility, now)
  await countNewPosts(tx, [boost.id])
  await tellIdentities(tx, [
    { actorId: original.author_id, kind: 'reblog', fromActorId: actor.id, postId: original.id },
  ])
  await spreadAtHome(tx, boost.id, 'boost')
  await wakeWorker(tx, 'posts')
  return boost
}

/** Takes the actor's boost of a post back; without one nothing happens. */
export async function unboostPost(
  tx: Transaction,
  actor: Pick<Row<'actors'>, 'id'>,
  post: Pick<Row<'posts'>, 'id'>,
  now: Date,
): Promise<void> {
  const boost = await findBoost(tx, actor.id, post.id)
  if (boost === undefined) return
  await deleteOwnPosts(tx, [boost.id], now)
  await removeNotifications(tx, [{ kind: 'reblog', fromActorId: actor.id, postId: post.id }])
}

/** Two boosts at once wait for each other here, so that the second finds the first. */
async function lockOriginal(tx: Transaction, actorId: string, postId: string): Promise<Row<'posts'>> {
  const post = await tx
    .selectFrom('posts')
    .selectAll()
    .where('id', '=', postId)
    .where(visiblePosts(actorId))
    .forUpdate()
    .executeTakeFirst()
  if (post === undefined) throw new HomebirdError('NOT_FOUND', `there is no post ${postId} to boost`)
  return post.boost_of_id === null ? post : lockOriginal(tx, actorId, post.boost_of_id)
}

function refusePrivate(post: Row<'posts'>, actorId: string): void {
  if (post.visibility === 'public' || post.visibility === 'unlisted') return
  if (post.visibility === 'followers' && post.author_id === actorId) return
  throw new HomebirdError('FORBIDDEN', `post ${post.id} is ${post.visibility} and not to be passed on`)
}

async function findBoost(
  tx: Transaction,
  actorId: string,
  postId: string,
): Promise<Row<'posts'> | undefined> {
  return tx
    .selectFrom('posts')
    .selectAll()
    .where('boost_of_id', '=', postId)
    .where('author_id', '=', actorId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

async function insertBoost(
  tx: Transaction,
  home: Pick<Home, 'origin'>,
  actor: Row<'actors'>,
  original: Row<'posts'>,
  visibility: Visibility,
  now: Date,
): Promise<Row<'posts'>> {
  const id = await nextId(tx)
  return tx
    .insertInto('posts')
    .values({
      id,
      uri: postUri(home.origin(actor.host), id),
      author_id: actor.id,
      is_local: true,
      kind: 'Announce',
      boost_of_id: original.id,
      language: original.language,
      visibility,
      conversation_id: id,
      published_at: now,
      created_at: now,
      state: 'new',
      state_priority: 0,
      state_next_attempt_at: sql<Date>`now()`,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}
